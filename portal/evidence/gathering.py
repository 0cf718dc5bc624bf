"""What goes into a dossier: everything of one case, or of one organisation, and nothing of anybody else."""

import datetime as dt
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from portal.cases import access, printing, sides, surroundings
from portal.cases.agreements import elsewhere
from portal.cases.agreements.tables import SignedElsewhere
from portal.cases.catalogue import workflow_of
from portal.cases.offering import threads
from portal.cases.tables import Case, Document, InForce, OnPaper, Reading
from portal.offers.tables import Product
from portal.parties.tables import AuthorityRule, Mandate, Organisation, Person
from portal.record import outbox
from portal.record.ledger import Entry
from portal.record.outbox import Mail
from portal.wording import say
from workflows.vocabulary import Party

KEEPS_ITS_ENDING = (".pdf", ".png", ".jpg", ".jpeg")


@dataclass
class Contents:
    """A dossier as plain values; files are named by what they hold, and fetched when they are written."""

    subject: dict[str, Any]
    organisation: dict[str, Any] | None
    cases: list[dict[str, Any]]
    elsewhere: list[dict[str, Any]]
    """Agreements that were signed outside the portal: kept as they were handed in, and judged by nobody."""
    entries: list[dict[str, Any]]
    witnesses: dict[int, str] = field(default_factory=dict)
    """The heads of the ledger that its documents and mails bear, by size."""
    people: dict[str, dict[str, str]] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    """Where a file stands in the dossier → its SHA-256 in the vault."""
    withheld: list[str] = field(default_factory=list)
    """SHA-256 of files that are not for whoever asked."""

    @property
    def is_on_paper(self) -> bool:
        """Whether some document in it was signed on paper."""
        return any(document["on_paper"] for case in self.cases for document in case["documents"])


def of_case(session: Session, case: Case, *, discreet: bool) -> Contents:
    """One case, with the mandates on which its signatures rest. Discreet: without evidence and mail addresses."""
    subject = {"kind": "case", "id": str(case.id), "reference": case.reference}
    return _gathered(session, subject, case.organisation, [case], discreet=discreet)


def of_organisation(session: Session, organisation: Organisation, *, discreet: bool) -> Contents:
    """An organisation: its mandates and rules, and every case that it is a party to as itself, or signs as well.

    Of what it signs as well it gets no more than by the dossier of that case.
    """
    subject = {"kind": "organisation", "id": str(organisation.id), "name": organisation.name}
    theirs = or_(Case.organisation_id == organisation.id, access.signs_as_well(Case, [organisation.id]))
    cases = session.scalars(select(Case).where(theirs).order_by(Case.reference))
    return _gathered(session, subject, organisation, list(cases), discreet=discreet)


def _gathered(
    session: Session, subject: dict[str, Any], organisation: Organisation | None, cases: list[Case], *, discreet: bool
) -> Contents:
    whole = subject["kind"] == "organisation"
    papers = [doc for case in cases for doc in case.documents]
    given = [each.authority for doc in papers for each in doc.signatures]
    given += [each for doc in papers if doc.on_paper for each in doc.on_paper.authorities.values()]
    used = {uuid.UUID(each["mandate"]) for each in given}
    mandates = _mandates(session, organisation, None if whole else used)
    outside = _signed_elsewhere(session, organisation) if whole and organisation else []
    found = Contents(
        subject,
        _organisation(session, organisation, mandates) if organisation else None,
        [_case(session, each, discreet=discreet or _is_anothers(each, organisation)) for each in cases],
        [_elsewhere(each) for each in outside],
        [_entry(each) for each in _entries(session, cases, organisation, outside, whole=whole)],
    )
    found.files |= {_path_elsewhere(each): each.blob for each in outside}
    for case in cases:
        for document in case.documents:
            for revision in document.revisions:
                found.files[path_of(case, document, revision.number)] = revision.blob
            _hear(found, document.facts["ledger"])
        for mail in outbox.sent_about(session, f"case:{case.id}"):
            _hear(found, {"size": mail.size, "head": mail.head})
    private = [(each.evidence, each.evidence_name, discreet) for each in mandates]
    for case in cases:
        is_withheld = discreet or _is_anothers(case, organisation)
        theirs = [*_files_in(access.answers_of(case))]
        theirs += [(row.scan, row.scan_name) for doc in case.documents if (row := doc.on_paper)]
        private += [(*file, is_withheld) for file in theirs]
    for sha256, name, is_withheld in private:
        if is_withheld:
            found.withheld.append(sha256)
        else:
            found.files[kept_as(sha256, name)] = sha256
    # On what somebody signs for the other side is theirs to show: here it stands with its hash alone.
    found.withheld += _evidence_of_others(session, used - {each.id for each in mandates})
    found.withheld = sorted({*found.withheld} - {*found.files.values()})
    found.people = _people(session, found)
    return found


def _is_anothers(case: Case, organisation: Organisation | None) -> bool:
    """Whether this organisation only signs the case as well: addresses and files in it are of whose case it is."""
    return organisation is not None and case.organisation_id != organisation.id


BINDS = ("mandates", "presign")
"""The acts that say who is bound by whose signature: another party needs them to judge what it signed."""


def path_of(case: Case, document: Document, number: int) -> str:
    """Where a revision of a document stands."""
    return f"cases/{case.reference}/{document.code}-revision-{number}.pdf"


def kept_as(sha256: str, name: str) -> str:
    """Where a file that somebody handed in stands: its own name is kept beside it, and trusted nowhere."""
    ending = PurePath(name).suffix.lower()
    return f"files/{sha256}{ending if ending in KEEPS_ITS_ENDING else '.bin'}"


# --- The ledger --------------------------------------------------------------------------------------------------


def _entries(
    session: Session,
    cases: list[Case],
    organisation: Organisation | None,
    outside: list[SignedElsewhere],
    *,
    whole: bool,
) -> Iterator[Entry]:
    """Every act about these cases and their documents; of the organisation all, or who binds it and what they did."""
    subjects = [f"case:{each.id}" for each in cases]
    subjects += [f"document:{document.id}" for each in cases for document in each.documents]
    subjects += [elsewhere.subject(each.id) for each in outside]
    parties = {party for each in cases for party in (each.organisation_id, each.counterparty_id) if party}
    others = {f"organisation:{each}" for each in parties if organisation is None or each != organisation.id}
    subjects += sorted(others)
    if organisation:
        subjects.append(f"organisation:{organisation.id}")
    chosen: dict[int, Entry] = {}
    for start in range(0, len(subjects), 500):  # so many names fit in one question
        rows = session.scalars(select(Entry).where(Entry.subject.in_(subjects[start : start + 500])))
        chosen |= {each.number: each for each in rows}
    mine = {str(each.id) for each in cases}
    for number in sorted(chosen):
        entry = chosen[number]
        is_open = whole and entry.subject not in others
        about_them = entry.subject.startswith("organisation:") and entry.act not in BINDS
        if is_open or not about_them or entry.detail.get("case") in mine:
            yield entry


def _entry(entry: Entry) -> dict[str, Any]:
    """Every column that its hash covers, and that hash."""
    return {
        "number": entry.number,
        "at": entry.at.astimezone(dt.UTC).isoformat(timespec="microseconds"),
        "actor": entry.actor,
        "on_behalf_of": entry.on_behalf_of,
        "act": entry.act,
        "subject": entry.subject,
        "document": entry.document,
        "detail": entry.detail,
        "previous": entry.previous,
        "hash": entry.hash,
    }


def _hear(found: Contents, said: dict[str, Any]) -> None:
    found.witnesses[int(said["size"])] = str(said["head"])


# --- The organisation --------------------------------------------------------------------------------------------


def _mandates(session: Session, organisation: Organisation | None, only: set[uuid.UUID] | None) -> list[Mandate]:
    if organisation is None:
        return []
    asked = select(Mandate).where(Mandate.organisation_id == organisation.id).order_by(Mandate.since, Mandate.id)
    return [each for each in session.scalars(asked) if only is None or each.id in only]


def _evidence_of_others(session: Session, mandates: set[uuid.UUID]) -> list[str]:
    """The SHA-256 of what these mandates rest on."""
    return list(session.scalars(select(Mandate.evidence).where(Mandate.id.in_(mandates))))


def _organisation(session: Session, organisation: Organisation, mandates: Iterable[Mandate]) -> dict[str, Any]:
    asked = select(AuthorityRule).where(AuthorityRule.organisation_id == organisation.id)
    return {
        "id": str(organisation.id),
        "kind": organisation.kind,
        "name": organisation.name,
        "address": organisation.address,
        "register_key": organisation.register_key,
        "kvk": organisation.kvk,
        "registered_at": _moment(organisation.registered_at),
        "ended_at": _moment(organisation.ended_at),
        "rules": [
            {"id": str(each.id), "mode": each.mode, "together": each.together, **_span(each)}
            for each in session.scalars(asked.order_by(AuthorityRule.since, AuthorityRule.id))
        ],
        "mandates": [
            {
                "id": str(each.id),
                "person": str(each.person_id),
                "counts": each.counts,
                "kinds": each.kinds,
                "amount": each.amount,
                "granted_by": str(each.granted_by) if each.granted_by else None,
                "basis": each.basis,
                "evidence": each.evidence,
                "evidence_name": each.evidence_name,
                "file": kept_as(each.evidence, each.evidence_name),
                **_span(each),
            }
            for each in mandates
        ],
    }


# --- What was signed elsewhere -----------------------------------------------------------------------------------


def _signed_elsewhere(session: Session, organisation: Organisation) -> list[SignedElsewhere]:
    """Of a board its own, of a supplier those about its products: each is a party to them."""
    if organisation.kind == Party.SUPPLIER:
        mine = session.scalars(select(Product.id).where(Product.supplier_id == organisation.id))
        return elsewhere.about(session, mine)
    return elsewhere.of_boards(session, [organisation.id])


def _path_elsewhere(row: SignedElsewhere) -> str:
    return f"elsewhere/{row.id}.pdf"


def _elsewhere(row: SignedElsewhere) -> dict[str, Any]:
    """The line of the sheet, its file and when it was taken in: nobody's signature in it was seen here."""
    return {
        "id": str(row.id),
        "board": str(row.board_id),
        "board_name": row.board.name,
        "product": str(row.product_id),
        "product_title": row.product.title,
        "supplier_name": row.product.supplier.name,
        "version": row.version,
        "signed_on": row.signed_on,
        "sha256": row.blob,
        "file": _path_elsewhere(row),
        "file_name": row.file_name,
        "entered_by": str(row.entered_by),
        "entered_at": _moment(row.entered_at),
        "confirmed_by": _text(row.confirmed_by),
        "confirmed_at": _moment(row.confirmed_at),
        "ended_at": _moment(row.ended_at),
        **_span(row),
    }


# --- A case ------------------------------------------------------------------------------------------------------


def _case(session: Session, case: Case, *, discreet: bool) -> dict[str, Any]:
    workflow, answers = workflow_of(case), access.relevant_answers(case)
    asked = select(InForce).where(InForce.case_id == case.id).order_by(InForce.since, InForce.id)
    return {
        "id": str(case.id),
        "reference": case.reference,
        "title": say(workflow.title),
        "workflow": case.workflow,
        "workflow_version": case.workflow_version,
        "organisation": _text(case.organisation_id),
        "state": case.state,
        "started_at": _moment(case.started_at),
        "submitted_at": _moment(case.submitted_at),
        "decided_at": _moment(case.decided_at),
        "answers": answers,
        "sections": printing.sections(workflow, answers, surroundings.of(session, case)),
        "judgements": [
            {"person": str(each.assessor_id), "verdict": each.verdict, "words": each.words, "at": _moment(each.at)}
            for each in case.assessments
        ],
        "turns": [
            {"person": _text(each.person_id), "kind": each.kind, "words": each.words, "at": _moment(each.at)}
            for each in case.turns
        ],
        "comments": [
            {"person": str(each.person_id), "step": each.step, "words": each.words, "at": _moment(each.at)}
            # What a board says among itself is not for who only signs as well.
            for each in (threads.shared(case) if discreet and case.counterparty_id else case.comments)
        ],
        "documents": [_document(session, case, each, discreet=discreet) for each in case.documents],
        "in_force": [
            {"kind": each.kind, "version": each.version, "organisation": _text(each.organisation_id), **_span(each)}
            for each in session.scalars(asked)
        ],
        "mails": [_mail(each, discreet=discreet) for each in reversed(outbox.sent_about(session, f"case:{case.id}"))],
    }


def _document(session: Session, case: Case, document: Document, *, discreet: bool) -> dict[str, Any]:
    read = select(Reading).where(Reading.document_id == document.id).order_by(Reading.at, Reading.id)
    return {
        "id": str(document.id),
        "title": document.title,
        "code": document.code,
        "sides": [str(each) for each in sides.asked_sides(document)],
        "state": document.state,
        "void_at": _moment(document.void_at),
        "revisions": [
            {"number": each.number, "sha256": each.blob, "file": path_of(case, document, each.number)}
            for each in document.revisions
        ],
        "signatures": [
            {
                "person": str(each.person_id),
                "organisation": str(each.organisation_id),
                "name": each.typed_name,
                "function": each.function,
                "confirms": each.confirms,
                "field": each.field,
                "authority": each.authority,
                "seen": each.seen,
                "at": _moment(each.at),
                "ledger": each.ledger_size,
                "completes": each.completes,
            }
            for each in document.signatures
        ],
        "on_paper": _on_paper(document.on_paper, discreet=discreet) if document.on_paper else None,
        "opened": [
            {"person": str(each.person_id), "sha256": each.blob, "form": each.form, "at": _moment(each.at)}
            for each in session.scalars(read)
        ],
    }


def _on_paper(row: OnPaper, *, discreet: bool) -> dict[str, Any]:
    """What was signed by hand: no electronic signature, and nowhere listed among those."""
    return {
        "people": row.people,
        "signed_on": row.signed_on,
        "scan": row.scan,
        "file": None if discreet else kept_as(row.scan, row.scan_name),
        "why": None if discreet else row.why,
        "entered_by": str(row.entered_by),
        "entered_at": _moment(row.entered_at),
        "confirmed_by": _text(row.confirmed_by),
        "confirmed_at": _moment(row.confirmed_at),
        "authorities": row.authorities,
    }


def _mail(mail: Mail, *, discreet: bool) -> dict[str, Any]:
    return {
        "to": f"{mail.to[:1]}…@{mail.to.rpartition('@')[2]}" if discreet else mail.to,
        "subject": mail.subject,
        "kind": mail.kind,
        "put_at": _moment(mail.put_at),
        "sent_at": _moment(mail.sent_at),
        "state": mail.state,
        "ledger": {"size": mail.size, "head": mail.head},
    }


def _people(session: Session, found: Contents) -> dict[str, dict[str, str]]:
    """Name and function of everybody who does something in the dossier."""
    ids = {each["actor"] for each in found.entries}
    ids |= {each["entered_by"] for each in found.elsewhere}
    ids |= {each["person"] for each in (found.organisation or {}).get("mandates", [])}
    for case in found.cases:
        ids |= {each["person"] for part in ("judgements", "turns", "comments") for each in case[part]}
        for document in case["documents"]:
            ids |= {each["person"] for part in ("signatures", "opened") for each in document[part]}
            if paper := document["on_paper"]:
                ids |= {*paper["people"], paper["entered_by"], paper["confirmed_by"]}
    known = session.scalars(select(Person).where(Person.id.in_([uuid.UUID(each) for each in ids if each])))
    return {str(each.id): {"name": each.name, "function": each.function} for each in known}


def _files_in(value: object) -> Iterator[tuple[str, str]]:
    """Every file that was handed in with an answer: its SHA-256 and the name its owner gave it."""
    if isinstance(value, dict):
        if {"sha256", "kept", "name"} <= value.keys():
            yield str(value["sha256"]), str(value["name"])
        value = list(value.values())
    if isinstance(value, list):
        for part in value:
            yield from _files_in(part)


def _span(row: Mandate | AuthorityRule | InForce | SignedElsewhere) -> dict[str, str | None]:
    return {"since": _moment(row.since), "until": _moment(row.until)}


def _moment(value: dt.datetime | None) -> str | None:
    return value.astimezone(dt.UTC).isoformat() if value else None


def _text(value: uuid.UUID | None) -> str | None:
    return str(value) if value else None
