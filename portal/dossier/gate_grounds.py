"""On what each condition of the gate rested at a moment: the cases, roles and texts behind it, as they stood then."""

import datetime as dt
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from portal.cases import in_force
from portal.cases.agreements.tables import SignedElsewhere
from portal.cases.tables import InForce
from portal.database import Base
from portal.dossier.deciding import Deciding, Holds
from portal.dossier.deciding_statement import DPIA
from portal.offers.tables import Block
from portal.parties.tables import NEEDS_SECOND_FACTOR, Membership, Organisation, Person
from portal.wording import mark
from workflows.vocabulary import ROLE_NAMES, Role

Rows = dict[type[Base], dict[str, Mapping[str, Any]]]
"""The rows as they were, by table and key."""


@dataclass(frozen=True)
class Ground:
    """One thing that a condition rested on, or for want of which it was not met."""

    text: str
    """In plain Dutch, untranslated; `version` and `role` fill its named places."""
    since: dt.datetime | None = None
    until: dt.datetime | None = None
    """The end that was known then."""
    version: str = ""
    role: str = ""
    case_id: uuid.UUID | None = None
    """The case that made it true, with its document."""
    organisation_id: uuid.UUID | None = None
    """At which it was, or who did it."""


def of(code: str, known: Deciding, rows: Rows, *, at: dt.datetime) -> tuple[Ground, ...]:
    """On what this condition rested; of a condition that rests on nothing that is kept, nothing."""
    found = GROUNDS.get(code)
    return tuple(found(known, rows, at)) if found else ()


def _account(_known: Deciding, rows: Rows, _at: dt.datetime) -> Iterator[Ground]:
    [person] = rows[Person].values()
    if person["blocked_at"]:
        yield Ground(mark("Het account was geblokkeerd"), since=person["blocked_at"])
    elif not person["active"]:
        yield Ground(mark("Het account was gewist"))


def _blocks(_known: Deciding, rows: Rows, at: dt.datetime) -> Iterator[Ground]:
    for each in rows.get(Block, {}).values():
        if each["since"] <= at and not _is_over(each["until"], at) and not _is_over(each["lifted_at"], at):
            yield Ground(
                mark("Geblokkeerd voor dit product"), each["since"], each["until"],
                organisation_id=each["organisation_id"],
            )  # fmt: skip


def _second_factor(known: Deciding, rows: Rows, _at: dt.datetime) -> Iterator[Ground]:
    if not known.has_second_factor:
        for each in rows.get(Membership, {}).values():
            if each["status"] == "active" and each["role"] in NEEDS_SECOND_FACTOR:
                yield _role(each, mark("Deze rol vroeg om een tweede stap: %(role)s"))


def _registered(known: Deciding, rows: Rows, at: dt.datetime) -> Iterator[Ground]:
    place = known.place
    if place and place.school_registered:
        [school] = [each for each in rows[Organisation].values() if each["id"] == place.school_id]
        case = _registration(rows, place.school_id, at)
        yield Ground(
            mark("Eigen inschrijving van de school"), school["registered_at"], school["ended_at"], case_id=case
        )
    yield from _declared(known, rows)


def _registration(rows: Rows, school_id: uuid.UUID | None, at: dt.datetime) -> uuid.UUID | None:
    mine = [
        each
        for each in rows.get(InForce, {}).values()
        if (each["kind"], each["organisation_id"]) == (in_force.REGISTRATION, school_id) and each["since"] <= at
    ]
    found: uuid.UUID | None = max(mine, key=lambda each: each["since"])["case_id"] if mine else None
    return found


def _declared(known: Deciding, rows: Rows) -> Iterator[Ground]:
    for each in known.holds:
        if each.kind == in_force.BOARD_DECLARATION:
            yield _holding(each, rows, mark("Bestuursverklaring"))


def _agreement(known: Deciding, rows: Rows, at: dt.datetime) -> Iterator[Ground]:
    for each in known.holds:
        if each.kind == in_force.PROCESSOR_AGREEMENT:
            yield _holding(each, rows, mark("Verwerkersovereenkomst, versie %(version)s"))
    for row in rows.get(SignedElsewhere, {}).values():
        confirmed = row["confirmed_at"] is not None and row["since"] <= at and not _is_over(row["until"], at)
        if confirmed and row["version"] in known.agreements_elsewhere:
            yield Ground(
                mark("Elders getekende verwerkersovereenkomst, versie %(version)s"), row["since"], row["until"],
                version=row["version"], organisation_id=row["board_id"],
            )  # fmt: skip
    yield from _needed(known.agreements_sufficing)


def _dpia(known: Deciding, rows: Rows, _at: dt.datetime) -> Iterator[Ground]:
    for each in known.holds:
        if each.kind in DPIA:
            yield _holding(each, rows, mark("Besluit over de DPIA"))


def _member(known: Deciding, rows: Rows, _at: dt.datetime) -> Iterator[Ground]:
    held = {(each.organisation_id, each.role) for each in known.roles}
    for each in rows.get(Membership, {}).values():
        is_held = each["status"] == "active" and (each["organisation_id"], each["role"]) in held
        near = known.place and each["organisation_id"] in (known.place.school_id, known.place.board_id)
        if is_held and near:
            yield _role(each, mark("Rol: %(role)s"))
    if known.place and not any(each.organisation_id == known.place.school_id for each in known.roles):
        yield from _declared(known, rows)


def _terms(known: Deciding, rows: Rows, at: dt.datetime) -> Iterator[Ground]:
    for each in rows.get(InForce, {}).values():
        mine = each["kind"] == in_force.USAGE_TERMS and known.place and each["product_id"] == known.place.product_id
        if mine and each["since"] <= at and not _is_over(each["until"], at):
            yield Ground(
                mark("Akkoord met de gebruiksvoorwaarden, versie %(version)s"), each["since"], each["until"],
                version=each["version"], case_id=each["case_id"],
            )  # fmt: skip
    yield from _needed(known.terms_sufficing)


def _needed(sufficing: tuple[str, ...]) -> Iterator[Ground]:
    """Which versions sufficed."""
    if sufficing:
        yield Ground(mark("Versies die genoeg waren: %(version)s"), version=", ".join(sufficing))
    else:
        yield Ground(mark("Er was niets gepubliceerd"))


GROUNDS = {
    "account": _account,
    "block": _blocks,
    "second_factor": _second_factor,
    "registered": _registered,
    "agreement": _agreement,
    "dpia": _dpia,
    "member": _member,
    "terms": _terms,
}


def _holding(holds: Holds, rows: Rows, text: str) -> Ground:
    ends = (
        each["until"]
        for each in rows.get(InForce, {}).values()
        if (each["case_id"], each["kind"], each["since"]) == (holds.case_id, holds.kind, holds.since)
    )
    until = next(ends, None)
    board = holds.on_behalf_of
    return Ground(text, holds.since, until, holds.version, case_id=holds.case_id, organisation_id=board)


def _role(row: Mapping[str, Any], text: str) -> Ground:
    role = ROLE_NAMES[Role(row["role"])]
    return Ground(text, row["since"], row["until"], role=role, organisation_id=row["organisation_id"])


def _is_over(end: dt.datetime | None, at: dt.datetime) -> bool:
    return end is not None and end <= at
