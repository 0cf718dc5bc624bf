"""Who may bind an organisation at a moment: the authority rule and the mandates that meet it."""

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session, scoped_session

from portal.parties.tables import AuthorityRule, Mandate
from portal.wording import mark, say, say_count

ALONE, JOINTLY = "alone", "jointly"
JOINT = "joint"
BASES: Mapping[str, str] = {
    "trade_register": mark("uittreksel Handelsregister"),
    "statutes": mark("statuten"),
    "mandate_decision": mark("mandaatbesluit"),
}


@dataclass(frozen=True)
class Authority:
    """One person's right to bind an organisation at one moment, with what it rests on."""

    person_id: uuid.UUID
    organisation_id: uuid.UUID
    mandate_id: uuid.UUID
    mode: str
    """alone or jointly: how this person counts under the rule of that moment"""
    together: int
    basis: str
    evidence: str

    def as_mapping(self) -> dict[str, Any]:
        """As a signature and the ledger keep it: frozen at the moment of signing."""
        return {
            "mandate": str(self.mandate_id),
            "mode": self.mode,
            "together": self.together,
            "basis": self.basis,
            "evidence": self.evidence,
        }


def rule_at(session: Session, organisation_id: uuid.UUID, *, at: dt.datetime) -> AuthorityRule | None:
    """The rule by which the organisation is bound at this moment."""
    query = select(AuthorityRule).where(AuthorityRule.organisation_id == organisation_id, *_holds(AuthorityRule, at))
    return session.scalar(query.order_by(AuthorityRule.since.desc()).limit(1))


def mandates_at(session: Session, organisation_id: uuid.UUID, *, at: dt.datetime) -> list[Mandate]:
    """Everyone who has a mandate at this moment, in a fixed order."""
    query = select(Mandate).where(Mandate.organisation_id == organisation_id, *_holds(Mandate, at))
    return list(session.scalars(query.order_by(Mandate.since, Mandate.id)))


def has_mandate(session: Session | scoped_session[Session], person_id: uuid.UUID, *, at: dt.datetime) -> bool:
    """Whether this person may sign for anybody: then name and function are those the evidence was compared with."""
    held = select(Mandate.id).where(Mandate.person_id == person_id, *_holds(Mandate, at))
    return session.scalar(held.limit(1)) is not None


def authority_of(
    session: Session, person_id: uuid.UUID, organisation_id: uuid.UUID, *, at: dt.datetime
) -> Authority | None:
    """What this person may do for the organisation at this moment, or None."""
    rule = rule_at(session, organisation_id, at=at)
    mandate = next((m for m in mandates_at(session, organisation_id, at=at) if m.person_id == person_id), None)
    if rule is None or mandate is None:
        return None
    alone = ALONE in (rule.mode, mandate.counts)
    return Authority(
        person_id=person_id,
        organisation_id=organisation_id,
        mandate_id=mandate.id,
        mode=ALONE if alone else JOINTLY,
        together=1 if alone else rule.together,
        basis=mandate.basis,
        evidence=mandate.evidence,
    )


def is_met(given: Iterable[Mapping[str, Any]]) -> bool:
    """Whether the authorities given so far (as frozen mappings, one a person) bind the organisation.

    One who counts alone suffices; otherwise as many distinct others as the rule asked for.
    """
    authorities = list(given)
    if any(each["mode"] == ALONE for each in authorities):
        return True
    needed = max((int(each["together"]) for each in authorities), default=1)
    return len(authorities) >= needed


def rule_sentence(mode: str, together: int, people: int) -> str:
    """The rule in words, as it stands above the signatures."""
    if mode == ALONE:
        return say("Eén tekenbevoegde tekent zelfstandig.")
    if people == together:
        return say_count("Eén tekenbevoegde tekent.", "Deze %(count)s tekenbevoegden tekenen gezamenlijk.", together)
    return say("%(together)s van deze %(people)s tekenbevoegden tekenen gezamenlijk.", together=together, people=people)


def authority_sentence(authority: Mapping[str, Any]) -> str:
    """One authority in words, as the stamp prints it."""
    basis = say(BASES[authority["basis"]])
    if authority["mode"] == ALONE:
        return say("zelfstandig bevoegd, volgens %(basis)s", basis=basis)
    return say(
        "gezamenlijk bevoegd met %(others)s, volgens %(basis)s", others=_others(authority["together"]), basis=basis
    )


def _others(together: int) -> str:
    return say_count("één ander", "%(count)s anderen", together - 1)


def _holds(table: type[AuthorityRule | Mandate], at: dt.datetime) -> tuple[ColumnElement[bool], ...]:
    return table.since <= at, or_(table.until.is_(None), table.until > at)
