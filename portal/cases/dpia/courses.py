"""The two ways in which a board decides about a DPIA, as far as looking at a decision again differs between them."""

import datetime as dt
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from portal import clock
from portal.cases import in_force
from portal.cases.dpia import carrying, carrying_own
from portal.cases.dpia.carrying import Accepted, Carried, Kind
from portal.cases.tables import Case
from portal.offers import publications
from portal.offers.dpia import standing
from portal.offers.tables import Publication
from workflows.dpia_facts import Standing
from workflows.vocabulary import Answers


@dataclass(frozen=True)
class Before:
    """The answers that a case goes on with: those of a decision, or of the draft that is there already."""

    answers: Answers
    text: Publication | None
    decided_on: dt.date | None = None
    """None for a draft."""
    decided_by: str = ""
    """The decision in words."""
    accepted: Accepted = field(default_factory=dict)
    owed: Sequence[Mapping[str, Any]] = ()
    """Conditions of the FG that are not carried out yet, as measures."""
    holds: bool = True
    """Whether the product may be used by it: else it is no earlier look on which one can rest."""


@dataclass(frozen=True)
class Course:
    """One of the ways: its procedure, whether it needs a model, and what it takes over when something happens."""

    workflow: str
    """What it puts in force has the same name."""
    needs_model: bool
    carried: Callable[[Before, Publication | None, Kind], dict[str, Carried]]


def _reused(before: Before, model: Publication | None, kind: Kind) -> dict[str, Carried]:
    assert before.text is not None and model is not None
    return carrying.carried(
        before.answers,
        before.text.body,
        model.body,
        today=clock.today(),
        opens=carrying.OPENS[kind],
        decided_on=before.decided_on,
        decided_by=before.decided_by,
        is_changed=before.decided_on is None or kind in carrying.CHANGED or not before.holds,
        accepted=before.accepted,
        owed=before.owed,
    )


def _made_elsewhere(before: Before, _model: Publication | None, kind: Kind) -> dict[str, Carried]:
    of_draft = before.decided_on is None
    return (carrying_own.asked_again if of_draft else carrying_own.carried)(before.answers, kind)


COURSES: Mapping[str, Course] = {
    in_force.DPIA_REUSE: Course(in_force.DPIA_REUSE, True, _reused),
    in_force.DPIA_OWN: Course(in_force.DPIA_OWN, False, _made_elsewhere),
}
"""By the name of the procedure, which is that of what it puts in force as well."""


def of(case: Case) -> Course | None:
    """By which way this case is decided; None for a case about anything else."""
    return COURSES.get(case.workflow)


def model_for(session: Session, product_id: uuid.UUID) -> Publication | None:
    """The model with which a board can decide now: the newest that is current."""
    now = clock.now()
    known = [each for each in publications.versions(session, product_id, publications.DPIA_MODEL) if each.since <= now]
    return next((each for each in known if standing.of(session, each, at=now) is Standing.CURRENT), None)
