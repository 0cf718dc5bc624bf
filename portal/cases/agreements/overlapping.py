"""A school has one agreement in one version: where another case of the board has it already, holding or on its way."""

import uuid
from collections.abc import Iterator, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from portal.cases import in_force
from portal.cases.catalogue import ENDED
from portal.cases.tables import Case, CaseState, InForce
from portal.parties import register
from portal.parties.tables import Organisation
from portal.wording import mark, say, say_count
from workflows.vocabulary import Answers

HOLDS = mark("%(schools)s: daarvoor geldt deze versie al, door zaak %(reference)s. Haal uit de lijst wat daarin staat.")
ON_ITS_WAY = mark(
    "%(schools)s: daarvoor wordt deze versie al getekend, in zaak %(reference)s. Haal uit de lijst wat daarin staat."
)
NAMED = 5
"""So many schools are named; of more than that the number is told."""


def scope(session: Session, case: Case, answers: Answers) -> dict[str, str]:
    """A school that another case of this board has in the same version already."""
    asked = [str(each) for each in answers.get("scope", {}).get("schools", [])]
    for other, sentence, codes in _others(session, case):
        both = [code for code in asked if code in codes]
        if both:
            return {"schools": say(sentence, schools=_named(both), reference=other.reference)}
    return {}


def taken(session: Session, case: Case) -> set[str]:
    """The codes of the schools that other cases have in this version."""
    return {code for _, _, codes in _others(session, case) for code in codes}


def standing(session: Session, case: Case) -> list[InForce]:
    """What other cases of this board hold in force in the same version, with the same supplier, without an end."""
    if case.publication is None:
        return []
    rows = (
        select(InForce)
        .join(Case, Case.id == InForce.case_id)
        .where(
            InForce.kind == in_force.PROCESSOR_AGREEMENT,
            InForce.on_behalf_of == case.organisation_id,
            InForce.product_id == case.product_id,
            InForce.version == case.publication.version,
            InForce.until.is_(None),
            Case.id != case.id,
            Case.counterparty_id == case.counterparty_id,
        )
    )
    return list(session.scalars(rows))


def _others(session: Session, case: Case) -> Iterator[tuple[Case, str, set[str]]]:
    """Each other case, what to say of it, and its schools: first those that hold, then those that were sent."""
    held: dict[uuid.UUID, set[str]] = {}
    for row in standing(session, case):
        school = session.get_one(Organisation, row.organisation_id)
        held.setdefault(row.case_id, set()).add(_code(school.register_key))
    for case_id, codes in held.items():
        yield session.get_one(Case, case_id), HOLDS, codes
    mine = (Case.workflow == case.workflow, Case.organisation_id == case.organisation_id)
    sent = (
        select(Case)
        .where(*mine, Case.publication_id == case.publication_id, Case.id != case.id)
        .where(Case.state.not_in({CaseState.DRAFT, *ENDED}))
        .options(selectinload(Case.answers))
        .order_by(Case.reference)
    )
    for other in session.scalars(sent):
        yield other, ON_ITS_WAY, _schools_of({each.step: each.values for each in other.answers})


def _schools_of(answers: Mapping[str, Mapping[str, object]]) -> set[str]:
    said = answers.get("scope", {}).get("schools", [])
    return {str(each) for each in said} if isinstance(said, list) else set()


def _code(register_key: str | None) -> str:
    return (register_key or "").removeprefix("location:")


def _named(codes: list[str]) -> str:
    names = [location.name if (location := register.location(code)) else code for code in codes]
    if len(names) <= NAMED:
        return ", ".join(names)
    more = say_count("en nog %(count)s school", "en nog %(count)s scholen", len(names) - NAMED)
    return f"{', '.join(names[:NAMED])} {more}"
