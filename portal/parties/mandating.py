"""Changing who may bind an organisation, and whether enough people would be left."""

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from portal.parties.authority import ALONE, JOINT, Limits, Rule
from portal.parties.mandates import mandates_from, rules_from
from portal.parties.tables import AuthorityRule, Mandate

UNLIMITED = Limits()


@dataclass(frozen=True)
class Shortage:
    """A moment at which the rule could not be met by those who are left."""

    needed: int
    left: int


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

    `leaving` are mandates that end. What stands ready to begin or end later is looked at too, and only who may sign
    everything is counted. Without any rule there is a shortage of one.
    """
    ends = set(leaving)
    staying = [each for each in mandates_from(session, organisation_id, at=at) if each.id not in ends and each.is_whole]
    rules = rules_from(session, organisation_id, at=at)
    begins_and_ends = [(each.since, each.until) for each in staying] + [(each.since, each.until) for each in rules]
    turns = [moment for pair in begins_and_ends for moment in pair if moment and moment > at]
    for moment in sorted({at, *turns}):
        held = [each for each in staying if each.since <= moment and (each.until is None or each.until > moment)]
        known = next(
            (each for each in rules if each.since <= moment and (each.until is None or each.until > moment)), None
        )
        applies = rule or (known.rule if known else None)
        left = len({each.person_id for each in held}) + joining
        if applies is None:
            return Shortage(1, 0)
        alone = rule is None and any(each.counts == ALONE for each in held)
        needed = 1 if alone else applies.needed(left)
        if left < needed:
            return Shortage(needed, left)
    return None


def change(
    session: Session,
    organisation_id: uuid.UUID,
    *,
    at: dt.datetime,
    joining: Iterable[uuid.UUID] = (),
    limits: Limits = UNLIMITED,
    until: dt.datetime | None = None,
    granted_by: uuid.UUID | None = None,
    leaving: Iterable[uuid.UUID] = (),
    rule: Rule | None = None,
    basis: str = "",
    evidence: str = "",
    evidence_name: str = "",
    ends_all: bool = False,
) -> dict[str, Any]:
    """Change who may bind an organisation from this moment on, inside an act; gives what the ledger is to say of it.

    `joining` are persons, who get a mandate within these limits and until then, delegated from the mandate
    `granted_by` if any; `leaving` are mandates, with which those that were delegated from them end. Under a new rule
    everybody who stays gets a mandate that counts by it, as far as it went, on the evidence of this change.
    `ends_all` ends every mandate and the rule itself.
    """
    standing, joins = mandates_from(session, organisation_id, at=at), list(dict.fromkeys(joining))
    ends = {each.id for each in standing} if ends_all else set(leaving)
    ends |= {each.id for each in standing if rule is not None and each.person_id in joins}
    ends |= {each.id for each in standing if each.granted_by in ends}
    rules = rules_from(session, organisation_id, at=at)
    applies = rule or next((each.rule for each in rules), Rule(ALONE))

    def mandate(person_id: uuid.UUID, *, limits: Limits, **more: Any) -> Mandate:
        return Mandate(
            id=uuid.uuid4(),
            organisation_id=organisation_id,
            person_id=person_id,
            counts=ALONE if applies.mode == ALONE else JOINT,
            kinds=list(limits.kinds),
            amount=limits.amount,
            basis=basis,
            evidence=evidence,
            evidence_name=evidence_name,
            since=at,
            **more,
        )

    made = [mandate(each, limits=limits, until=until, granted_by=granted_by) for each in joins]
    if rule is not None:
        stays = [each for each in standing if each.id not in ends]
        again = {each.id: mandate(each.person_id, limits=each.limits, until=each.until) for each in stays}
        for each in stays:
            if each.granted_by is not None:
                again[each.id].granted_by = again[each.granted_by].id
        made += again.values()
        ends = {each.id for each in standing}
    for each in (*(m for m in standing if m.id in ends), *(rules if rule or ends_all else ())):
        end = max(at, each.since)
        each.until = min(each.until, end) if each.until else end  # an end that was ordered before stays
    session.add_all([each for each in made if each.granted_by is None])
    session.flush()  # what others are delegated from stands there first
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
    granted = {
        "mandate": str(mandate.id),
        "person": str(mandate.person_id),
        "counts": mandate.counts,
        "basis": mandate.basis,
        "evidence": mandate.evidence,
        "since": _moment(mandate.since),
    }
    limits = {
        "kinds": mandate.kinds,
        "amount": mandate.amount,
        "granted_by": str(mandate.granted_by) if mandate.granted_by else None,
        "until": _moment(mandate.until),
    }
    return granted | {name: value for name, value in limits.items() if value not in (None, [])}


def _moment(value: dt.datetime | None) -> str | None:
    return value.isoformat() if value else None
