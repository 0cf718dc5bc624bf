"""What a board said of earlier versions: its remarks and questions travel with it to the same points of the next."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from portal.cases.catalogue import ENDED, workflow_of
from portal.cases.tables import Case
from portal.wording import say
from workflows.processor_agreement import EXPLAINED, IN_ORDER
from workflows.vocabulary import Choice

Place = tuple[str, str]
"""A step, and a question."""


@dataclass(frozen=True)
class Remark:
    """One thing that was said of a point, and of which version."""

    version: str
    at: dt.datetime
    who: str
    words: str
    judged: str = ""
    """How the point was judged; empty for a remark or a question."""
    shared: bool = False


def remarks(session: Session, case: Case) -> dict[Place, list[Remark]]:
    """What this board said in its earlier cases about this product, by the point, oldest first."""
    if case.publication_id is None or case.counterparty_id is None or case.organisation_id is None:
        return {}
    mine = (Case.workflow == case.workflow, Case.organisation_id == case.organisation_id)
    before = (
        select(Case)
        .where(*mine, Case.product_id == case.product_id, Case.id != case.id, Case.started_at <= case.started_at)
        .where(Case.state.in_(ENDED))
        .options(selectinload(Case.answers), selectinload(Case.comments), selectinload(Case.publication))
    )
    found: dict[Place, list[Remark]] = {}
    for each in session.scalars(before.order_by(Case.started_at)):
        for place, remark in (*_judgements(each), *_comments(each)):
            found.setdefault(place, []).append(remark)
    return found


def _judgements(case: Case) -> Iterator[tuple[Place, Remark]]:
    """The points that were not simply in order."""
    for answer in case.answers:
        step = workflow_of(case).step(answer.step)
        for question in step.questions if step else ():
            given = answer.values.get(question.name)
            explained = answer.values.get(f"{question.name}{EXPLAINED}", "")
            if not isinstance(question, Choice) or given in (None, IN_ORDER):
                continue
            judged = say(dict(question.options).get(str(given), str(given)))
            who = answer.person.name if answer.person else ""
            remark = Remark(_version(case), answer.answered_at, who, str(explained), judged)
            yield (answer.step, question.name), remark


def _comments(case: Case) -> Iterator[tuple[Place, Remark]]:
    for each in case.comments:
        remark = Remark(_version(case), each.at, each.person.name, each.words, shared=each.shared)
        yield (each.step, each.question), remark


def _version(case: Case) -> str:
    return case.publication.version if case.publication else ""
