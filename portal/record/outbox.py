"""The outbox: mail put down in the act that causes it, sent by the worker, each once, with its delivery in sight."""

import datetime as dt
import smtplib
import uuid
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate
from typing import Any

from sqlalchemy import String, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal import clock
from portal.database import Base, act
from portal.errors import NotFoundError, RefusedError, UnavailableError
from portal.record import jobs, ledger, transmission
from portal.wording import mark, say

INTERRUPTED = mark("De verzending is onderbroken.")
STATES: Mapping[str, str] = {
    "waiting": mark("wacht op verzending"),
    "sending": mark("wordt verstuurd"),
    "sent": mark("verstuurd"),
    "mailbox": mark("in het postvak"),
    "refused": mark("geweigerd door de mailserver"),
    "uncertain": mark("verstuurd, ontvangst onzeker"),
}


class Mail(Base):
    """One mail to one person."""

    __tablename__ = "mail"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    key: Mapped[str] = mapped_column(String(160), unique=True)
    """Names the mail, so that one act never sends it twice."""
    to: Mapped[str] = mapped_column(String(254), index=True)
    kind: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(300))
    facts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """What the mail's template is filled with; "endpoint" and "address" of its one link among them."""
    about: Mapped[str] = mapped_column(String(80), default="", index=True)
    size: Mapped[int]
    head: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    cause: Mapped[str] = mapped_column(Text, default="")
    put_at: Mapped[dt.datetime] = mapped_column(default=clock.now)
    sent_at: Mapped[dt.datetime | None]


@dataclass(frozen=True)
class Letter:
    """A mail as it leaves: both parts hold the same words."""

    text: str
    html: str


Write = Callable[[Mail], Letter]


def put(
    session: Session,
    *,
    key: str,
    to: str,
    kind: str,
    subject: str,
    about: str = "",
    link: tuple[str, Mapping[str, str]] | None = None,
    **facts: Any,
) -> bool:
    """Put a mail in the outbox, inside an act; False when it was put there before.

    The link is an endpoint and its parameters, made an address later.
    """
    if session.scalar(select(Mail.id).where(Mail.key == key)):
        return False
    head = ledger.head(session)
    if link:
        facts |= {"endpoint": link[0], "address": dict(link[1])}
    mail = Mail(
        key=key, to=to, kind=kind, subject=subject[:300], about=about, facts=facts, size=head.size, head=head.hash
    )
    session.add(mail)
    session.flush()
    jobs.ask(session, "send", f"send:{mail.id}", mail=str(mail.id))
    return True


def deliver(mail_id: uuid.UUID, *, write: Write, smtp_url: str | None, sender: str) -> None:
    """Send one mail. Raises UnavailableError where trying again is right; anything else is shown with the mail.

    Before the server is called the mail is marked as being sent: a worker that died between the server's yes and our
    own note leaves a mail of uncertain delivery, which is shown, and not sent twice.
    """
    with act() as session:
        mail = session.get_one(Mail, mail_id)
        if mail.state == "sending":
            mail.state, mail.cause = "uncertain", INTERRUPTED
        if mail.state != "waiting":
            return
        if smtp_url is None:
            mail.state, mail.sent_at = "mailbox", clock.now()
            return
        letter = write(mail)
        try:
            message = _message(mail, letter, sender)
        except (HeaderParseError, ValueError, IndexError) as fault:  # what the address parser raises differs
            mail.state, mail.cause = "refused", say("Deze mail kan niet worden geadresseerd: %(fault)s", fault=fault)
            return
        to = mail.to
        mail.state = "sending"
    try:
        transmission.transmit(message, to=to, sender=sender, smtp_url=smtp_url)
    except transmission.UnansweredError:
        _note(mail_id, "uncertain", say("De mailserver kreeg de mail, maar antwoordde niet meer."))
    except (smtplib.SMTPRecipientsRefused, smtplib.SMTPSenderRefused, smtplib.SMTPDataError) as fault:
        lasting = _code(fault) >= 500
        _note(mail_id, "refused" if lasting else "waiting", say("De mailserver weigert: %(fault)s", fault=fault))
        if not lasting:
            raise UnavailableError("De mailserver neemt de mail nu niet aan.") from fault
    except (OSError, smtplib.SMTPException) as fault:
        _note(mail_id, "waiting", say("Versturen lukt niet: %(fault)s", fault=fault))
        raise UnavailableError("De mailserver is niet bereikbaar.") from fault
    else:
        _note(mail_id, "sent", "")


def send_again(session: Session, mail_id: uuid.UUID, *, by: uuid.UUID) -> None:
    """Have a mail sent once more that was refused, or of which nobody knows whether it arrived."""
    mail = session.get(Mail, mail_id)
    if mail is None:
        raise NotFoundError
    if mail.state not in ("refused", "uncertain"):
        raise RefusedError("Deze mail is al verstuurd, of staat al klaar om te worden verstuurd.")
    mail.state, mail.cause = "waiting", ""
    ledger.append(session, act="send_again", subject=f"mail:{mail.id}", actor=by)
    jobs.ask(session, "send", f"send:{mail.id}", mail=str(mail.id))


def mailbox(session: Session, *, to: str | None = None) -> list[Mail]:
    """The mails of this installation (to one address), newest first."""
    query = select(Mail).order_by(Mail.put_at.desc()).limit(500)
    return list(session.scalars(query.where(Mail.to == to) if to else query))


def sent_about(session: Session, subject: str) -> list[Mail]:
    """The mails about one subject, newest first."""
    return list(session.scalars(select(Mail).where(Mail.about == subject).order_by(Mail.put_at.desc())))


def by_key(session: Session, keys: Collection[str]) -> dict[str, Mail]:
    """The mails that go by these names, as far as they are there."""
    return {each.key: each for each in session.scalars(select(Mail).where(Mail.key.in_(keys)))}


def _note(mail_id: uuid.UUID, state: str, cause: str) -> None:
    with act() as session:
        mail = session.get_one(Mail, mail_id)
        mail.state, mail.cause = state, cause
        if state == "sent":
            mail.sent_at = clock.now()
            mail.facts = {}  # a link that lets somebody in is kept no longer than needed


def _message(mail: Mail, letter: Letter, sender: str) -> bytes:
    """The mail in bytes as it goes over the line. A raised ValueError means that it can never be sent like this."""
    message = EmailMessage(policy=SMTP)
    # One address and no list of them, whatever stands in the column.
    message["From"], message["To"] = sender, Address(addr_spec=mail.to)
    # One line, in which nothing is taken for an encoded word: those are decoded, and could hold a line end.
    message["Subject"] = " ".join(mail.subject.split()).replace("=?", "= ?")
    message["Date"] = formatdate(mail.put_at.timestamp())
    message["Message-ID"] = f"<{mail.id}@tekenpoort>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text)
    message.add_alternative(letter.html, subtype="html")
    return message.as_bytes()


def _code(fault: smtplib.SMTPException) -> int:
    if isinstance(fault, smtplib.SMTPRecipientsRefused):
        return max(code for code, _ in fault.recipients.values())
    return int(getattr(fault, "smtp_code", 0))
