"""Who may bind an organisation at a moment: the authority rule and the mandates that meet it."""

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import Session, scoped_session

from portal import clock
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
    """Whether this person may sign for anybody, now or later: name and function are those of the evidence then."""
    held = select(Mandate.id).where(Mandate.person_id == person_id, _is_not_over(Mandate, at))
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


def bound_by(session: Session, person_id: uuid.UUID, *, at: dt.datetime) -> frozenset[uuid.UUID]:
    """Every organisation that this person may bind at this moment, alone or with others."""
    return frozenset(session.scalars(binding(person_id, at=at)))


def binding(person_id: uuid.UUID, *, at: dt.datetime) -> Select[uuid.UUID]:
    """The same organisations, as a part of a larger question."""
    return (
        select(Mandate.organisation_id)
        .join(AuthorityRule, AuthorityRule.organisation_id == Mandate.organisation_id)
        .where(Mandate.person_id == person_id, *_holds(Mandate, at), *_holds(AuthorityRule, at))
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


# --- Changing who may bind ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Rule:
    """How an organisation is to be bound: by one alone, or by so many together."""

    mode: str
    together: int = 1


@dataclass(frozen=True)
class Shortage:
    """A moment at which the rule could not be met by those who are left."""

    needed: int
    left: int


def mandates_from(session: Session, organisation_id: uuid.UUID, *, at: dt.datetime) -> list[Mandate]:
    """Every mandate that holds at this moment, or later."""
    query = select(Mandate).where(Mandate.organisation_id == organisation_id, _is_not_over(Mandate, at))
    return list(session.scalars(query.order_by(Mandate.since, Mandate.id)))


def awaits_change(session: Session, organisation_id: uuid.UUID, *, at: dt.datetime) -> dt.datetime | None:
    """The last moment, later than this one, at which a mandate or the rule begins or ends; None when nothing does."""
    known: list[Mandate | AuthorityRule] = list(mandates_from(session, organisation_id, at=at))
    known += _rules_from(session, organisation_id, at)
    turns = [moment for each in known for moment in (each.since, each.until) if moment is not None]
    return max((each for each in turns if each > at), default=None)


def awaits_rule(session: Session, organisation_id: uuid.UUID, *, at: dt.datetime) -> dt.datetime | None:
    """The moment, later than this one, from which another rule counts; None when the rule stays as it is."""
    begins = [each.since for each in _rules_from(session, organisation_id, at)]
    return max((each for each in begins if each > at), default=None)


def all_of_those_people(session: Session, organisation_id: uuid.UUID, ids: Iterable[uuid.UUID]) -> list[uuid.UUID]:
    """Every mandate, present and to come, of the persons who hold these: who stops, stops altogether."""
    standing = mandates_from(session, organisation_id, at=clock.now())
    wanted = set(ids)
    stops = {each.person_id for each in standing if each.id in wanted}
    return [each.id for each in standing if each.person_id in stops]


def shortage(
    session: Session,
    organisation_id: uuid.UUID,
    *,
    at: dt.datetime,
    joining: int = 0,
    leaving: Iterable[uuid.UUID] = (),
    rule: Rule | None = None,
) -> Shortage | None:
    """Whether, from this moment on, so many new people and those who stay cannot meet the rule (the new one, if any).

    `leaving` are mandates that end. What stands ready to begin or end later is looked at too. Without any rule there
    is a shortage of one.
    """
    ends = set(leaving)
    staying = [each for each in mandates_from(session, organisation_id, at=at) if each.id not in ends]
    rules = _rules_from(session, organisation_id, at)
    begins_and_ends = [(each.since, each.until) for each in staying] + [(each.since, each.until) for each in rules]
    turns = [moment for pair in begins_and_ends for moment in pair if moment and moment > at]
    for moment in sorted({at, *turns}):
        held = [each for each in staying if each.since <= moment and (each.until is None or each.until > moment)]
        known = next(
            (each for each in rules if each.since <= moment and (each.until is None or each.until > moment)), None
        )
        applies = rule or (Rule(known.mode, known.together) if known else None)
        left = len({each.person_id for each in held}) + joining
        if applies is None:
            return Shortage(1, 0)
        alone = applies.mode == ALONE or (rule is None and any(each.counts == ALONE for each in held))
        needed = 1 if alone else applies.together
        if left < needed:
            return Shortage(needed, left)
    return None


def change(
    session: Session,
    organisation_id: uuid.UUID,
    *,
    at: dt.datetime,
    joining: Iterable[uuid.UUID] = (),
    leaving: Iterable[uuid.UUID] = (),
    rule: Rule | None = None,
    basis: str = "",
    evidence: str = "",
    evidence_name: str = "",
    ends_all: bool = False,
) -> dict[str, Any]:
    """Change who may bind an organisation from this moment on, inside an act; gives what the ledger is to say of it.

    `joining` are persons, `leaving` mandates. Under a new rule everybody who stays gets a mandate that counts by it,
    on the evidence of this change. `ends_all` ends every mandate and the rule itself.
    """
    standing = mandates_from(session, organisation_id, at=at)
    ends = {each.id for each in standing} if ends_all else set(leaving)
    joins = list(joining)
    if rule is not None:
        joins += [each.person_id for each in standing if each.id not in ends and each.person_id not in joins]
        ends = {each.id for each in standing}
    rules = _rules_from(session, organisation_id, at)
    for each in (*(m for m in standing if m.id in ends), *(rules if rule or ends_all else ())):
        end = max(at, each.since)
        each.until = min(each.until, end) if each.until else end  # an end that was ordered before stays
    applies = rule or next((Rule(each.mode, each.together) for each in rules), Rule(ALONE))
    made = [
        Mandate(
            organisation_id=organisation_id,
            person_id=person_id,
            counts=ALONE if applies.mode == ALONE else JOINT,
            basis=basis,
            evidence=evidence,
            evidence_name=evidence_name,
            since=at,
        )
        for person_id in joins
    ]
    session.add_all(made)
    laid_down = []
    if rule is not None:
        laid_down.append(
            AuthorityRule(organisation_id=organisation_id, mode=rule.mode, together=rule.together, since=at)
        )
        session.add_all(laid_down)
    session.flush()
    return {
        "granted": [_as_granted(each) for each in made],
        "ended": {str(each.id): _moment(each.until) for each in standing if each.id in ends},
        "rules": [
            {"rule": str(each.id), "mode": each.mode, "together": each.together, "since": _moment(each.since)}
            for each in laid_down
        ],
        "rules_ended": {str(each.id): _moment(each.until) for each in rules if rule or ends_all},
    }


def _as_granted(mandate: Mandate) -> dict[str, Any]:
    return {
        "mandate": str(mandate.id),
        "person": str(mandate.person_id),
        "counts": mandate.counts,
        "basis": mandate.basis,
        "evidence": mandate.evidence,
        "since": _moment(mandate.since),
    }


def _moment(value: dt.datetime | None) -> str | None:
    return value.isoformat() if value else None


def _rules_from(session: Session, organisation_id: uuid.UUID, at: dt.datetime) -> list[AuthorityRule]:
    """The rules that hold at this moment or later, the earliest first."""
    query = select(AuthorityRule).where(
        AuthorityRule.organisation_id == organisation_id, _is_not_over(AuthorityRule, at)
    )
    return list(session.scalars(query.order_by(AuthorityRule.since)))


def _others(together: int) -> str:
    return say_count("één ander", "%(count)s anderen", together - 1)


def _holds(table: type[AuthorityRule | Mandate], at: dt.datetime) -> tuple[ColumnElement[bool], ...]:
    return table.since <= at, _is_not_over(table, at)


def _is_not_over(table: type[AuthorityRule | Mandate], at: dt.datetime) -> ColumnElement[bool]:
    return or_(table.until.is_(None), table.until > at)
