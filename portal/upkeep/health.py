"""How the installation is: each part looked at, with a judgement and a sentence that says what to do."""

import datetime as dt
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from portal import clock
from portal.cases import retrying
from portal.cases.tables import Document, DocumentState
from portal.config import Settings
from portal.record import heads, ledger
from portal.record.jobs import Job
from portal.record.outbox import Mail
from portal.upkeep import ending, notes
from portal.wording import day, mark, moment

GOOD, LOOK, WRONG = "good", "look", "wrong"
QUIET_FOR, DEAD_AFTER = dt.timedelta(minutes=2), dt.timedelta(minutes=10)
TRIES = 3
"""So many tries, and work that fails is no longer bad luck."""
SHOWN_FOR = dt.timedelta(days=14)
"""Mail that did not arrive is shown so long."""
LITTLE, HARDLY = 0.15, 0.05
"""The part of the disk that is free, below which somebody should look or act."""


@dataclass(frozen=True)
class Item:
    """One part of the installation."""

    name: str
    title: str
    state: str
    sentence: str
    values: Mapping[str, object] = field(default_factory=dict)


def look(session: Session, settings: Settings) -> list[Item]:
    """Every part in order: what works in the background, what leaves the house, what is kept."""
    return [
        _worker(settings.data),
        _jobs(session),
        _documents(session),
        _mail(session),
        _mail_server(settings),
        *_endings(session, settings),
        _backup(settings.data, demo=settings.demo),
        _verify(settings.data),
        _heads(session, demo=settings.demo),
        _disk(settings.data),
        _database(session),
    ]


def failing_jobs(session: Session) -> list[Job]:
    """Work that did not succeed at its last try, the oldest first."""
    failed = select(Job).where(Job.state != "done", Job.cause != "")
    return list(session.scalars(failed.order_by(Job.asked_at).limit(100)))


def lost_mails(session: Session) -> list[Mail]:
    """Mail that was refused, or of which nobody knows whether it arrived, the latest first."""
    lost = (Mail.state.in_(("refused", "uncertain")), Mail.put_at > clock.now() - SHOWN_FOR)
    return list(session.scalars(select(Mail).where(*lost).order_by(Mail.put_at.desc()).limit(100)))


@dataclass(frozen=True)
class Waiting:
    """A document that waits for something outside, and how it was tried so far."""

    document: Document
    tries: int
    tried_at: dt.datetime | None


def waiting_outside(session: Session) -> list[Waiting]:
    """Documents that a try came to nothing for, those that wait longest first."""
    stuck = (Document.state == DocumentState.WAITING, Document.void_at.is_(None))
    found = session.scalars(select(Document).where(*stuck).order_by(Document.waits_since, Document.made_at).limit(100))
    return [_tried(each, retrying.work_for(session, each)) for each in found]


def _tried(document: Document, work: list[Job]) -> Waiting:
    last = max((job.tried_at for job in work if job.tried_at), default=None)
    return Waiting(document, max((job.attempts for job in work), default=0), last)


def waiting_documents(session: Session) -> list[Document]:
    """Documents that are still to be made, or that something keeps waiting, the oldest first."""
    busy = (DocumentState.ASKED, DocumentState.WAITING)
    query = select(Document).where(Document.state.in_(busy), Document.void_at.is_(None))
    return list(session.scalars(query.order_by(Document.made_at).limit(100)))


def certificate_state(ends: dt.datetime, *, now: dt.datetime) -> tuple[str, str]:
    """How urgent the end of a certificate is, and the sentence: warned at 60, 30 and 7 days."""
    left = (ends - now).days
    if ends <= now:
        sentence = mark("Verlopen op %(day)s. Nieuwe stukken kunnen hier niet mee worden verzegeld.")
    elif left < 7:
        sentence = mark("Eindigt op %(day)s: nog %(left)s dagen. Vernieuw het vandaag.")
    elif left < 30:
        sentence = mark("Eindigt op %(day)s: nog %(left)s dagen. Vraag nu een nieuw certificaat aan.")
    elif left < 60:
        sentence = mark("Eindigt op %(day)s: nog %(left)s dagen. Plan de vernieuwing.")
    else:
        sentence = mark("Geldig tot %(day)s.")
    return ending_state(left), sentence


def ending_state(left: int) -> str:
    """How urgent it is that something ends in so many days."""
    return WRONG if left < 7 else LOOK if left < 60 else GOOD


def _worker(data: Path) -> Item:
    seen = notes.noted(data, notes.ALIVE)
    title = mark("Werk op de achtergrond")
    if seen is None:
        return Item("worker", title, WRONG, mark("De werker meldde zich nog nooit. Start het met: tekenpoort worker."))
    quiet = clock.now() - seen["at"]
    values = {"at": moment(seen["at"])}
    if quiet > DEAD_AFTER:
        sentence = mark("De werker meldde zich het laatst op %(at)s. Kijk of het proces nog loopt.")
        return Item("worker", title, WRONG, sentence, values)
    if quiet > QUIET_FOR:
        return Item("worker", title, LOOK, mark("De werker meldde zich het laatst op %(at)s."), values)
    return Item("worker", title, GOOD, mark("De werker is aan het werk. Laatste teken: %(at)s."), values)


def _jobs(session: Session) -> Item:
    due = (Job.state != "done", Job.run_at <= clock.now())
    count, oldest = session.execute(select(func.count(), func.min(Job.asked_at)).where(*due)).one()
    failing = (
        session.scalar(select(func.count()).where(Job.state != "done", Job.attempts >= TRIES, Job.cause != "")) or 0
    )
    title = mark("Taken")
    if failing:
        return Item(
            "jobs", title, WRONG, mark("%(count)s taken lukken niet. De oorzaak staat hieronder."), {"count": failing}
        )
    if not count:
        return Item("jobs", title, GOOD, mark("Er wacht niets."))
    values = {"count": count, "since": moment(oldest)}
    late = clock.now() - oldest > DEAD_AFTER
    return Item(
        "jobs", title, LOOK if late else GOOD, mark("Taken die wachten: %(count)s, de oudste sinds %(since)s."), values
    )


def _documents(session: Session) -> Item:
    waiting, title = waiting_documents(session), mark("Stukken")
    if not waiting:
        return Item("documents", title, GOOD, mark("Er wacht geen stuk."))
    late = clock.now() - waiting[0].made_at > dt.timedelta(hours=1)
    values = {"count": len(waiting), "since": moment(waiting[0].made_at)}
    sentence = mark("Stukken die wachten: %(count)s, het oudste sinds %(since)s.")
    return Item("documents", title, WRONG if late else LOOK, sentence, values)


def _mail(session: Session) -> Item:
    since = clock.now() - SHOWN_FOR
    rows = session.execute(select(Mail.state, func.count()).where(Mail.put_at > since).group_by(Mail.state))
    states: dict[str, int] = dict(rows.all())
    values = {
        "waiting": states.get("waiting", 0) + states.get("sending", 0),
        "refused": states.get("refused", 0),
        "uncertain": states.get("uncertain", 0),
    }
    state = WRONG if values["refused"] else LOOK if values["uncertain"] else GOOD
    sentence = mark("In 14 dagen: %(waiting)s wachten, %(refused)s geweigerd, %(uncertain)s onzeker.")
    return Item("mail", mark("Mail"), state, sentence, values)


def _mail_server(settings: Settings) -> Item:
    title = mark("Mailserver")
    if settings.smtp_url:
        return Item("mail_server", title, GOOD, mark("Er is een mailserver ingesteld."))
    if settings.demo:
        return Item("mail_server", title, GOOD, mark("In de demonstratie komt alle mail in het postvak."))
    return Item(
        "mail_server", title, WRONG, mark("Er is geen mailserver: niemand krijgt mail. Stel TEKENPOORT_SMTP_URL in.")
    )


def _endings(session: Session, settings: Settings) -> Iterator[Item]:
    """The seal's certificates, and of the time stamps over documents those that end first."""
    now = dt.datetime.now(dt.UTC)  # certificates follow the machine's own clock, as the seals do
    shown = set()
    for each in ending.what_ends(session, settings):
        if each.kind == ending.ARCHIVED and each.kind in shown:
            continue
        shown.add(each.kind)
        state, sentence = certificate_state(each.ends, now=now)
        if each.kind == ending.ARCHIVED and state != GOOD:
            sentence = mark("De eerste eindigen op %(day)s. Het portaal vernieuwt ze vanzelf: kijk waarom niet.")
        values = {"day": day(clock.day_of(each.ends), weekday=True), "left": each.left(now)}
        yield Item(f"certificate_{each.kind}", ending.NAMES[each.kind], state, sentence, values)
    if settings.seal_key is None and not settings.demo:
        sentence = mark("Dit is een testzegel: buiten deze installatie kent niemand het. Zie docs/keys.md.")
        yield Item("seal", mark("Soort zegel"), LOOK, sentence)


def _backup(data: Path, *, demo: bool) -> Item:
    made, title = notes.noted(data, notes.BACKUP), mark("Back-up")
    if made is None:
        sentence = mark("Er is nog geen back-up gemaakt. Laat elke nacht lopen: tekenpoort backup MAP.")
        return Item("backup", title, LOOK if demo else WRONG, sentence)
    age = clock.now() - made["at"]
    values = {"at": moment(made["at"]), "place": made.get("place", "")}
    state = WRONG if age > dt.timedelta(days=3) else LOOK if age > dt.timedelta(hours=26) else GOOD
    return Item("backup", title, state, mark("De laatste back-up is van %(at)s en staat in %(place)s."), values)


def _verify(data: Path) -> Item:
    done, title = notes.noted(data, notes.VERIFY), mark("Nalezen")
    if done is None:
        return Item(
            "verify", title, LOOK, mark("Er is nog niet nagelezen. Dat gebeurt elke nacht, of met: tekenpoort verify.")
        )
    values = {"at": moment(done["at"]), "count": done.get("findings", 0), "first": done.get("first", "")}
    if values["count"]:
        sentence = mark("Op %(at)s klopten %(count)s dingen niet. Het eerste: %(first)s")
        return Item("verify", title, WRONG, sentence, values)
    late = clock.now() - done["at"] > dt.timedelta(hours=49)
    return Item("verify", title, LOOK if late else GOOD, mark("Nagelezen op %(at)s: alles klopte."), values)


def _heads(session: Session, *, demo: bool) -> Item:
    kept, title = heads.latest(session, count=1), mark("Stand van het logboek")
    if not kept:
        sentence = mark("Er is nog geen stand van het logboek met een tijdstempel. Dat gebeurt elke nacht.")
        return Item("heads", title, GOOD if demo else LOOK, sentence)
    last = kept[0]
    values = {"at": moment(last.at), "size": last.size, "head": last.hash[:16]}
    sentence = mark("De laatste stand met een tijdstempel is van %(at)s: %(size)s regels, kop %(head)s.")
    behind = ledger.head(session).size > last.size + 1 and clock.now() - last.at > dt.timedelta(hours=49)
    return Item("heads", title, LOOK if behind else GOOD, sentence, values)


def _disk(data: Path) -> Item:
    usage = shutil.disk_usage(data)
    free = usage.free / usage.total
    state = WRONG if free < HARDLY else LOOK if free < LITTLE else GOOD
    values = {"free": f"{usage.free / 1e9:.1f}", "total": f"{usage.total / 1e9:.1f}"}
    return Item("disk", mark("Schijfruimte"), state, mark("%(free)s van %(total)s GB is vrij."), values)


def _database(session: Session) -> Item:
    if session.get_bind().dialect.name == "postgresql":
        kind, size = "PostgreSQL", session.scalar(text("SELECT pg_database_size(current_database())"))
    else:
        kind = "SQLite"
        size = session.scalar(text("SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"))
    values = {"kind": kind, "size": f"{(size or 0) / 1e6:.0f}"}
    return Item("database", mark("Database"), GOOD, mark("%(kind)s, %(size)s MB."), values)
