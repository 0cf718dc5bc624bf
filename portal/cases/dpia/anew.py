"""Of a reopened assessment: why it is there, the decision that it comes from, and what its model says otherwise."""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.cases import in_force
from portal.cases.dpia import carrying
from portal.cases.dpia.carrying import Kind
from portal.cases.dpia.reopening_tables import DpiaTrigger
from portal.cases.tables import Case
from portal.cases.things import Thing
from portal.wording import day, mark, say

CAUSES: Mapping[Kind, str] = {
    Kind.REVIEW: mark("De dag om opnieuw te beoordelen komt eraan: %(day)s."),
    Kind.NEW_VERSION: mark("Er is een nieuwe versie van het model: %(words)s."),
    Kind.WITHDRAWN: mark("Het model is ingetrokken. De reden: %(words)s"),
    Kind.SUBPROCESSOR: mark("De leverancier neemt een nieuwe subverwerker: %(words)s."),
    Kind.MODULE: mark("Het bestuur gebruikt sinds %(day)s een ander onderdeel: %(words)s"),
    Kind.USE: mark("Het gebruik is sinds %(day)s veranderd: %(words)s"),
    Kind.BREACH: mark("Op %(day)s was er een datalek: %(words)s"),
    Kind.BY_HAND: mark("Het bestuur wil opnieuw beoordelen: %(words)s"),
}


def triggers_of(session: Session, case: Case) -> list[DpiaTrigger]:
    """Why this case was begun; nothing for a case that nobody reopened."""
    if case.workflow not in in_force.DPIA_DECISIONS:
        return []
    return list(session.scalars(select(DpiaTrigger).filter_by(case_id=case.id).order_by(DpiaTrigger.at)))


def of_decision(session: Session, decision_id: uuid.UUID) -> list[DpiaTrigger]:
    """What happened to a decision since it was taken."""
    return list(session.scalars(select(DpiaTrigger).filter_by(decision_id=decision_id).order_by(DpiaTrigger.at)))


def cause(trigger: DpiaTrigger) -> str:
    """What happened, as a sentence."""
    on = day(dt.date.fromisoformat(trigger.on_day)) if trigger.on_day else ""
    return say(CAUSES[Kind(trigger.kind)], words=trigger.words, day=on)


def earlier_case(session: Session, case: Case) -> Case | None:
    """The decided case that a reopened one comes from."""
    found = triggers_of(session, case)
    return found[0].decision.case if found else None


def in_words(session: Session, case: Case) -> dict[str, Any] | None:
    """Why this is decided anew, and which decision was there before; None the first time."""
    earlier = earlier_case(session, case)
    if earlier is None:
        return None
    return {"causes": [cause(each) for each in triggers_of(session, case)], "earlier": earlier.reference}


def marked(session: Session, case: Case, things: Mapping[str, tuple[Thing, ...]]) -> dict[str, tuple[Thing, ...]]:
    """The things of a case; in a reopened one what the model says otherwise comes first, with what it said before."""
    earlier = earlier_case(session, case)
    if earlier is None or earlier.publication is None or case.publication is None:
        return dict(things)
    if earlier.publication_id == case.publication_id:
        return dict(things)
    differs = carrying.changes(earlier.publication.body, case.publication.body)
    version = case.publication.version
    return {
        part: _changed_first(found, differs[part], version) if part in differs else found
        for part, found in things.items()
    }


def _changed_first(things: Sequence[Thing], differs: Mapping[str, carrying.Change], version: str) -> tuple[Thing, ...]:
    first = [each for each in things if each.id in differs]
    said = [replace(each, facts=(_said(differs[each.id], version), *each.facts)) for each in first]
    return (*said, *(each for each in things if each.id not in differs))


def _said(change: carrying.Change, version: str) -> tuple[str, str]:
    if not change.before:
        return say("Nieuw in versie %(version)s", version=version), say("Dit stond er nog niet in.")
    label = say("Veranderd in versie %(version)s", version=version)
    if change.before == change.now:
        return label, say("De tekst is gelijk, het gewicht niet.")
    return label, say("Eerst stond hier: %(text)s", text=change.before)
