"""What the pages of a case show: facts gathered for a template, nothing decided here."""

from typing import Any

from flask import request, url_for

from portal import dossier
from portal.cases import access, answering, signing
from portal.cases.access import Visitor
from portal.cases.catalogue import workflow_of
from portal.cases.surroundings import BY_HAND
from portal.cases.tables import Case, CaseState, Document, DocumentState, Signature
from portal.database import reader
from portal.documents import vault
from portal.parties import mandates, register
from portal.record import ledger, outbox
from portal.views.asking import Asked
from portal.wording import mark, moment, say
from workflows.vocabulary import ROLE_NAMES, Clauses, FromRegister, Step

CASE_STATES = {
    CaseState.DRAFT: ("todo", mark("Nog niet verstuurd")),
    CaseState.ASSESSING: ("waiting", mark("Wordt beoordeeld")),
    CaseState.PREPARING: ("waiting", mark("Stuk wordt klaargezet")),
    CaseState.SIGNING: ("waiting", mark("Wacht op handtekeningen")),
    CaseState.DECIDED: ("done", mark("Rond")),
    CaseState.REFUSED: ("problem", mark("Geweigerd")),
    CaseState.WITHDRAWN: ("neutral", mark("Weggegooid")),
}
DOCUMENT_STATES = {
    DocumentState.ASKED: ("waiting", mark("Wordt gemaakt")),
    DocumentState.CERTIFIED: ("waiting", mark("Vastgesteld, nog niet compleet")),
    DocumentState.SEALING: ("waiting", mark("Wordt verzegeld")),
    DocumentState.COMPLETE: ("done", mark("Compleet en verzegeld")),
    DocumentState.WAITING: ("problem", mark("Wacht")),
}
ACTS = {
    "start": mark("Begonnen"),
    "submit": mark("Verstuurd"),
    "accept": mark("Akkoord van de servicedesk"),
    "ask": mark("Vraag van de servicedesk"),
    "refuse": mark("Geweigerd door de servicedesk"),
    "decide": mark("Rond: het besluit is van kracht"),
    "withdraw": mark("Weggegooid"),
    "sign": mark("Getekend"),
    "certify": mark("Stuk vastgesteld"),
    "seal": mark("Handtekening verzegeld"),
}


def task_list(case: Case, visitor: Visitor) -> dict[str, Any]:
    """The case as a whole: its steps, who must act, its documents, what happened."""
    workflow, answers = workflow_of(case), answering.answers_of(case)
    document = _document(case)
    open_steps = workflow.open_steps(answers)
    return {
        "case": case,
        "workflow": workflow,
        "state": state_of(case),
        "steps": [_step(case, step, visitor, answers) for step in workflow.path(answers)],
        "ready": case.state == CaseState.DRAFT and not open_steps,
        "may_discard": answering.may_submit(case, visitor),
        "waits_for": dossier.waits_for(case),
        "document": document_card(document) if document else None,
        "signatures": signature_rows(document) if document else [],
        "may_sign": may_sign_now(case, visitor),
        "document_id": document.id if document else None,
        "unfinished": is_unfinished(case),
        "events": _events(case, document),
        "mails": outbox.sent_about(reader(), f"case:{case.id}") if visitor.person_id else [],
        "mail_states": outbox.STATES,
        "assessments": case.assessments,
    }


def confirmation(case: Case, visitor: Visitor) -> dict[str, Any]:
    """The last page of a case."""
    document = _document(case)
    return {
        "case": case,
        "workflow": workflow_of(case),
        "document": document_card(document) if document else None,
        "signatures": signature_rows(document) if document else [],
        "may_sign": may_sign_now(case, visitor),
        "document_id": document.id if document else None,
        "unfinished": is_unfinished(case),
        "head": ledger.head(reader()),
    }


def step(asked: Asked) -> dict[str, Any]:
    """One step's form, and how far along it is."""
    workflow = workflow_of(asked.case)
    answers = answering.answers_of(asked.case)
    path = workflow.path(answers)
    for name, file in asked.files.items():
        field = asked.form[name]
        field.render_kw = {**(field.render_kw or {}), "data-uploaded": file["name"]}
    return {
        "case": asked.case,
        "workflow": workflow,
        "step": asked.step,
        "questions": asked.questions,
        "form_fields": asked.form,
        "around": asked.around,
        "seen": asked.seen,
        "shown": " ".join(question.name for question in asked.questions),
        "sources": asked.sources,
        "files": asked.files,
        "errors": asked.faults,
        "more_is_asked": asked.more_is_asked and not request.form.get("add") and not request.form.get("remove"),
        "place": (path.index(asked.step) + 1, len(path)),
        "clauses_question": next((q.name for q in asked.questions if isinstance(q, Clauses)), None),
        "register_question": None,
        "theirs": None,
        "mine": None,
    }


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


def document_card(document: Document) -> dict[str, Any]:
    """A document as its card shows it."""
    kind, text = DOCUMENT_STATES[DocumentState(document.state)]
    size = len(vault.content(document.current)) if document.current else 0
    return {
        "title": document.title,
        "kind": "PDF/A-3" if document.current else "",
        "reference": document.facts["reference"],
        "state_kind": kind,
        "state_text": f"{say(text)}: {document.cause}" if document.cause else say(text),
        "size_text": f"{max(1, size // 1024)} kB" if size else "",
        "url": url_for("documents.pdf", document_id=document.id) if document.current else None,
        "hash": document.current,
        "made_at": moment(document.made_at),
        "test_seal": document.is_test,
    }


def signature_rows(document: Document) -> list[dict[str, Any]]:
    """Everyone who may sign, and who has."""
    given = {str(each.person_id): each for each in document.signatures}
    decided = any(each.completes for each in document.signatures)
    return [_signature_row(each, given.get(each["person"]), decided) for each in document.facts["signatories"]]


def may_sign_now(case: Case, visitor: Visitor) -> bool:
    """Whether this visitor can sign the case's document at this moment."""
    document = signing.document_to_sign(case)
    if document is None or visitor.person_id is None or signing.field_of(document, visitor.person_id) is None:
        return False
    return all(each.person_id != visitor.person_id for each in document.signatures) and access.may_sign(case, visitor)


def state_of(case: Case) -> tuple[str, str]:
    """How a case stands, as a status."""
    kind, text = CASE_STATES[CaseState(case.state)]
    return kind, say(text)


def is_unfinished(case: Case) -> bool:
    """Whether the worker is still busy with the case's document, so that the page refreshes itself."""
    document = _document(case)
    if document is None:
        return False
    unsealed = any(each.revision is None for each in document.signatures)
    return document.state in (DocumentState.ASKED, DocumentState.WAITING) or unsealed


def _document(case: Case) -> Document | None:
    return next((each for each in reversed(case.documents) if each.void_at is None), None)


def _step(case: Case, step: Step, visitor: Visitor, answers: dict[str, Any]) -> dict[str, Any]:
    given = next((each for each in case.answers if each.step == step.name), None)
    may = access.may_answer(case, step, visitor)
    path = workflow_of(case).path(answers)
    reachable = all(each.name in answers for each in path[: path.index(step)])
    kind, text = (
        ("done", mark("Klaar")) if given else ("todo", mark("Nog doen")) if reachable else ("neutral", mark("Later"))
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


def _signature_row(signatory: dict[str, str], given: Signature | None, decided: bool) -> dict[str, Any]:
    if given is None:
        kind, text = ("neutral", mark("Niet meer nodig")) if decided else ("waiting", mark("Nog niet getekend"))
    elif given.revision is None:
        kind, text = "done", mark("Getekend, wordt verzegeld")
    else:
        kind, text = "done", mark("Getekend")
    authority = mandates.authority_sentence(given.authority) if given else signatory["authority"]
    return {
        "name": signatory["name"],
        "function": signatory["function"],
        "authority": authority,
        "state_kind": kind,
        "state_text": say(text),
        "at": moment(given.at) if given else None,
    }


def _events(case: Case, document: Document | None) -> list[dict[str, Any]]:
    entries = ledger.about(reader(), f"case:{case.id}")
    if document is not None:
        entries = sorted([*entries, *ledger.about(reader(), f"document:{document.id}")], key=lambda each: each.number)
    names = {str(each.person_id): each.person.name for each in document.signatures} if document else {}
    return [
        {
            "when": moment(entry.at),
            "what": say(ACTS.get(entry.act, entry.act)),
            "who": say("%(who)s · logboekregel %(number)s", who=names[entry.actor], number=entry.number)
            if entry.actor in names
            else say("logboekregel %(number)s", number=entry.number),
        }
        for entry in entries
    ]


def _kind(asked: Asked) -> str:
    kept = workflow_of(asked.case).relevant(answering.answers_of(asked.case))
    return str(kept.get("kind", {}).get("kind", ""))


def _name_of(key: str) -> str:
    kind, _, number = key.partition(":")
    if kind == "board" and (board := register.board(number)):
        return f"{board.name}, {board.place}"
    if kind == "location" and (location := register.location(number)):
        return f"{location.name}, {location.place}"
    return ""
