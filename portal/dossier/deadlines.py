"""The deadlines of a person: by when tasks are expected, when open cases lapse, and when what holds ends.

A deadline says a title and where to go, and never the name of a pupil or what was answered.
"""

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.cases import waiting
from portal.cases.access import Visitor
from portal.cases.catalogue import workflow_of
from portal.cases.dpia import decided
from portal.cases.dpia.tables import DpiaDecision
from portal.cases.tables import Case
from portal.dossier import holdings, tasks
from portal.parties.tables import Membership
from portal.wording import mark, say
from workflows.vocabulary import Role

WARNED_BEFORE = dt.timedelta(days=14)
"""How long before a deadline a calendar warns."""
REVIEWS = (Role.PRIVACY_OFFICER, Role.FG, Role.ADMINISTRATOR, Role.SIGNATORY)
"""In whose calendar it stands when a DPIA is looked at again."""
KINDS = {
    "task": mark("taak"),
    "lapses": mark("zaak vervalt"),
    "ends": mark("loopt af"),
    "terms": mark("nieuwe voorwaarden"),
    "review": mark("opnieuw beoordelen"),
}


@dataclass(frozen=True)
class Deadline:
    """One day on which something is due or ends."""

    key: str
    """Names it for ever, so that a calendar replaces it instead of showing it twice."""
    kind: str
    day: dt.date
    title: str
    page: tuple[str, Mapping[str, str]]
    """The endpoint where one can act, and its parameters."""


def deadlines_of(session: Session, visitor: Visitor, *, open_ones: tasks.Tasks | None = None) -> list[Deadline]:
    """Every deadline of this visitor, the first first; what is overdue stands under its own day.

    `open_ones` are the visitor's tasks, where they were read already.
    """
    assert visitor.person_id is not None
    open_ones = open_ones or tasks.tasks_of(session, visitor)
    found = [
        *_of_cases(open_ones),
        *_of_terms(open_ones.terms),
        *_of_holdings(session, visitor.person_id),
        *_of_reviews(session, visitor.person_id),
    ]
    return sorted(found, key=lambda each: (each.day, each.title))


def _of_cases(open_ones: tasks.Tasks) -> list[Deadline]:
    signing = [(each.case, "sign") for each in open_ones.to_sign]
    mine = {case.id: case for case, _ in [*signing, *((each.case, each.asks) for each in open_ones.mine)]}
    others = {each.case.id: each.case for each in open_ones.others}
    found = []
    for case in mine.values():
        if day := waiting.expected_on(case):
            found.append(_of_case(case, "task", day, mark("%(what)s wacht op u")))
    for case in {**mine, **others}.values():
        if day := waiting.lapses_on(case):
            found.append(_of_case(case, "lapses", day, mark("%(what)s vervalt als er niets gebeurt")))
    return found


def _of_case(case: Case, kind: str, day: dt.date, title: str) -> Deadline:
    what = f"{say(workflow_of(case).title)} {case.reference}"
    return Deadline(f"{kind}-{case.id}", kind, day, say(title, what=what), ("cases.show", {"case_id": str(case.id)}))


def _of_terms(terms: list[tasks.Terms]) -> list[Deadline]:
    return [
        Deadline(
            f"terms-{each.product.id}-{each.version}",
            "terms",
            each.until,
            say("Laatste dag zonder akkoord op de nieuwe voorwaarden van %(product)s", product=each.product.title),
            ("cases.begin", {"workflow_name": "usage_terms", "product": each.product.name}),
        )
        for each in terms
        if each.until
    ]


def _of_reviews(session: Session, person_id: uuid.UUID) -> list[Deadline]:
    """When what their boards decided about DPIAs is to be looked at again."""
    mine = select(Membership.organisation_id).where(
        Membership.person_id == person_id, Membership.role.in_(REVIEWS), *Membership.held(clock.now())
    )
    counting = DpiaDecision.case_id.in_(decided.counting())
    asked = select(DpiaDecision).where(DpiaDecision.organisation_id.in_(mine), counting)
    return [
        Deadline(
            f"review-{each.case_id}",
            "review",
            dt.date.fromisoformat(each.review_on),
            say("De DPIA van %(product)s opnieuw beoordelen", product=each.product.title),
            ("cases.show", {"case_id": str(each.case_id)}),
        )
        for each in session.scalars(asked)
        if each.review_on
    ]


def _of_holdings(session: Session, person_id: uuid.UUID) -> list[Deadline]:
    found = []
    for each in holdings.of_person(session, person_id, at=clock.now()):
        if each.until is None:
            continue
        page: tuple[str, Mapping[str, str]] = ("home.in_force", {})
        if each.organisation_id:
            page = ("organisations.show", {"organisation_id": str(each.organisation_id)})
        elif each.case_id:
            page = ("cases.show", {"case_id": str(each.case_id)})
        # What ends at the beginning of a day held until the day before; that is the day to have acted.
        last_day = clock.day_of(each.until - dt.timedelta(microseconds=1))
        title = say("%(title)s loopt af: %(whom)s", title=each.title, whom=each.whom)
        found.append(Deadline(each.key, "ends", last_day, title, page))
    return found
