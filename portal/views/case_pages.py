"""What the pages of a case show: facts gathered for a template, nothing decided here."""

from collections.abc import Sequence
from typing import Any

from flask import request, url_for
from sqlalchemy import select

from portal.cases import access, printing, reminding, signing, turning, waiting
from portal.cases.access import Visitor
from portal.cases.catalogue import ENDED, workflow_of
from portal.cases.refusals import BY_HAND, newer_text
from portal.cases.tables import Case, CaseState, Document, DocumentState, Signature, Turn, TurnKind
from portal.database import reader
from portal.documents import vault
from portal.parties import mandates, people, register
from portal.record import ledger, outbox
from portal.record.ledger import Entry
from portal.views import turns
from portal.views.asking import Asked
from portal.wording import mark, moment, say, say_count
from workflows.vocabulary import ROLE_NAMES, Clauses, FromRegister, Step

CASE_STATES = {
    CaseState.DRAFT: ("todo", mark("Nog niet verstuurd")),
    CaseState.ASSESSING: ("waiting", mark("Wordt beoordeeld")),
    CaseState.ADVISING: ("waiting", mark("Wacht op advies")),
    CaseState.PREPARING: ("waiting", mark("Stuk wordt klaargezet")),
    CaseState.SIGNING: ("waiting", mark("Wacht op handtekeningen")),
    CaseState.DECIDED: ("done", mark("Rond")),
    CaseState.REFUSED: ("problem", mark("Geweigerd")),
    CaseState.DECLINED: ("problem", mark("Niet akkoord")),
    CaseState.WITHDRAWN: ("neutral", mark("Ingetrokken")),
    CaseState.LAPSED: ("neutral", mark("Vervallen")),
}
DOCUMENT_STATES = {
    DocumentState.ASKED: ("waiting", mark("Wordt gemaakt")),
    DocumentState.CERTIFIED: ("waiting", mark("Vastgesteld, nog niet compleet")),
    DocumentState.COMPLETE: ("done", mark("Compleet en verzegeld")),
    DocumentState.WAITING: ("problem", mark("Wacht")),
}
ACTS = {
    "start": mark("Begonnen"),
    "submit": mark("Verstuurd"),
    "accept": mark("Akkoord"),
    "ask": mark("Vraag gesteld"),
    "refuse": mark("Geweigerd"),
    "decide": mark("Rond: het besluit is van kracht"),
    "advise": mark("Advies gegeven"),
    "sent_back": mark("Teruggestuurd: de vragen staan weer open"),
    "declined": mark("Niet akkoord: de zaak is afgelopen"),
    "withdrawn": mark("Ingetrokken"),
    "lapsed": mark("Vervallen: er gebeurde te lang niets"),
    "handed_over": mark("Overgedragen aan een collega"),
    "taken_back": mark("Akkoord ingetrokken"),
    "moved": mark("Naar een nieuwere versie gezet"),
    "remind": mark("Herinnering gevraagd"),
    "comment": mark("Opmerking geschreven"),
    "comment_settled": mark("Opmerking afgehandeld"),
    "comment_opened": mark("Opmerking weer geopend"),
    "end": mark("Niet meer van kracht"),
    "sign": mark("Getekend"),
    "certify": mark("Stuk vastgesteld"),
    "seal": mark("Handtekening verzegeld"),
}


def task_list(case: Case, visitor: Visitor) -> dict[str, Any]:
    """The case as a whole: its steps, who must act, its documents, what happened."""
    workflow, answers = workflow_of(case), access.answers_of(case)
    document = waiting.open_document(case)
    open_steps = workflow.open_steps(answers)
    return {
        "case": case,
        "workflow": workflow,
        "state": state_of(case),
        "steps": [_step(case, step, visitor, answers) for step in workflow.path(answers)],
        "ready": case.state == CaseState.DRAFT and not open_steps,
        "turns": turns.offered(case, visitor),
        "last_turn": _last_turn(case),
        "roles_nobody_has": [say(ROLE_NAMES[each]) for each in waiting.roles_nobody_has(reader(), case)],
        "waits_for": waiting.names(case),
        "may_judge": _may_judge(case, visitor),
        "may_remind": reminding.may_remind(case, visitor),
        "expected": waiting.expected_on(case),
        "lapses": waiting.lapses_on(case),
        "calendar_url": _calendar_url(case, visitor),
        "comment_steps": _comment_steps(case, visitor),
        "document": document_card(document) if document else None,
        "signatures": signature_rows(document) if document else [],
        "may_sign": may_sign_now(case, visitor),
        "document_id": document.id if document else None,
        "unfinished": is_unfinished(case),
        "events": _events(case),
        "mails": _mails(case, visitor),
        "assessments": case.assessments,
    }


def _last_turn(case: Case) -> Turn | None:
    """Why the case stands as it does, where somebody said so."""
    last = case.turns[-1] if case.turns else None
    if last is None or (case.state == CaseState.DRAFT and last.kind != TurnKind.SENT_BACK):
        return None
    return last if case.state in (CaseState.DRAFT, *ENDED) else None


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
    return [
        {
            "title": say(step.title),
            "url": url_for("comments.show", case_id=case.id, step_name=step.name),
            "all": sum(each.step == step.name for each in case.comments),
            "open": sum(each.step == step.name and each.settled_at is None for each in case.comments),
        }
        for step in workflow_of(case).path(access.answers_of(case))
    ]


def confirmation(case: Case, visitor: Visitor) -> dict[str, Any]:
    """The last page of a case."""
    document = waiting.open_document(case)
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
    answers = access.answers_of(asked.case)
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
        "newer_text": newer_text(reader(), asked.case),
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
    kind, text = document_state(document)
    size = len(vault.content(document.current)) if document.current else 0
    return {
        "title": document.title,
        "kind": "PDF/A-3" if document.current else "",
        "reference": document.facts["reference"],
        "state_kind": kind,
        "state_text": text,
        "size_text": f"{max(1, size // 1024)} kB" if size else "",
        "url": url_for("documents.pdf", document_id=document.id) if document.current else None,
        "hash": document.current,
        "made_at": moment(document.made_at),
        "test_seal": document.is_test,
    }


def document_state(document: Document) -> tuple[str, str]:
    """How a document stands, as a status, with the cause where something keeps it waiting."""
    kind, text = DOCUMENT_STATES[DocumentState(document.state)]
    return kind, f"{say(text)}: {document.cause}" if document.cause else say(text)


def at_a_glance(document: Document) -> list[dict[str, Any]]:
    """What a signatory wants to know first, and what it was in the document before this one."""
    before = _earlier(document)
    earlier = {(step, name): value for step, name, _, value in _glance(before)} if before else {}
    return [
        {"label": label, "value": value, "before": earlier.get((step, name)) if before else None}
        for step, name, label, value in _glance(document)
    ]


def _glance(document: Document) -> list[tuple[str, str, str, str]]:
    shown = workflow_of(document.case).card
    return [
        (section["step"], row["name"], row["label"], _in_one_line(row["value"]))
        for section in document.facts["sections"]
        for row in section["rows"]
        if f"{section['step']}.{row.get('name')}" in shown
    ]


def _in_one_line(value: Any) -> str:
    if isinstance(value, dict):
        rows = len(value["rows"])
        return str(value.get("caption") or say_count("%(count)s regel", "%(count)s regels", rows))
    return ", ".join(value) if isinstance(value, list) else str(value)


def _earlier(document: Document) -> Document | None:
    """The document of the last decided case of the same procedure, for the same organisation."""
    case = document.case
    earlier = (
        select(Document)
        .join(Case)
        .where(
            Case.workflow == case.workflow,
            Case.organisation_id == case.organisation_id,
            Case.state == CaseState.DECIDED,
            Case.id != case.id,
            Document.void_at.is_(None),
        )
    )
    return reader.scalar(earlier.order_by(Case.decided_at.desc()).limit(1))


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
    document = waiting.open_document(case)
    if document is None:
        return False
    unsealed = any(each.revision is None for each in document.signatures)
    return document.state in (DocumentState.ASKED, DocumentState.WAITING) or unsealed


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


def _events(case: Case) -> list[dict[str, Any]]:
    """What happened, by whom, with the words they gave; documents that were voided included."""
    subjects = [f"case:{case.id}", *(f"document:{each.id}" for each in case.documents)]
    entries = sorted((entry for each in subjects for entry in ledger.about(reader(), each)), key=lambda e: e.number)
    names = people.names_of({entry.actor for entry in entries if entry.actor}, session=reader())
    words = _words_of(case, entries)
    return [
        {
            "when": moment(entry.at),
            "what": say(ACTS.get(entry.act, entry.act)),
            "who": " · ".join(
                [
                    *([names[entry.actor]] if entry.actor in names else []),
                    say("logboekregel %(number)s", number=entry.number),
                ]
            ),
            "words": words.get(entry.number, ""),
        }
        for entry in entries
    ]


def _words_of(case: Case, entries: Sequence[Entry]) -> dict[int, str]:
    """The reasons and judgements that were given, by the number of their entry: both stand in the order of time."""
    turned = [entry.number for entry in entries if entry.act in set(TurnKind)]
    judged = [entry.number for entry in entries if entry.act in printing.VERDICTS]
    return dict(zip(turned, (each.words for each in case.turns), strict=False)) | dict(
        zip(judged, (each.words for each in case.assessments), strict=False)
    )


def _mails(case: Case, visitor: Visitor) -> list[dict[str, Any]]:
    """The mails about the case and how they fared; only who prepares or signs it sees whole addresses."""
    if visitor.person_id is None:
        return []
    whole = (
        turning.prepares(case, visitor, session=None)
        or access.may_sign(case, visitor)
        or access.may_assess(case, visitor)
    )
    return [
        {
            "subject": mail.subject,
            "to": mail.to if whole else f"{mail.to[:1]}…@{mail.to.rpartition('@')[2]}",
            "put_at": mail.put_at,
            "state": say(outbox.STATES[mail.state]),
        }
        for mail in outbox.sent_about(reader(), f"case:{case.id}")
    ]


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
