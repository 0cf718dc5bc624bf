"""What pages show of a document: its card, its state, its signatures, and what a signatory wants to know first."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from flask import url_for
from sqlalchemy import select

from portal.cases import access, sides, signing, waiting
from portal.cases.access import Visitor
from portal.cases.catalogue import workflow_of
from portal.cases.levels import level
from portal.cases.tables import Case, CaseState, Document, DocumentState, OnPaper, Signature
from portal.database import reader
from portal.documents import vault
from portal.documents.outside import WaitsFor
from portal.parties.authority import authority_sentence
from portal.views.visitor import visitor
from portal.wording import day, mark, moment, say, say_count

DOCUMENT_STATES = {
    DocumentState.ASKED: ("waiting", mark("Wordt gemaakt")),
    DocumentState.CERTIFIED: ("waiting", mark("Vastgesteld, nog niet compleet")),
    DocumentState.COMPLETE: ("done", mark("Compleet en verzegeld")),
    DocumentState.PAPER: ("done", mark("Op papier getekend: geen elektronische handtekening")),
    DocumentState.WAITING: ("problem", mark("Wacht")),
}

AWAITED: Mapping[str, str] = {
    WaitsFor.TIME_STAMP: mark("Wacht op een tijdstempel"),
    WaitsFor.REVOCATION: mark("Wacht op intrekkingsgegevens"),
    WaitsFor.KEY: mark("Wacht op de sleutel van het zegel"),
}
WHY_IT_WAITS: Mapping[str, str] = {
    WaitsFor.TIME_STAMP: mark("De tijdstempeldienst gaf geen tijdstempel."),
    WaitsFor.REVOCATION: mark("De gegevens om het zegel mee te controleren, zijn nu niet op te halen."),
    WaitsFor.KEY: mark("Het portaal kan de sleutel van zijn zegel nu niet gebruiken."),
}
"""Said to everybody; the cause as the machines put it is for the service desk."""


def card(document: Document) -> dict[str, Any]:
    """A document as its card shows it."""
    kind, text = state_of(document)
    size = len(vault.content(document.current)) if document.current else 0
    return {
        "title": document.title,
        "kind": "PDF/A-3" if document.current else "",
        "reference": document.facts["reference"],
        "state_kind": kind,
        "state_text": text,
        "size_text": f"{max(1, size // 1024)} kB" if size else "",
        "url": url_for("documents.pdf", document_id=document.id) if document.current else None,
        "beforehand": beforehand(document),
        "hash": document.current,
        "made_at": moment(document.made_at),
        "test_seal": document.is_test,
        "level": level(document),
        "waits": _waiting(document) if document.state == DocumentState.WAITING else None,
    }


def beforehand(document: Document) -> dict[str, str] | None:
    """Where a document rests on what its supplier signed beforehand: that file, and who signed it."""
    said = document.facts.get("presigned")
    if not said:
        return None
    url = url_for("documents.beforehand", document_id=document.id)
    return {"url": url, "name": said["name"], "reference": said["reference"]}


def _waiting(document: Document) -> dict[str, Any]:
    """Why a document waits and since when; who works for the service desk may have it tried again."""
    may_retry = access.is_service_desk(visitor())
    return {
        "cause": document.cause if may_retry else _why(document) or document.cause,
        "since": moment(document.waits_since) if document.waits_since else None,
        "retry_url": url_for("health.retry", document_id=document.id) if may_retry else None,
    }


def _why(document: Document) -> str:
    """What keeps a document waiting, in words for everybody; nothing where only the cause says it."""
    sentence = WHY_IT_WAITS.get(document.waits_for or "")
    return f"{say(sentence)} {say('Wat er is getekend, blijft vastgelegd. U hoeft niets te doen.')}" if sentence else ""


def state_of(document: Document) -> tuple[str, str]:
    """How a document stands, as a status; where something outside keeps it waiting, what that is."""
    kind, text = DOCUMENT_STATES[DocumentState(document.state)]
    awaited = AWAITED.get(document.waits_for or "")
    return ("waiting", say(awaited)) if awaited else (kind, say(text))


def signature_rows(document: Document) -> list[dict[str, Any]]:
    """Everyone who may sign, and who has."""
    given = {str(each.person_id): each for each in document.signatures}
    paper = document.on_paper if document.state == DocumentState.PAPER else None
    turn = None if paper else sides.waits_for(document)
    in_order = sides.asked_sides(document)
    bound = in_order[: in_order.index(turn)] if turn else in_order
    rows = [
        {
            **_signature_row(each, given.get(each["person"]), sides.side_of(document, each) in bound),
            "organisation": sides.named(document, sides.side_of(document, each)),
        }
        for each in document.facts["signatories"]
    ]
    return [
        _on_paper(row, paper) if paper and each["person"] in paper.people else row
        for row, each in zip(rows, document.facts["signatories"], strict=True)
    ]


def _on_paper(row: dict[str, Any], paper: OnPaper) -> dict[str, Any]:
    signed_on = day(dt.date.fromisoformat(paper.signed_on), weekday=True)
    return {**row, "state_kind": "done", "state_text": say("Op papier getekend"), "at": signed_on}


def _signature_row(signatory: dict[str, str], given: Signature | None, decided: bool) -> dict[str, Any]:
    if given is None:
        kind, text = (
            ("neutral", mark("Niet meer nodig: deze plaats is gesloten"))
            if decided
            else ("waiting", mark("Nog niet getekend"))
        )
    elif given.revision is None:
        kind, text = "done", mark("Getekend, wordt verzegeld")
    else:
        kind, text = "done", mark("Getekend")
    authority = authority_sentence(given.authority) if given else signatory["authority"]
    return {
        "name": signatory["name"],
        "function": signatory["function"],
        "authority": authority,
        "state_kind": kind,
        "state_text": say(text),
        "at": moment(given.at) if given else None,
    }


def may_sign_now(case: Case, visitor: Visitor) -> bool:
    """Whether this visitor can sign the case's document at this moment."""
    document = signing.document_to_sign(case)
    field = sides.field_of(document, visitor.person_id) if document and visitor.person_id else None
    if document is None or field is None or sides.side_of(document, field) != case.signing_for:
        return False
    unsigned = all(each.person_id != visitor.person_id for each in document.signatures)
    return unsigned and access.may_sign_next(case, visitor)


def is_unfinished(case: Case) -> bool:
    """Whether the worker is still busy with the case's document, so that the page refreshes itself."""
    document = waiting.open_document(case)
    if document is None:
        return False
    unsealed = any(each.revision is None for each in document.signatures)
    return document.state in (DocumentState.ASKED, DocumentState.WAITING) or unsealed


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
    """The document of the last decided case of the same procedure, for the same organisation, product and other side.

    What somebody agreed with another is not for this one to see.
    """
    case = document.case
    earlier = (
        select(Document)
        .join(Case)
        .where(
            Case.workflow == case.workflow,
            Case.organisation_id == case.organisation_id,
            Case.product_id == case.product_id,
            Case.counterparty_id == case.counterparty_id,
            Case.state == CaseState.DECIDED,
            Case.id != case.id,
            Document.void_at.is_(None),
        )
    )
    return reader.scalar(earlier.order_by(Case.decided_at.desc()).limit(1))
