"""What the pages of a case show: facts gathered for a template, nothing decided here."""

from collections import Counter
from datetime import date
from typing import Any

from flask import request, url_for

from portal.cases import access, commenting, forms, overtaken, permitting, reminding, turning, waiting
from portal.cases.access import Visitor
from portal.cases.catalogue import workflow_of
from portal.cases.offering import earlier, points, threads, withdrawing
from portal.cases.refusals import BY_HAND, newer_text
from portal.cases.tables import Case, CaseState, Turn, TurnKind
from portal.database import reader
from portal.parties import register
from portal.record import ledger
from portal.views import (
    branches,
    case_history,
    document_cards,
    dpia_outcome,
    dpia_reopened,
    evidence,
    permission_pages,
    turns,
)
from portal.views.asking import Asked
from portal.views.visitor import visitor as current_visitor
from portal.wording import mark, moment, say
from workflows.vocabulary import ROLE_NAMES, Clauses, FromRegister, OfEach, Step

CASE_STATES = {
    CaseState.DRAFT: ("todo", mark("Nog niet verstuurd")),
    CaseState.ASSESSING: ("waiting", mark("Wordt beoordeeld")),
    CaseState.AGREEING: ("waiting", mark("Wacht op akkoord met de voorwaarden")),
    CaseState.ADVISING: ("waiting", mark("Wacht op advies")),
    CaseState.PREPARING: ("waiting", mark("Stuk wordt klaargezet")),
    CaseState.SIGNING: ("waiting", mark("Wacht op handtekeningen")),
    CaseState.DECIDED: ("done", mark("Rond")),
    CaseState.REFUSED: ("problem", mark("Geweigerd")),
    CaseState.DECLINED: ("problem", mark("Niet akkoord")),
    CaseState.WITHDRAWN: ("neutral", mark("Ingetrokken")),
    CaseState.LAPSED: ("neutral", mark("Vervallen")),
}
SAID_AT = {
    CaseState.DRAFT: TurnKind.SENT_BACK,
    CaseState.DECIDED: TurnKind.TAKEN_BACK,
    CaseState.DECLINED: TurnKind.DECLINED,
    CaseState.WITHDRAWN: TurnKind.WITHDRAWN,
    CaseState.LAPSED: TurnKind.LAPSED,
}
"""With which turn somebody said why a case stands there."""


def task_list(case: Case, visitor: Visitor) -> dict[str, Any]:
    """The case as a whole: its steps, who must act, its documents, what happened."""
    workflow, answers = workflow_of(case), access.answers_of(case)
    document = waiting.open_document(case)
    open_steps = workflow.open_steps(answers)
    return {
        "case": case,
        "workflow": workflow,
        "state": ("neutral", say("Ingetrokken")) if turning.was_taken_back(case) else state_of(case),
        "steps": [_step(case, step, visitor, answers) for step in workflow.path(answers)],
        "ready": case.state == CaseState.DRAFT and not open_steps,
        "turns": turns.offered(case, visitor),
        "last_turn": _last_turn(case),
        "roles_nobody_has": [say(ROLE_NAMES[each]) for each in waiting.roles_nobody_has(reader(), case)],
        "waits_for": waiting.names(case),
        "overdue": waiting.overdue_step(case),
        "not_yours": _not_yours(case, visitor),
        "may_judge": _may_judge(case, visitor),
        "may_agree": permitting.may_agree(case, visitor.person_id),
        "may_remind": reminding.may_remind(case, visitor),
        "expected": waiting.expected_on(case),
        "lapses": waiting.lapses_on(case),
        "calendar_url": _calendar_url(case, visitor),
        "comment_steps": _comment_steps(case, visitor),
        "offer": _offer(case),
        "asked_supplier": len(threads.unanswered(case)) if case.state == CaseState.DRAFT else 0,
        "document": document_cards.card(document) if document else None,
        "signatures": document_cards.signature_rows(document) if document else [],
        "may_sign": document_cards.may_sign_now(case, visitor),
        "document_id": document.id if document else None,
        "unfinished": document_cards.is_unfinished(case),
        "events": case_history.events(case),
        "mails": case_history.mails(case, visitor),
        "assessments": case.assessments,
        "dossier_url": evidence.offered_for_case(case.id, visitor),
        **dpia_outcome.panel(case, visitor),
        **dpia_outcome.asked_before(case),
        "afterwards": dpia_outcome.afterwards(case),
        "reopening": dpia_reopened.of(case, visitor),
        "permission": permission_pages.panel(case, visitor),
    }


def _not_yours(case: Case, visitor: Visitor) -> str:
    """Why the advice that the case waits for is not this visitor's to give, for who has the role for it."""
    step = waiting.next_step(case) if case.state == CaseState.DRAFT and case.organisation_id else None
    if step is None or not step.advises or step.by is None or case.organisation_id is None:
        return ""
    if step.by not in access.roles_at(visitor, case.organisation_id):
        return ""
    return say(access.why_not_theirs(case, step, visitor))


def _offer(case: Case) -> dict[str, Any] | None:
    """By whom it was offered, and by when an answer is wanted; None where the organisation began it."""
    found = withdrawing.of_case(reader(), case.id) if case.counterparty_id and case.started_by is None else None
    if found is None or case.counterparty is None or case.publication is None:
        return None
    return {
        "supplier": case.counterparty.name,
        "product": case.publication.product.title,
        "version": case.publication.version,
        "at": found.at,
        "deadline": date.fromisoformat(found.deadline) if found.deadline else None,
    }


def _last_turn(case: Case) -> Turn | None:
    """Why the case stands as it does, where somebody said so."""
    said = [each for each in case.turns if each.kind not in (TurnKind.HANDED_OVER, TurnKind.MOVED)]
    if said and said[-1].kind == TurnKind.REVOKED:
        return said[-1]
    if not said or said[-1].kind != SAID_AT.get(CaseState(case.state)):
        return None
    judged_since = case.assessments and case.assessments[-1].at > said[-1].at  # then that is why
    return None if judged_since else said[-1]


def _may_judge(case: Case, visitor: Visitor) -> bool:
    """Whether the case waits for a judgement or an advice of this visitor."""
    if case.state == CaseState.ADVISING:
        return access.may_advise(case, visitor)
    if case.state != CaseState.ASSESSING:
        return False
    left = access.seats_left(case)
    return any(seat in left for seat in access.seats_of(case, visitor))


def _calendar_url(case: Case, visitor: Visitor) -> str | None:
    """The case's last day as a file for a calendar, for who can do something about it."""
    if visitor.person_id is None or waiting.lapses_on(case) is None:
        return None
    if not turning.prepares(case, visitor, session=None) and not access.may_sign(case, visitor):
        return None
    return url_for("calendar.one", key=f"lapses-{case.id}")


def _comment_steps(case: Case, visitor: Visitor) -> list[dict[str, Any]]:
    """The steps one can talk about, with how much is said and not settled."""
    if visitor.person_id is None or workflow_of(case).one_sitting:
        return []
    said = commenting.visible(case, visitor)
    return [
        {
            "title": say(step.title),
            "url": url_for("comments.show", case_id=case.id, step_name=step.name),
            "all": sum(each.step == step.name for each in said),
            "open": sum(each.step == step.name and each.settled_at is None for each in said),
        }
        for step in workflow_of(case).path(access.answers_of(case))
    ]


def confirmation(case: Case, visitor: Visitor) -> dict[str, Any]:
    """The last page of a case."""
    document = waiting.open_document(case)
    return {
        "case": case,
        "workflow": workflow_of(case),
        "document": document_cards.card(document) if document else None,
        "signatures": document_cards.signature_rows(document) if document else [],
        "may_sign": document_cards.may_sign_now(case, visitor),
        "document_id": document.id if document else None,
        "unfinished": document_cards.is_unfinished(case),
        "head": ledger.head(reader()),
    }


def step(asked: Asked) -> dict[str, Any]:
    """One step's form, and how far along it is."""
    workflow = workflow_of(asked.case)
    answers = access.answers_of(asked.case)
    path = workflow.path(answers)
    for place, file in asked.files.items():
        field = forms.field_at(asked.form, place)
        field.render_kw = {**(field.render_kw or {}), "data-uploaded": file["name"]}
    return {
        "case": asked.case,
        "workflow": workflow,
        "step": asked.step,
        "branches": branches.of(asked),
        "form_fields": asked.form,
        "around": asked.around,
        "seen": asked.seen,
        "shown": " ".join(question.name for question in asked.questions),
        "sources": asked.sources,
        "files": asked.files,
        "takes_files": asked.takes_files,
        "errors": asked.faults,
        "more_is_asked": asked.more_is_asked and not request.form.get("add") and not request.form.get("remove"),
        "place": (path.index(asked.step) + 1, len(path)),
        "clauses_question": next((q.name for q in asked.questions if isinstance(q, Clauses)), None),
        "register_question": None,
        "of_each": {
            each.name: branches.of_each(each)
            for each in asked.questions
            if isinstance(each, OfEach) and asked.around.things.get(each.of)
        },
        "typed_at": asked.typed_at,
        "may_keep": current_visitor().person_id is not None and not workflow.one_sitting,
        "talks": Counter(
            each.question for each in commenting.visible(asked.case, current_visitor()) if each.step == asked.step.name
        )
        if current_visitor().person_id is not None and not workflow.one_sitting
        else None,
        "newer_text": newer_text(reader(), asked.case),
        "earlier": _earlier(asked.case, asked.step),
        "texts": _texts(asked),
        "theirs": None,
        "mine": None,
        **dpia_outcome.panel(asked.case, current_visitor()),
        **dpia_outcome.asked_before(asked.case, asked.step),
    }


def _texts(asked: Asked) -> dict[str, Any]:
    """What the text that is assessed says of each point of this step."""
    publication = asked.case.publication
    if publication is None or asked.case.counterparty_id is None:
        return {}
    said = {each.name: points.text_of(publication, each.name) for each in asked.questions if each.name in points.ABOUT}
    return {name: text for name, text in said.items() if any(text.values())}


def _earlier(case: Case, step: Step) -> dict[str, list[earlier.Remark]]:
    """What was said of earlier versions, by the question of this step."""
    found = earlier.remarks(reader(), case)
    return {name: said for (place, name), said in found.items() if place == step.name}


def register_choice(asked: Asked, question: FromRegister) -> dict[str, Any]:
    """The search in the register that a question shows, with what was found so far."""
    text = request.values.get("q", "")
    kinds = frozenset({"board"}) if _kind(asked) == "board" else frozenset({"location"})
    found = register.find(text, kinds=kinds)  # type: ignore[arg-type]
    chosen = asked.form[question.name].data or ""
    return {
        "register_question": question,
        "q": text,
        "found": found,
        "chosen": chosen,
        "chosen_name": _name_of(chosen),
        "by_hand": BY_HAND,
        "register_kind": _kind(asked),
    }


def state_of(case: Case) -> tuple[str, str]:
    """How a case stands, as a status."""
    if case.on_paper:
        return "done", say("Rond, op papier getekend")
    kind, text = CASE_STATES[CaseState(case.state)]
    return kind, say(text)


def _step(case: Case, step: Step, visitor: Visitor, answers: dict[str, Any]) -> dict[str, Any]:
    given = next((each for each in case.answers if each.step == step.name and not overtaken.is_proposed(each)), None)
    may = access.may_answer(case, step, visitor)
    workflow = workflow_of(case)
    path = workflow.path(answers)
    still = {each.name for each in workflow.open_steps(answers)}
    reachable = not any(each.name in still for each in path[: path.index(step)])
    again = given is not None and step.name not in answers
    kind, text = (
        ("waiting", mark("Opnieuw beoordelen"))
        if again
        else ("waiting", mark("Nog een vraag"))
        if given and step.name in still
        else ("done", mark("Overgenomen"))
        if given and overtaken.is_carried(case, given)
        else ("done", mark("Klaar"))
        if given
        else ("todo", mark("Nog doen"))
        if reachable
        else ("neutral", mark("Later"))
    )
    who = None if may else say(ROLE_NAMES[step.by]) if step.by else None
    return {
        "title": say(step.title),
        "url": url_for("cases.answer", case_id=case.id, step_name=step.name) if may and reachable else None,
        "status_kind": kind,
        "status_text": say(text),
        "who": given.person.name if given and given.person else None if given else who,
        "since": moment(given.answered_at) if given else None,
        "hint": None,
    }


def _kind(asked: Asked) -> str:
    kept = workflow_of(asked.case).relevant(access.answers_of(asked.case))
    return str(kept.get("kind", {}).get("kind", ""))


def _name_of(key: str) -> str:
    kind, _, number = key.partition(":")
    if kind == "board" and (board := register.board(number)):
        return f"{board.name}, {board.place}"
    if kind == "location" and (location := register.location(number)):
        return f"{location.name}, {location.place}"
    return ""
