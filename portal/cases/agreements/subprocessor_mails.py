"""The mails about a new sub-processor: to the people of a board, and to those of the supplier."""

import datetime as dt
import hashlib
import uuid
from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.cases import access
from portal.cases.agreements.tables import SubprocessorAnswer
from portal.cases.tables import Case
from portal.parties import memberships
from portal.record import outbox
from portal.record.outbox import Mail
from portal.wording import day, mark, say
from workflows.vocabulary import Role

ANNOUNCES = frozenset({Role.ADMINISTRATOR, Role.SIGNATORY})
"""Who announces and answers for a supplier."""
TOLD = (Role.ADMINISTRATOR, Role.PRIVACY_OFFICER)


def mail_board(session: Session, answer: SubprocessorAnswer, *, kind: str) -> bool:
    """Mail the people of a board who go about this, and the contact in its agreement; says whether it is new."""
    people = {each.person.email: each.person.name for each in memberships.roles_of(session, answer.board_id, *TOLD)}
    case = session.get(Case, answer.agreement_id)
    contact = access.relevant_answers(case).get("contacts", {}) if case else {}
    if contact.get("privacy_email"):
        people.setdefault(str(contact["privacy_email"]).lower(), str(contact.get("privacy", "")))
    new = [_mail(session, answer, email, name, kind=kind) for email, name in people.items()]
    return any(new)


def was_told(session: Session, answer: SubprocessorAnswer) -> bool:
    """Whether anybody of the board was mailed about the notice."""
    told = Mail.key.startswith(f"subprocessor:{answer.notice_id}:{answer.board_id}:", autoescape=True)
    return session.scalar(select(Mail.id).where(told).limit(1)) is not None


def mail_supplier(session: Session, answer: SubprocessorAnswer, *, kind: str, key: str) -> None:
    """Mail the people of the supplier about what a board said."""
    about = {"notice_id": str(answer.notice_id), "organisation_id": str(answer.notice.organisation_id)}
    link = ("subprocessors.reply", about | {"board_id": str(answer.board_id)})
    for each in memberships.roles_of(session, answer.notice.organisation_id, *ANNOUNCES):
        _put(session, answer, each.person.email, each.person.name, kind=kind, key=key, link=link)


def subject(notice_id: uuid.UUID) -> str:
    """How the ledger names a notice."""
    return f"subprocessor:{notice_id}"


def last_day(answer: SubprocessorAnswer) -> dt.date:
    """The last day on which the board can object."""
    return clock.day_of(answer.closes_at - dt.timedelta(microseconds=1))


SUBJECTS: Mapping[str, str] = {
    "subprocessor": mark("Nieuwe subverwerker bij %(product)s: bezwaar kan tot en met %(last)s"),
    "subprocessor_reminder": mark("Herinnering: bezwaar kan nog tot en met %(last)s (%(product)s)"),
    "subprocessor_withdrawn": mark("Ingetrokken: nieuwe subverwerker bij %(product)s"),
    "objection": mark("Bezwaar van %(board)s tegen een subverwerker"),
    "objection_answered": mark("Antwoord op uw bezwaar: %(product)s"),
    "objection_closed": mark("Bezwaar afgesloten: %(board)s"),
}


def _mail(session: Session, answer: SubprocessorAnswer, email: str, name: str, *, kind: str) -> bool:
    key = f"{kind}:{answer.notice_id}:{answer.board_id}"
    about = {"notice_id": str(answer.notice_id), "organisation_id": str(answer.board_id)}
    return _put(session, answer, email, name, kind=kind, key=key, link=("subprocessors.show", about))


def _put(
    session: Session,
    answer: SubprocessorAnswer,
    email: str,
    name: str,
    *,
    kind: str,
    key: str,
    link: tuple[str, Mapping[str, str]],
) -> bool:
    notice = answer.notice
    silence = (
        mark("Laat u niets horen, dan geldt dat als geen bezwaar.")
        if answer.consent == "general"
        else mark("Laat u niets horen, dan is er geen toestemming.")
    )
    facts = {
        "product": notice.product.title,
        "board": answer.board.name,
        "supplier": notice.supplier.name,
        "subprocessor": notice.name,
        "last": day(last_day(answer), weekday=True),
    }
    return outbox.put(
        session,
        key=f"{key}:{hashlib.sha256(email.encode()).hexdigest()[:16]}",
        to=email,
        kind=kind,
        subject=say(SUBJECTS[kind], **facts),
        about=subject(notice.id),
        link=link,
        name=name,
        task=notice.task,
        country=notice.country,
        effective=day(clock.day_of(answer.begins_at), weekday=True),
        silence=say(silence),
        words=answer.words,
        reply=answer.reply,
        outcome=say(OUTCOMES[answer.outcome]) if answer.outcome else "",
        **facts,
    )


OUTCOMES: Mapping[str, str] = {
    "dropped": mark("Het bestuur trekt het bezwaar in."),
    "upheld": mark("Het bestuur blijft bij het bezwaar."),
}
