"""Asking for a dossier, making it in the background, and keeping it for a week for whoever asked."""

import datetime as dt
import json
import uuid
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from portal import clock
from portal.cases import access
from portal.cases.access import Visitor
from portal.cases.tables import Case
from portal.config import Settings
from portal.database import act, reader
from portal.documents.authority import trust_of
from portal.dossier.organisation import TRUSTED, rights_at
from portal.errors import NotFoundError
from portal.evidence import bundle, gathering
from portal.parties.tables import Organisation, Person
from portal.record import heads, jobs, ledger, outbox
from portal.record.heads import Stamp
from portal.record.jobs import Job
from portal.wording import mark, say

MAKE = "dossier"
KEPT = dt.timedelta(days=7)
LONG = dt.timedelta(seconds=20)
"""Who waited longer than this for a dossier is mailed that it is ready."""


@dataclass(frozen=True)
class Subject:
    """What a dossier is of: one case, or one organisation; and whether the whole of it is for whoever asks."""

    case: Case | None = None
    organisation: Organisation | None = None
    discreet: bool = False

    @property
    def name(self) -> str:
        """How the dossier and its file are called."""
        return self.case.reference if self.case else self.organisation.name if self.organisation else ""

    @property
    def about(self) -> str:
        """As the ledger names it."""
        return (
            f"case:{self.case.id}" if self.case else f"organisation:{self.organisation.id if self.organisation else ''}"
        )


@dataclass(frozen=True)
class Ordered:
    """A dossier that was asked for, and how far along it is."""

    id: uuid.UUID
    subject: Subject
    state: str
    """making, ready, gone or waiting"""
    cause: str
    done: int
    total: int
    asked_at: dt.datetime
    until: dt.datetime
    place: Path

    @property
    def name(self) -> str:
        """How it and its file are called."""
        return self.subject.name


def of_case(session: Session, case_id: uuid.UUID, *, by: Visitor) -> Subject:
    """For its starter, for who binds or manages its organisation, and for the operator; NotFoundError for others."""
    case = session.get(Case, case_id)
    if case is None or by.person_id is None:
        raise NotFoundError
    roles = access.roles_at(by, case.organisation_id, session=session) if case.organisation_id else frozenset()
    other = access.roles_at(by, case.counterparty_id, session=session) if case.counterparty_id else frozenset()
    if roles & TRUSTED or access.is_service_desk(by, session=session) or by.person_id == case.person_id:
        return Subject(case=case)
    if by.person_id == case.started_by or (other & TRUSTED and case.submitted_at is not None):
        return Subject(case=case, discreet=True)
    raise NotFoundError


def of_organisation(session: Session, organisation_id: uuid.UUID, *, by: Visitor) -> Subject:
    """For who binds or manages it, and for the operator; NotFoundError for others."""
    rights = rights_at(session, by, organisation_id)
    if not rights.sees_addresses:
        raise NotFoundError
    return Subject(organisation=rights.organisation)


def ask(*, by: Visitor, case_id: uuid.UUID | None = None, organisation_id: uuid.UUID | None = None) -> uuid.UUID:
    """Have a dossier made; gives the name of the work. Asked again while it is being made, it is the same one."""
    with act() as session:
        subject = _subject(session, {"case": case_id, "organisation": organisation_id}, by=by)
        key = f"{MAKE}:{subject.about}:{by.person_id}"
        known = jobs.find(session, key)
        if known is not None and known.state != "done":
            return known.id
        if known is not None:
            known.key = f"{MAKE}:{known.id}"  # the one of before stays until its week is over
            session.flush()
        ledger.append(session, act="export", subject=subject.about, actor=by.person_id)
        names = {"case": _text(case_id), "organisation": _text(organisation_id)}
        jobs.ask(session, MAKE, key, by=str(by.person_id), subject=names, discreet=subject.discreet)
        made = jobs.find(session, key)
        assert made is not None
        return made.id


def find(job_id: uuid.UUID, *, by: Visitor, settings: Settings) -> Ordered:
    """A dossier for who asked for it and still may have it; everybody else is told that there is none."""
    job = reader.get(Job, job_id)
    if job is None or job.kind != MAKE or by.person_id is None or job.parameters["by"] != str(by.person_id):
        raise NotFoundError
    subject = _subject(reader(), _ids(job.parameters), by=by)
    if subject.discreet and job.parameters.get("discreet") is False:
        raise NotFoundError  # it was asked by somebody who was to see more than they are now
    place, until = _place(settings, job.id), job.asked_at + KEPT
    done, total = _progress(place)
    state = "making" if job.state != "done" else "ready" if place.exists() and clock.now() <= until else "gone"
    if state == "making" and job.cause:
        state = "waiting"
    return Ordered(job.id, subject, state, job.cause, done, total, job.asked_at, until, place)


def make(job_id: uuid.UUID, asked: Mapping[str, Any], *, settings: Settings, stamp: Stamp) -> None:
    """The worker's part: gather at one moment, stamp the ledger's head of that moment, write. Twice is harmless."""
    by = Visitor(uuid.UUID(asked["by"]))
    _read_at_one_moment()
    try:
        subject = _subject(reader(), _ids(asked), by=by)
    except NotFoundError:
        return  # who asked may not have it any more
    if subject.case is not None:
        contents = gathering.of_case(reader(), subject.case, discreet=subject.discreet)
    else:
        assert subject.organisation is not None
        contents = gathering.of_organisation(reader(), subject.organisation, discreet=subject.discreet)
    name, tree, asked_at = subject.name, heads.tree_now(reader()), reader.get_one(Job, job_id).asked_at
    head = heads.keep(tree, stamp=stamp)
    place = _place(settings, job_id)
    place.parent.mkdir(mode=0o700, exist_ok=True)
    draft = place.with_suffix(".draft")
    bundle.write(
        draft,
        contents,
        head=head,
        tree=tree,
        trust=trust_of(settings.data),
        made_at=asked_at.isoformat(),
        progress=lambda done, total: _note(place, done, total),
    )
    draft.chmod(0o600)
    draft.replace(place)
    if clock.now() - asked_at > LONG:
        _tell(job_id, by, name)
    sweep(settings)


def sweep(settings: Settings) -> None:
    """Remove the dossiers whose week is over, and what was left half-made."""
    for path in (settings.data / "dossiers").glob("*"):
        with suppress(OSError):
            if clock.now() - dt.datetime.fromtimestamp(path.stat().st_mtime, dt.UTC) > KEPT:
                path.unlink()


def _subject(session: Session, ids: Mapping[str, uuid.UUID | None], *, by: Visitor) -> Subject:
    if ids["case"] is not None:
        return of_case(session, ids["case"], by=by)
    if ids["organisation"] is not None:
        return of_organisation(session, ids["organisation"], by=by)
    raise NotFoundError


def _read_at_one_moment() -> None:
    """From here on the reader sees one moment only; SQLite does that by itself."""
    reader.rollback()
    if reader().get_bind().dialect.name == "postgresql":
        reader.connection(execution_options={"isolation_level": "REPEATABLE READ"})


def _tell(job_id: uuid.UUID, by: Visitor, name: str) -> None:
    with act() as session:
        person = session.get_one(Person, by.person_id)
        outbox.put(
            session,
            key=f"dossier:{job_id}",
            to=person.email,
            kind=MAKE,
            subject=say(mark("Het dossier %(dossier)s staat klaar"), dossier=name),
            link=("evidence.show", {"job_id": str(job_id)}),
            name=person.name,
            dossier=name,
            days=KEPT.days,
        )


def _place(settings: Settings, job_id: uuid.UUID) -> Path:
    return settings.data / "dossiers" / f"{job_id}.zip"


def _note(place: Path, done: int, total: int) -> None:
    place.with_suffix(".json").write_text(json.dumps([done, total]))


def _progress(place: Path) -> tuple[int, int]:
    try:
        done, total = json.loads(place.with_suffix(".json").read_text())
        return int(done), int(total)
    except (OSError, ValueError):
        return 0, 0


def _ids(asked: Mapping[str, Any]) -> dict[str, uuid.UUID | None]:
    return {name: uuid.UUID(value) if value else None for name, value in asked["subject"].items()}


def _text(value: uuid.UUID | None) -> str | None:
    return str(value) if value else None
