"""The campaign of a new version: whom it concerns, who accepted it already, and the mails that tell and remind them."""

import datetime as dt
import uuid
from dataclasses import dataclass

from sqlalchemy import Select, and_, case, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from portal import clock
from portal.cases import in_force
from portal.cases.effects import accepted_terms
from portal.cases.tables import Case, InForce
from portal.database import act
from portal.errors import RefusedError
from portal.offers import publications
from portal.offers.drafting import CAMPAIGN
from portal.offers.tables import Publication
from portal.parties import memberships
from portal.parties.tables import Membership, Organisation, Person
from portal.record import jobs, ledger, outbox
from portal.wording import day, say

AT_ONCE = 200
"""So many mails are put down in one act, so that nobody waits long for the lock."""


@dataclass(frozen=True)
class Member:
    """One person in a campaign."""

    person_id: uuid.UUID
    name: str
    email: str
    accepted_at: dt.datetime | None
    organisations: tuple[str, ...]


@dataclass(frozen=True)
class Progress:
    """How far a campaign is, for all or for one organisation."""

    name: str
    concerned: int
    accepted: int

    @property
    def waiting(self) -> int:
        """How many have not accepted yet."""
        return self.concerned - self.accepted


def progress(session: Session, publication: Publication) -> Progress:
    """How many the campaign concerns, and how many of them accepted."""
    concerned = concerns(session, publication).subquery()
    total, accepted = session.execute(
        select(func.count(), func.count(concerned.c.accepted_at)).select_from(concerned)
    ).one()
    return Progress(publication.version, total, accepted)


def progress_by_organisation(session: Session, publication: Publication) -> list[Progress]:
    """The same for each organisation where somebody has a role; a person with two roles counts at both."""
    concerned = concerns(session, publication).subquery()
    rows = session.execute(
        select(
            Organisation.name,
            func.count(func.distinct(concerned.c.id)),
            func.count(func.distinct(case((concerned.c.accepted_at.is_not(None), concerned.c.id)))),
        )
        .join(Membership, Membership.organisation_id == Organisation.id)
        .join(concerned, concerned.c.id == Membership.person_id)
        .where(*Membership.held(clock.now()))
        .group_by(Organisation.id, Organisation.name)
        .order_by(Organisation.name)
    )
    return [Progress(name, total, accepted) for name, total, accepted in rows]


def members(
    session: Session,
    publication: Publication,
    *,
    text: str,
    state: str,
    sort: str,
    descending: bool,
    offset: int,
    limit: int,
) -> tuple[list[Member], int]:
    """Those whom a campaign concerns, searched by name, address or organisation; one page, and how many there are."""
    everybody = concerns(session, publication).subquery()
    asked = select(everybody)
    if text:
        named = (
            exists()
            .where(Membership.person_id == everybody.c.id, *Membership.held(clock.now()))
            .where(Organisation.id == Membership.organisation_id, Organisation.name.icontains(text, autoescape=True))
        )
        name, email = (
            everybody.c.name.icontains(text, autoescape=True),
            everybody.c.email.icontains(text, autoescape=True),
        )
        asked = asked.where(or_(name, email, named))
    if state:
        accepted = everybody.c.accepted_at
        asked = asked.where(accepted.is_not(None) if state == "accepted" else accepted.is_(None))
    total = session.scalar(select(func.count()).select_from(asked.subquery())) or 0
    column = func.lower(everybody.c.name) if sort == "name" else everybody.c.accepted_at
    page = asked.order_by(column.desc() if descending else column, everybody.c.email).offset(offset).limit(limit)
    rows = list(session.execute(page))
    names = memberships.organisations_of(session, [row[0] for row in rows])
    found = [
        Member(person_id, name, email, accepted_at, tuple(names.get(person_id, ())))
        for person_id, name, email, accepted_at in rows
    ]
    return found, total


def concerns(session: Session, publication: Publication) -> Select[uuid.UUID, str, str, dt.datetime]:
    """Everybody who accepted a version before this one, with when they accepted this one: id, name, email,
    accepted_at. Blocked and ended accounts are left out."""
    of_product = publications.versions(session, publication.product_id, publication.kind)
    earlier = [each.version for each in of_product if each.since < publication.since]
    new = aliased(InForce)
    held = select(InForce.person_id).where(*accepted_terms(publication.product_id, earlier, at=clock.now()))
    accepted = and_(
        new.person_id == Person.id,
        new.kind == in_force.USAGE_TERMS,
        new.product_id == publication.product_id,
        new.version == publication.version,
        or_(new.until.is_(None), new.until > clock.now()),
    )
    return (
        select(
            Person.id,
            Person.name,
            Person.email,
            func.min(new.since).label("accepted_at"),
        )
        .outerjoin(new, accepted)
        .where(Person.active, Person.id.in_(held))
        .group_by(Person.id, Person.name, Person.email)
    )


def tell(publication_id: uuid.UUID, *, after: str) -> int:
    """Mail the next of those who accepted an earlier version and not this one; the worker asks, some at a time."""
    with act() as session:
        publication = session.get_one(Publication, publication_id)
        if publication.since > clock.now():
            return 0  # the clock was turned back: the work is still there for later
        people = _next_to_tell(session, publication, after)
        for person_id, name, email in people:
            _mail(session, publication, name=name, to=email, kind="new_version", key=mail_key(publication, person_id))
        if len(people) == AT_ONCE:
            last = str(people[-1][0])
            key = f"{CAMPAIGN}:{publication_id}:{last}"
            jobs.ask(session, CAMPAIGN, key, publication=str(publication_id), after=last)
        return len(people)


def remind(publication_id: uuid.UUID, *, by: uuid.UUID) -> int:
    """Mail everybody who has not accepted yet once more, at most once a day."""
    with act() as session:
        publication = session.get_one(Publication, publication_id)
        if publication.since > clock.now():
            raise RefusedError("Deze versie is nog niet ingegaan, dus er is nog niemand om te herinneren.")
        if reminded_today(session, publication):
            raise RefusedError("Vandaag is er al een herinnering verstuurd. Morgen kan het weer.")
        waiting = concerns(session, publication).subquery()
        rows = session.execute(
            select(waiting.c.id, waiting.c.name, waiting.c.email).where(waiting.c.accepted_at.is_(None))
        ).all()
        today = clock.today().isoformat()
        for person_id, name, email in rows:
            key = f"{mail_key(publication, person_id)}:{today}"
            _mail(session, publication, name=name, to=email, kind="new_version_reminder", key=key)
        ledger.append(session, act="remind", subject=f"publication:{publication.id}", actor=by, mails=len(rows))
        return len(rows)


def reminded_today(session: Session, publication: Publication) -> bool:
    """Whether a reminder went out today."""
    told = ledger.about(session, f"publication:{publication.id}")
    return any(each.act == "remind" and clock.day_of(each.at) == clock.today() for each in told)


def published_in(session: Session, publication: Publication) -> int | None:
    """The number of the ledger entry with which it was published."""
    told = ledger.about(session, f"publication:{publication.id}")
    return next((each.number for each in told if each.act == "publish"), None)


def mail_key(publication: Publication, person_id: uuid.UUID) -> str:
    """What the mail of the campaign to one person goes by in the outbox."""
    return f"{CAMPAIGN}:{publication.id}:{person_id}"


def since_accepted(session: Session, case: Case) -> tuple[Publication | None, list[publications.ClauseChange]]:
    """For whoever reads the text of a case: the version they accepted last, if any, and what changed since."""
    new = case.publication
    if new is None or case.person_id is None:
        return None, []
    mine = (InForce.kind == in_force.USAGE_TERMS, InForce.person_id == case.person_id)
    accepted = select(InForce.version).where(*mine, InForce.product_id == new.product_id)
    earlier = (
        Publication.product_id == new.product_id,
        Publication.kind == new.kind,
        Publication.since < new.since,
        Publication.version.in_(accepted),
    )
    old = session.scalar(select(Publication).where(*earlier).order_by(Publication.since.desc()).limit(1))
    return (old, publications.difference(old.body, new.body)) if old else (None, [])


def what_changed(session: Session, publication: Publication) -> str:
    """What is new since the version before, in one line a mail can hold."""
    old = publications.before(session, publication)
    if old is None:
        return ""
    changes = publications.difference(old.body, publication.body)
    named = {
        kind: [each.heading for each in changes if each.kind == kind and each.heading]
        for kind in ("added", "changed", "removed")
    }
    said = [
        say("Nieuw: %(headings)s.", headings=", ".join(named["added"])) if named["added"] else "",
        say("Gewijzigd: %(headings)s.", headings=", ".join(named["changed"])) if named["changed"] else "",
        say("Vervallen: %(headings)s.", headings=", ".join(named["removed"])) if named["removed"] else "",
    ]
    return " ".join(filter(None, said))


def _next_to_tell(session: Session, publication: Publication, after: str) -> list[tuple[uuid.UUID, str, str]]:
    waiting = concerns(session, publication).subquery()
    query = select(waiting.c.id, waiting.c.name, waiting.c.email).where(waiting.c.accepted_at.is_(None))
    if after:
        query = query.where(waiting.c.id > uuid.UUID(after))
    rows = session.execute(query.order_by(waiting.c.id).limit(AT_ONCE))
    return [(person_id, name, email) for person_id, name, email in rows]


def _mail(session: Session, publication: Publication, *, name: str, to: str, kind: str, key: str) -> None:
    ends = publications.grace_ends(publication)
    until = (
        say(
            "Tot en met %(day)s is uw eerdere akkoord nog genoeg. Daarna gaan de rapporten dicht tot u akkoord bent.",
            day=day(clock.day_of(ends - dt.timedelta(microseconds=1)), weekday=True),
        )
        if ends > clock.now()
        else say("Uw eerdere akkoord is niet meer genoeg. De rapporten gaan weer open zodra u akkoord bent.")
    )
    outbox.put(
        session,
        key=key,
        to=to,
        kind=kind,
        subject=say("Nieuwe voorwaarden: %(title)s", title=publication.title)
        if kind == "new_version"
        else say("Herinnering: nieuwe voorwaarden van %(product)s", product=publication.product.title),
        about=f"publication:{publication.id}",
        link=("cases.begin", {"workflow_name": "usage_terms", "product": publication.product.name}),
        name=name,
        product=publication.product.title,
        version=publication.version,
        since=day(clock.day_of(publication.since), weekday=True),
        changes=what_changed(session, publication),
        until=until,
    )
