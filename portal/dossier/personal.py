"""Everything that the portal holds about one person, by the sections of the table in `parties.retention`.

What a table of a later day says of persons is found by its foreign keys, so that nothing can be forgotten: it comes
under "other" until it has a section of its own.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Table, exists, or_, select
from sqlalchemy.orm import Session, selectinload

from portal.cases.catalogue import workflow_of
from portal.cases.tables import Assessment, Case, Comment, Document, InForce, Reading, Signature, StepAnswer, Turn
from portal.database import Base
from portal.offers.tables import Block
from portal.parties.authority import BASES
from portal.parties.looks import Look
from portal.parties.tables import CalendarAddress, Invitation, Mandate, Membership, Person, WebSession
from portal.record import past
from portal.record.ledger import Entry
from portal.record.outbox import STATES, Mail
from portal.reports.own_tables import OwnReport, OwnReportOpening
from portal.reports.share_tables import Share
from portal.wording import mark, say
from workflows.vocabulary import ROLE_NAMES, Role

Rows = list[dict[str, Any]]

SECTIONS: Mapping[str, str] = {
    "account": mark("Account"),
    "roles": mark("Rollen"),
    "mandates": mark("Tekenbevoegdheden"),
    "past": mark("Wat gold, en vanaf wanneer"),
    "looks": mark("Wie uw toegang terugkeek"),
    "cases": mark("Zaken"),
    "answers": mark("Antwoorden die u gaf"),
    "judgements": mark("Oordelen en adviezen van u"),
    "comments": mark("Opmerkingen en keuzes van u"),
    "signatures": mark("Handtekeningen en stukken"),
    "readings": mark("Stukken die u opende"),
    "openings": mark("Rapporten van leveranciers die u opende"),
    "shares": mark("Rapporten die u downloadde of deelde"),
    "mails": mark("Berichten aan u"),
    "invitations": mark("Uitnodigingen"),
    "sessions": mark("Waar u bent ingelogd"),
    "calendar": mark("Agenda"),
    "ledger": mark("Logboek"),
    "other": mark("Overige regels over u"),
}
COLUMNS: Mapping[str, str] = {
    "name": mark("Naam"),
    "function": mark("Functie"),
    "email": mark("E-mailadres"),
    "phone": mark("Telefoonnummer"),
    "made": mark("Gemaakt"),
    "confirmed": mark("Adres bevestigd"),
    "app": mark("App voor codes"),
    "blocked": mark("Geblokkeerd"),
    "organisation": mark("Organisatie"),
    "role": mark("Rol"),
    "state": mark("Status"),
    "acts": mark("Rechten"),
    "called": mark("Zo noemde wie u uitnodigde u"),
    "recipient": mark("Ontvanger"),
    "group": mark("Groep"),
    "since": mark("Vanaf"),
    "until": mark("Tot"),
    "basis": mark("Grond"),
    "evidence": mark("Bewijs"),
    "reference": mark("Kenmerk"),
    "procedure": mark("Procedure"),
    "started": mark("Begonnen"),
    "decided": mark("Afgelopen"),
    "step": mark("Stap"),
    "answer": mark("Antwoord"),
    "at": mark("Wanneer"),
    "verdict": mark("Oordeel"),
    "words": mark("Woorden"),
    "document": mark("Stuk"),
    "typed_name": mark("Getypte naam"),
    "confirms": mark("Verklaring"),
    "authority": mark("Bevoegdheid"),
    "sha256": mark("Controlegetal"),
    "form": mark("Vorm"),
    "subject": mark("Onderwerp"),
    "delivery": mark("Verzending"),
    "sent": mark("Verstuurd"),
    "expires": mark("Verloopt"),
    "used": mark("Gebruikt"),
    "device": mark("Apparaat"),
    "seen": mark("Laatst gebruikt"),
    "number": mark("Nummer"),
    "act": mark("Handeling"),
    "about": mark("Over"),
    "detail": mark("Bijzonderheden"),
    "table": mark("Tabel"),
    "column": mark("Kolom"),
    "row": mark("Regel"),
}
KNOWN = frozenset(
    {
        ("membership", "person_id"),
        ("mandate", "person_id"),
        ("invitation", "person_id"),
        ("calendar_address", "person_id"),
        ("case", "person_id"),
        ("case", "started_by"),
        ("step_answer", "answered_by"),
        ("assessment", "assessor_id"),
        ("turn", "person_id"),
        ("comment", "person_id"),
        ("signature", "person_id"),
        ("reading", "person_id"),
        ("own_report_opening", "person_id"),
        ("share", "person_id"),
        ("look", "person_id"),
    }
)
"""The columns that point at a person and have a section of their own."""
NOT_FOR_THE_PERSON = frozenset({("block", "reason"), ("elsewhere_upload", "files"), ("own_report_file", "content")})
"""Files that others signed, and the private notes of somebody else: those are
shown by whoever wrote them, when asked (AVG, article 15, paragraph 4)."""


def held(session: Session, person: Person) -> dict[str, Rows]:
    """Every row about this person: section → rows of plain values (texts, numbers, moments in UTC, lists, mappings)."""
    return {
        "account": [_account(person)],
        "roles": _roles(session, person),
        "mandates": _mandates(session, person),
        "past": _past(session, person),
        "looks": _looks(session, person),
        "cases": _cases(session, person),
        "answers": _answers(session, person),
        "judgements": _judgements(session, person),
        "comments": _comments(session, person),
        "signatures": _signatures(session, person),
        "readings": _readings(session, person),
        "openings": _openings(session, person),
        "shares": _shares(session, person),
        "mails": _mails(session, person),
        "invitations": _invitations(session, person),
        "sessions": _sessions(session, person),
        "calendar": [{"made": each.made_at} for each in _all(session, CalendarAddress, person)],
        "ledger": _ledger(session, person),
        "other": _others(session, person),
    }


def is_named_in_a_document() -> ColumnElement[bool]:
    """The condition on `Person` that a document bears their signature, and so keeps their name and function."""
    return exists().where(Signature.person_id == Person.id)


def _account(person: Person) -> dict[str, Any]:
    return {
        "name": person.name,
        "function": person.function,
        "email": person.email,
        "phone": person.phone,
        "made": person.created_at,
        "confirmed": person.confirmed_at,
        "app": person.has_second_factor,
        "blocked": person.blocked_at,
    }


def _roles(session: Session, person: Person) -> Rows:
    found = select(Membership).where(Membership.person_id == person.id).options(selectinload(Membership.organisation))
    return [
        {
            "organisation": each.organisation.name,
            "role": say(ROLE_NAMES[Role(each.role)]),
            "state": each.status,
            "called": each.called,
            "acts": each.acts,
            "since": each.since,
            "until": each.until,
        }
        for each in session.scalars(found.order_by(Membership.since))
    ]


def _mandates(session: Session, person: Person) -> Rows:
    return [
        {
            "organisation": str(each.organisation_id),
            "basis": say(BASES.get(each.basis, each.basis)),
            "evidence": each.evidence_name,
            "sha256": each.evidence,
            "since": each.since,
            "until": each.until,
        }
        for each in _all(session, Mandate, person)
    ]


def _past(session: Session, person: Person) -> Rows:
    """What decided at the gate about this person, each time as it was from then on."""
    lines = [
        *((mark("Account"), Person, each) for each in past.of(session, Person, Person.id == person.id)),
        *((mark("Rol"), Membership, each) for each in past.of(session, Membership, Membership.person_id == person.id)),
        *((mark("Akkoord"), InForce, each) for each in past.of(session, InForce, InForce.person_id == person.id)),
        *((mark("Blokkade"), Block, each) for each in past.of(session, Block, Block.person_id == person.id)),
    ]
    rows: Rows = []
    for title, table, each in sorted(lines, key=lambda line: line[2].number):
        known = past.KEPT[table].values(each.values) if each.values else {}
        states = {"status": known.get("status"), "active": "active" if known.get("active") else "blocked"}
        state = next((states[name] for name in states if name in known), "")
        dates = {name: known.get(name) for name in ("since", "until")}
        rows.append({"at": each.at, "subject": say(title), "state": state, **dates, "detail": each.values or {}})
    return rows


def _looks(session: Session, person: Person) -> Rows:
    """When somebody of the service desk, or an auditor, looked back at what this person could open."""
    found = select(Look).where(Look.person_id == person.id).order_by(Look.at)
    return [
        {"at": each.at, "subject": f"{each.product} {each.code}", "since": each.first_day, "until": each.last_day}
        for each in session.scalars(found)
    ]


def _cases(session: Session, person: Person) -> Rows:
    mine = or_(Case.person_id == person.id, Case.started_by == person.id, Case.starter_email == person.email)
    found = select(Case).where(mine).options(selectinload(Case.organisation)).order_by(Case.started_at)
    return [
        {
            "reference": each.reference,
            "procedure": say(workflow_of(each).title),
            "organisation": each.organisation.name if each.organisation else "",
            "state": each.state,
            "started": each.started_at,
            "decided": each.decided_at,
        }
        for each in session.scalars(found)
    ]


def _answers(session: Session, person: Person) -> Rows:
    found = select(StepAnswer, Case).join(Case, Case.id == StepAnswer.case_id)
    rows = session.execute(found.where(StepAnswer.answered_by == person.id).order_by(StepAnswer.answered_at))
    return [
        {"reference": case.reference, "step": _title(case, given.step), "answer": given.values, "at": given.answered_at}
        for given, case in rows
    ]


def _title(case: Case, name: str) -> str:
    step = workflow_of(case).step(name)
    return say(step.title) if step else name


def _judgements(session: Session, person: Person) -> Rows:
    found = select(Assessment, Case).join(Case, Case.id == Assessment.case_id)
    rows = session.execute(found.where(Assessment.assessor_id == person.id).order_by(Assessment.at))
    return [
        {"reference": case.reference, "verdict": each.verdict, "words": each.words, "at": each.at}
        for each, case in rows
    ]


def _comments(session: Session, person: Person) -> Rows:
    said = select(Comment, Case).join(Case, Case.id == Comment.case_id).where(Comment.person_id == person.id)
    turned = select(Turn, Case).join(Case, Case.id == Turn.case_id).where(Turn.person_id == person.id)
    rows = [
        *(
            {"reference": case.reference, "act": "comment", "step": each.step, "words": each.words, "at": each.at}
            for each, case in session.execute(said)
        ),
        *(
            {"reference": case.reference, "act": each.kind, "step": "", "words": each.words, "at": each.at}
            for each, case in session.execute(turned)
        ),
    ]
    return sorted(rows, key=lambda each: each["at"])


def _signatures(session: Session, person: Person) -> Rows:
    found = select(Signature).where(Signature.person_id == person.id).options(selectinload(Signature.document))
    return [
        {
            "document": each.document.title,
            "reference": each.document.facts.get("reference", ""),
            "typed_name": each.typed_name,
            "function": each.function,
            "confirms": each.confirms,
            "authority": each.authority,
            "sha256": each.seen,
            "at": each.at,
        }
        for each in session.scalars(found.order_by(Signature.at))
    ]


def _readings(session: Session, person: Person) -> Rows:
    found = select(Reading, Document).join(Document, Document.id == Reading.document_id)
    rows = session.execute(found.where(Reading.person_id == person.id).order_by(Reading.at))
    return [
        {"document": document.title, "form": each.form, "sha256": each.blob, "at": each.at} for each, document in rows
    ]


def _openings(session: Session, person: Person) -> Rows:
    mine = select(OwnReportOpening.at, OwnReport.title, OwnReport.version).join(OwnReport)
    found = session.execute(mine.where(OwnReportOpening.person_id == person.id).order_by(OwnReportOpening.at))
    return [{"document": f"{title} {version}", "at": at} for at, title, version in found]


def _shares(session: Session, person: Person) -> Rows:
    return [
        {
            "reference": each.reference,
            "subject": each.subject_name,
            "form": each.kind,
            "recipient": each.recipient,
            "organisation": each.recipient_organisation,
            "group": each.group_name,
            "words": each.purpose,
            "at": each.made_at,
        }
        for each in session.scalars(select(Share).where(Share.person_id == person.id).order_by(Share.number))
    ]


def _mails(session: Session, person: Person) -> Rows:
    return [
        {"subject": each.subject, "delivery": say(STATES.get(each.state, each.state)), "sent": each.sent_at}
        for each in session.scalars(select(Mail).where(Mail.to == person.email).order_by(Mail.put_at))
    ]


def _invitations(session: Session, person: Person) -> Rows:
    return [
        {"made": each.made_at, "expires": each.expires_at, "used": each.used_at}
        for each in _all(session, Invitation, person)
    ]


def _sessions(session: Session, person: Person) -> Rows:
    found = select(WebSession).where(WebSession.person == person.fs_uniquifier).order_by(WebSession.seen_at.desc())
    return [{"device": each.device, "since": each.made_at, "seen": each.seen_at} for each in session.scalars(found)]


def _ledger(session: Session, person: Person) -> Rows:
    mine = or_(Entry.actor == str(person.id), Entry.subject == f"person:{person.id}")
    return [
        {"number": each.number, "act": each.act, "about": each.subject, "detail": each.detail, "at": each.at}
        for each in session.scalars(select(Entry).where(mine).order_by(Entry.number))
    ]


def _others(session: Session, person: Person) -> Rows:
    """Rows of every other table that point at this person."""
    found: Rows = []
    for table in Base.metadata.sorted_tables:
        for column in _pointing_at_persons(table):
            if (table.name, column) in KNOWN:
                continue
            for row in session.execute(select(table).where(table.c[column] == person.id)).mappings():
                shown = {
                    str(name): value for name, value in row.items() if (table.name, str(name)) not in NOT_FOR_THE_PERSON
                }
                found.append({"table": table.name, "column": column, "row": shown})
    return found


def _pointing_at_persons(table: Table) -> list[str]:
    return [column.name for column in table.columns for key in column.foreign_keys if key.column.table.name == "person"]


def _all(session: Session, table: type[Any], person: Person) -> list[Any]:
    return list(session.scalars(select(table).where(table.person_id == person.id)))
