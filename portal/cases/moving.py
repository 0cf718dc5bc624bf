"""Moving an open case to the current definition and publication: previewed, done by the operator, undone by nobody."""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, or_, select
from sqlalchemy.orm import Session, selectinload

from portal import clock
from portal.cases import catalogue, turning, waiting
from portal.cases.access import Visitor, answers_of, is_service_desk
from portal.cases.catalogue import ENDED, workflow_of
from portal.cases.tables import Case, CaseState, TurnKind
from portal.database import act
from portal.errors import NotFoundError, RefusedError
from portal.offers import publications
from portal.offers.differences import ClauseChange
from portal.offers.tables import Publication
from portal.wording import mark, say
from workflows import vocabulary
from workflows.vocabulary import Answers, Question, Step, Workflow

SIGNED = mark("Deze zaak heeft al een handtekening. Wie tekende, tekende deze tekst: de zaak blijft bij haar versie.")
NOTHING_NEWER = mark("Deze zaak is al bij de nieuwste versie.")
STAYS, AGAIN, NEW, GONE = "stays", "again", "new", "gone"
EMPTY: tuple[Any, ...] = ("", None, [], {})


@dataclass(frozen=True)
class Fate:
    """What becomes of one step."""

    name: str
    title: str
    fate: str
    """stays: answered, and the answers still fit; again: answered, but asked once more; new: not asked before; gone."""
    why: tuple[str, ...] = ()
    """The labels of the questions because of which the answers no longer fit."""


@dataclass(frozen=True)
class Plan:
    """What moving one case will do."""

    workflow: Workflow
    publication: Publication | None
    fates: tuple[Fate, ...]
    changes: tuple[ClauseChange, ...]
    """What is new in the publication."""

    @property
    def dropped(self) -> list[str]:
        """The steps of which the answers are given up."""
        return [each.name for each in self.fates if each.fate in (AGAIN, GONE)]


def preview(
    old: Workflow, new: Workflow, answers: Answers, *, reread: bool = False, renamed: frozenset[str] = frozenset()
) -> tuple[Fate, ...]:
    """What becomes of each step when answers given under one definition are taken over into another; pure.

    An answer stays when its question is of the same kind and would take it today; one answer that does not fit asks
    its whole step again. `reread`: the publication changed, so what was confirmed of it is asked again.
    `renamed`: the things of it ("measures") that are otherwise, so that what was said of each is asked again.
    """
    kept = {each.name: answers[each.name] for each in new.steps if each.name in answers}
    faults = {name: _misfits(old.step(name), new.step(name), kept, reread, renamed) for name in kept}
    kept = {name: values for name, values in kept.items() if not faults[name]}
    path = {each.name for each in new.path(kept)}
    fates: list[Fate] = []
    for step in new.steps:
        if step.name in answers:
            said = faults[step.name]
            fates.append(Fate(step.name, step.title, AGAIN if said else STAYS, tuple(said)))
        elif step.name in path and old.step(step.name) is None:
            fates.append(Fate(step.name, step.title, NEW))
    gone = [each for each in old.steps if each.name in answers and new.step(each.name) is None]
    return (*fates, *(Fate(each.name, each.title, GONE) for each in gone))


def plan(session: Session, case: Case, *, at: dt.datetime) -> Plan:
    """What moving this case to the current versions will do; RefusedError where it cannot be moved."""
    if case.state in ENDED:
        raise RefusedError("Deze zaak is al afgelopen.")
    if any(document.signatures for document in case.documents if document.void_at is None):
        raise RefusedError(SIGNED)
    new, publication = catalogue.current(case.workflow), case.publication
    if publication is not None:
        current = publications.current(session, publication.product_id, publication.kind, at=at)
        publication = max(current, publication, key=lambda each: each.since)
    if new.version == case.workflow_version and publication is case.publication:
        raise RefusedError(NOTHING_NEWER)
    changes: Sequence[ClauseChange] = ()
    renamed: frozenset[str] = frozenset()
    if publication is not None and case.publication is not None and publication is not case.publication:
        before, after = case.publication.body, publication.body
        changes = publications.difference(before, after) if "clauses" in after else ()
        renamed = frozenset(name for name in after if before.get(name) != after[name])
    reread = any(each.kind not in ("same", "moved") for each in changes)
    fates = preview(workflow_of(case), new, answers_of(case), reread=reread, renamed=renamed)
    return Plan(new, publication, fates, tuple(changes))


def move(case_id: uuid.UUID, *, by: Visitor, seen: str) -> None:
    """Move a case: it is a draft again, without the answers that no longer fit. `seen` is the plan on the screen."""
    with act() as session:
        case = session.get(Case, case_id)
        if case is None or not is_service_desk(by, session=session):
            raise NotFoundError
        made = plan(session, case, at=clock.now())
        if seen != fingerprint(made):
            raise RefusedError("De zaak of de nieuwste versie is intussen veranderd. Bekijk de gevolgen opnieuw.")
        was, old = case.workflow_version, case.publication
        told = {each.email: each for each in waiting.everyone(session, case)} if case.state != CaseState.DRAFT else {}
        turning.void_documents(case)
        for answer in [each for each in case.answers if each.step in made.dropped]:
            case.answers.remove(answer)
            session.delete(answer)
        case.workflow_version, case.publication = made.workflow.version, made.publication
        if case.state != CaseState.DRAFT:
            case.state, case.submitted_at = CaseState.DRAFT, None
            case.round += 1
        session.flush()
        told |= {each.email: each for each in waiting.recipients(session, case)}
        turning.turn(
            session,
            case,
            TurnKind.MOVED,
            words=_in_words(made),
            by=by,
            told=told.values(),
            was=was,
            version=made.workflow.version,
            publication_was=old.version if old else None,
            publication=made.publication.version if made.publication else None,
            dropped=made.dropped,
        )


def fingerprint(made: Plan) -> str:
    """A plan in one line: what was previewed is what is done."""
    version = made.publication.version if made.publication else ""
    return "|".join([made.workflow.version, version, *(f"{each.name}:{each.fate}" for each in made.fates)])


def behind(session: Session, *, at: dt.datetime) -> Select[Case]:
    """The open cases that are pinned to a definition or a publication that is no longer the current one."""
    old_definition = [
        and_(Case.workflow == name, Case.workflow_version != next(iter(versions)))
        for name, versions in catalogue.every_workflow().items()
    ]
    open_ones = select(Case).where(
        Case.state.not_in(ENDED), or_(*old_definition, _old_publication(session, at), false())
    )
    return open_ones.options(selectinload(Case.organisation), selectinload(Case.publication))


def _old_publication(session: Session, at: dt.datetime) -> ColumnElement[bool]:
    kinds = session.execute(select(Publication.product_id, Publication.kind).distinct()).all()
    now = [each.id for pair in kinds for each in publications.sufficing(session, *pair, at=at)[:1]]
    return and_(Case.publication_id.is_not(None), Case.publication_id.not_in(now))


def _in_words(made: Plan) -> str:
    again = [say(each.title) for each in made.fates if each.fate in (AGAIN, NEW)]
    if not again:
        return say("Alle antwoorden blijven staan.")
    return say("Wij vragen opnieuw: %(steps)s. De andere antwoorden blijven staan.", steps=", ".join(again))


def _misfits(old: Step | None, new: Step | None, answers: Answers, reread: bool, renamed: frozenset[str]) -> list[str]:
    """The labels of the questions that a step's answers no longer answer; its title where it is the step as a whole."""
    if new is None:
        return []
    if old is None:
        return [new.title]
    values = answers[new.name]
    before = {each.name: each for each in old.questions}
    labels = [
        question.label
        for question in new.asked(answers)
        if question.name not in values
        or not _fits(before.get(question.name), question, values[question.name])
        or (reread and isinstance(question, vocabulary.Clauses))
        or (isinstance(question, vocabulary.OfEach | vocabulary.Pick) and question.of in renamed)
    ]
    if not labels and new.complaint and any(new.complaint(values, answers).values()):
        return [new.title]
    return labels


def _fits(before: Question | None, question: Question, value: Any) -> bool:
    """Whether an answer to the old question would be taken for the new one."""
    if before is None or type(before) is not type(question):
        return False
    if value in EMPTY:
        return question.optional or (isinstance(question, vocabulary.Rows) and question.fewest == 0)
    if question.complaint and question.complaint(value):
        return False
    match question:
        case vocabulary.Choice():
            return value in [key for key, _ in question.options]
        case vocabulary.Choices():
            return isinstance(value, list) and set(value) <= {key for key, _ in question.options}
        case vocabulary.Text():
            return isinstance(value, str) and len(value) <= question.longest
        case vocabulary.File():
            name = str(value.get("name", "")) if isinstance(value, Mapping) else ""
            return name.rpartition(".")[2].lower() in question.kinds and int(value.get("size", 0)) <= question.largest
        case vocabulary.Rows():
            assert isinstance(before, vocabulary.Rows)
            return isinstance(value, list) and _rows_fit(before, question, value)
    return True


def _rows_fit(before: vocabulary.Rows, question: vocabulary.Rows, rows: Sequence[Mapping[str, Any]]) -> bool:
    old = {each.name: each for each in before.questions}
    return question.fewest <= len(rows) <= question.most and all(
        isinstance(row, Mapping) and each.name in row and _fits(old.get(each.name), each, row[each.name])
        for row in rows
        for each in question.questions
    )
