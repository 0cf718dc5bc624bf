"""The measures of a board as a list: how each stands, searched, filtered and sorted, what is overdue first."""

import datetime as dt
import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from portal.cases.dpia import decided, measures
from portal.cases.dpia.tables import DpiaMeasure
from portal.wording import mark

SORTS = ("due", "product", "owner", "measure", "state")
OVERDUE, OPEN, HANDED_IN, ACCEPTED, OVER = "overdue", "open", "handed_in", "accepted", "over"
STATES = {
    OVERDUE: mark("te laat"),
    OPEN: mark("nog te doen"),
    HANDED_IN: mark("bewijs wordt beoordeeld"),
    ACCEPTED: mark("klaar"),
    OVER: mark("niet meer nodig"),
}
_SHOWN_AS = {OVERDUE: "problem", OPEN: "todo", HANDED_IN: "waiting", ACCEPTED: "done", OVER: "neutral"}


@dataclass(frozen=True)
class Line:
    """One measure, and how it stands."""

    measure: DpiaMeasure
    state: str

    @property
    def due_on(self) -> dt.date | None:
        """The day on which it is to be done."""
        return day_of(self.measure.due_on)

    @property
    def shown_as(self) -> str:
        """The kind of its status tag."""
        return _SHOWN_AS[self.state]


def day_of(text: str | None) -> dt.date | None:
    """The day that is written so."""
    return dt.date.fromisoformat(text) if text else None


def of(session: Session, board_id: uuid.UUID, *, today: dt.date) -> list[Line]:
    """Every measure of a board."""
    left = decided.left(decided.of_board(session, board_id))
    return [_line(each, left[each.case_id], today=today) for each in measures.of_board(session, board_id)]


def line(session: Session, measure: DpiaMeasure, *, today: dt.date) -> Line:
    """One of them."""
    return _line(measure, decided.still_about(session, measure.decision), today=today)


def _line(measure: DpiaMeasure, left: Collection[str], *, today: dt.date) -> Line:
    """As it stands while its decision still says something about these schools."""
    due = day_of(measure.due_on)
    if measure.accepted_at is not None:
        return Line(measure, ACCEPTED)
    if not left:
        return Line(measure, OVER)
    if measure.handed_in_at is not None:
        return Line(measure, HANDED_IN)
    return Line(measure, OVERDUE if due is not None and due < today else OPEN)


def chosen(lines: Iterable[Line], *, text: str, state: str, sort: str, descending: bool) -> list[Line]:
    """Those in which every word stands and that stand so, in this order; by day: what is overdue first, done last."""
    wanted = text.casefold().split()
    found = [
        each
        for each in lines
        if (not state or each.state == state) and all(word in _words(each).casefold() for word in wanted)
    ]
    found.sort(key=lambda each: _key(each, sort), reverse=descending)
    if sort == "due":
        found.sort(key=lambda each: each.state in (ACCEPTED, OVER))  # whichever way: what is done comes last
    return found


def asked_evidence(measure: DpiaMeasure) -> str:
    """What the model asks for as evidence of this measure; empty for a measure of one's own."""
    publication = measure.decision.publication
    asked = publication.body.get("measures", ()) if publication else ()
    return next((str(each["evidence"]) for each in asked if each["id"] == measure.thing), "")


def _words(each: Line) -> str:
    measure = each.measure
    of_decision = (measure.decision.product.title, measure.decision.case.reference)
    return " ".join((*of_decision, measure.text, measure.owner, measure.owner_email, measure.evidence_text))


def _key(each: Line, sort: str) -> tuple[str, str]:
    measure, due = each.measure, each.measure.due_on or "9999"
    match sort:
        case "product":
            return measure.decision.product.title.casefold(), due
        case "owner":
            return measure.owner.casefold(), due
        case "measure":
            return measure.text.casefold(), due
        case "state":
            return str(list(STATES).index(each.state)), due
    return due, measure.thing
