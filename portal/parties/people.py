"""Persons, what they are where, how they are invited, and the code that proves it is them."""

import base64
import hashlib
import hmac
import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from passlib.exc import MalformedTokenError, TokenError, UsedTokenError  # type: ignore[import-untyped]
from passlib.totp import TOTP  # type: ignore[import-untyped]
from sqlalchemy import delete, event, or_, select, update
from sqlalchemy.orm import Session, joinedload, scoped_session

from portal import clock
from portal.database import act, reader
from portal.errors import ExpiredError, NotFoundError, RefusedError, TooManyError
from portal.parties import mandates
from portal.parties.spelling import address
from portal.parties.tables import Invitation, Membership, Person, WebSession
from portal.wording import day, mark
from workflows.vocabulary import Role

ISSUER = "Tekenpoort"
INVITED_FOR = timedelta(days=7)
ASK_AGAIN_AFTER = timedelta(minutes=10)
WRONG_CODES = 5
WRONG_CODES_WITHIN = timedelta(minutes=15)
STEP = 30
"""Seconds that one code lasts."""
LIVE = ("invited", "active")

Reading = Session | scoped_session[Session]

_used = mark("Deze uitnodiging is al gebruikt. Log in met uw e-mailadres en wachtwoord.")
_expired = mark("Deze uitnodiging is verlopen op %(day)s. Vraag een nieuwe aan degene die u uitnodigde.")


def by_email(session: Reading, email: str) -> Person | None:
    """The person with this address, however it is capitalised."""
    return session.scalar(select(Person).where(Person.email == address(email)))


def a_person(session: Session, *, name: str, email: str, function: str = "", phone: str = "") -> Person:
    """The person with this address; made, without a password, when there is none yet."""
    person = by_email(session, email)
    if person is None:
        person = Person(name=name, email=address(email), function=function, phone=phone)
        session.add(person)
        session.flush()
    return person


def names_of(person_ids: Iterable[str], *, session: Reading = reader) -> dict[str, str]:
    """The names that go with these ids."""
    known = select(Person.id, Person.name).where(Person.id.in_([uuid.UUID(each) for each in person_ids]))
    return {str(person_id): name for person_id, name in session.execute(known)}


# --- roles


def join(
    session: Session,
    person: Person,
    organisation: Any,
    role: Role,
    *,
    status: str = "invited",
    acts: Iterable[str] = (),
) -> Membership:
    """Gives the person this role at the organisation (or its id); a live one stays, and may become active."""
    organisation_id = organisation if isinstance(organisation, uuid.UUID) else organisation.id
    membership = _live(session, person, organisation_id, role)
    if membership is None:
        membership = Membership(person_id=person.id, organisation_id=organisation_id, role=role, status=status)
        session.add(membership)
    elif status == "active":
        membership.status = status
    if acts:
        membership.acts = list(acts)
    session.flush()
    session.expire(person, ["memberships"])
    return membership


def has_been_asked(session: Session, person: Person, organisation_id: uuid.UUID, role: Role, *, at: datetime) -> bool:
    """Whether an invitation would change nothing: the role is held, or the last link was sent just now."""
    live = _live(session, person, organisation_id, role)
    if live is None:
        return False
    lately = (Invitation.person_id == person.id, Invitation.made_at > at - ASK_AGAIN_AFTER)
    return live.status == "active" or session.scalar(select(Invitation.id).where(*lately).limit(1)) is not None


def _live(session: Session, person: Person, organisation_id: uuid.UUID, role: Role) -> Membership | None:
    return session.scalar(
        select(Membership).where(
            Membership.person_id == person.id,
            Membership.organisation_id == organisation_id,
            Membership.role == role,
            Membership.status.in_(LIVE),
            _not_over(),
        )
    )


def end_membership(session: Session, membership: Membership, *, at: datetime | None = None) -> None:
    """Ends a role from this moment, or a later one; the row stays, so that what held before can still be told."""
    now = clock.now()
    end = max(at or now, now)
    membership.until = min(membership.until, end) if membership.until else end  # an end only ever moves nearer
    if membership.until <= now:
        membership.status = "ended"
    session.flush()


def appoint(
    session: Session,
    person: Person,
    organisation_id: uuid.UUID,
    role: Role,
    *,
    since: datetime,
    acts: Iterable[str] = (),
) -> Membership:
    """Gives the person this role from a moment on, with these rights; who has it already need not accept it again."""
    held = [
        each
        for each in roles_of(session, organisation_id, role)
        if each.person_id == person.id and (each.until is None or each.until > since)
    ]
    status = "active" if any(each.status == "active" for each in held) else "invited"
    for each in held:
        if each.since <= since <= clock.now():
            each.acts, each.until = list(acts), None
            session.flush()
            return each
        end_membership(session, each, at=since)
    made = Membership(
        person_id=person.id, organisation_id=organisation_id, role=role, status=status, acts=list(acts), since=since
    )
    session.add(made)
    session.flush()
    session.expire(person, ["memberships"])
    return made


def roles_of(session: Reading, organisation_id: uuid.UUID, *roles: Role) -> list[Membership]:
    """Everybody's live roles there (of these kinds; none: all), those that begin or end later included."""
    found = select(Membership).where(
        Membership.organisation_id == organisation_id, Membership.status.in_(LIVE), _not_over()
    )
    return list(session.scalars(found.where(Membership.role.in_(roles)) if roles else found))


def memberships_of(person: Person, *, session: Reading = reader) -> list[Membership]:
    """The person's active roles, with their organisations, by the organisation's name."""
    found = select(Membership).where(Membership.person_id == person.id, *Membership.held(clock.now()))
    return _with_names(session, found)


def invited_memberships_of(person: Person, *, session: Reading = reader) -> list[Membership]:
    """The roles that wait for the person's yes, with their organisations."""
    return _with_names(
        session, select(Membership).where(Membership.person_id == person.id, Membership.status == "invited")
    )


def people_of(organisation_id: uuid.UUID, *, session: Reading = reader) -> list[Membership]:
    """Who is, or is invited to be, something at this organisation, by the person's name."""
    found = (
        select(Membership)
        .join(Membership.person)
        .where(Membership.organisation_id == organisation_id, Membership.status.in_(LIVE), _not_over())
        .options(joinedload(Membership.person), joinedload(Membership.organisation))
        .order_by(Person.name, Membership.role)
    )
    return list(session.scalars(found))


def has_role(person: Person, organisation_id: uuid.UUID, *roles: Role, session: Reading = reader) -> bool:
    """Whether the person actively holds one of these roles there; without roles: any role."""
    if not person.active:
        return False
    return any(
        membership.organisation_id == organisation_id and (not roles or membership.role in roles)
        for membership in memberships_of(person, session=session)
    )


def _not_over() -> Any:
    return or_(Membership.until.is_(None), Membership.until > clock.now())


def _with_names(session: Reading, found: Any) -> list[Membership]:
    roles: Iterable[Membership] = session.scalars(found.options(joinedload(Membership.organisation)))
    return sorted(roles, key=lambda membership: (membership.organisation.name, membership.role))


# --- invitations


def invite(session: Session, person: Person, *, at: datetime, link_secret: str) -> str:
    """Makes the one link by which this person can come in until seven days from `at`; earlier links stop working.

    The token is made from the invitation's id and a secret outside the database, which keeps only its SHA-256.
    """
    session.execute(
        update(Invitation)
        .where(Invitation.person_id == person.id, Invitation.used_at.is_(None), Invitation.expires_at > at)
        .values(expires_at=at)
    )
    invitation_id = uuid.uuid4()
    mac = hmac.digest(link_secret.encode(), b"invitation:" + invitation_id.bytes, "sha256")
    token = base64.urlsafe_b64encode(mac).decode().rstrip("=")
    session.add(
        Invitation(
            id=invitation_id,
            token_hash=_hash(token),
            person_id=person.id,
            made_at=at,
            expires_at=at + INVITED_FOR,
        )
    )
    session.flush()
    return token


def find_invitation(token: str, *, session: Reading = reader) -> Invitation:
    """The open invitation behind a link; NotFoundError when there is none, ExpiredError when it is used or over."""
    invitation = session.scalar(select(Invitation).where(Invitation.token_hash == _hash(token)))
    if invitation is None:
        raise NotFoundError
    _check_open(invitation)
    return invitation


def accept(session: Session, invitation: Invitation, *, password_hash: str | None, name: str, function: str) -> Person:
    """Uses the invitation, once: its person's invited roles become active, and a new account gets its password.

    Somebody who has an account already keeps it as it is (`password_hash` None): a link never changes a password.
    """
    kept = session.get(Invitation, invitation.id, with_for_update=True, populate_existing=True)
    if kept is None:
        raise NotFoundError
    _check_open(kept)
    person = session.get_one(Person, kept.person_id, with_for_update=True, populate_existing=True)
    if not person.active:
        raise NotFoundError
    if (person.password is None) != (password_hash is not None):
        raise RefusedError(mark("U hebt al een account. Log in om deze uitnodiging aan te nemen."))
    if password_hash is not None:
        person.password = password_hash
        if not mandates.has_mandate(session, person.id, at=clock.now()):
            person.name, person.function = name, function
    kept.used_at = clock.now()
    person.confirmed_at = person.confirmed_at or clock.now()
    for membership in person.memberships:
        if membership.status == "invited":
            membership.status = "active"
    session.flush()
    return person


def _check_open(invitation: Invitation) -> None:
    if invitation.used_at is not None:
        raise ExpiredError(_used)
    if invitation.expires_at <= clock.now():
        raise ExpiredError(_expired, day=day(clock.day_of(invitation.expires_at)))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


# --- blocking, and the sessions of a person


def block(session: Session, person: Person, *, at: datetime) -> None:
    """Shuts the account at once: no sign-in, no running session, no open link."""
    person.active = False
    person.blocked_at = at
    end_sessions(session, person)
    session.execute(
        update(Invitation)
        .where(Invitation.person_id == person.id, Invitation.used_at.is_(None), Invitation.expires_at > at)
        .values(expires_at=at)
    )


def unblock(session: Session, person: Person) -> None:
    """Opens the account again; roles, password and second factor are as they were."""
    person.active = True
    person.blocked_at = None
    session.flush()


def sessions_of(person: Person, *, session: Reading = reader) -> list[WebSession]:
    """The browsers in which this person is signed in, the latest used first."""
    found = select(WebSession).where(WebSession.person == person.fs_uniquifier).order_by(WebSession.seen_at.desc())
    return list(session.scalars(found))


def end_sessions(session: Session, person: Person) -> None:
    """Signs the person out everywhere, half-finished sign-ins and reset links included."""
    session.execute(delete(WebSession).where(WebSession.person == person.fs_uniquifier))
    person.fs_uniquifier = uuid.uuid4().hex
    session.flush()


# --- the second factor


def set_second_factor(
    session: Session, person: Person, secret: str, code: str, *, totp_secrets: Mapping[str, str]
) -> bool:
    """Sets the authenticator app that holds this new (encrypted) secret, when `code` shows that it works."""
    person = _locked(session, person.id)
    try:
        match = _totp(totp_secrets).verify(code, secret, time=clock.now().timestamp(), window=STEP)
    except TokenError:
        return False
    person.tf_primary_method, person.tf_totp_secret = "authenticator", secret
    person.totp_counter, person.wrong_codes = match.counter, []
    session.flush()
    return True


def forget_second_factor(session: Session, person: Person) -> None:
    """Takes away the authenticator app and the recovery codes: for whoever lost both, or no longer needs one."""
    person.tf_primary_method = person.tf_totp_secret = person.totp_counter = None
    person.mf_recovery_codes = []
    session.flush()


def code_is_good(session: Session, person_id: uuid.UUID, code: str, *, totp_secrets: Mapping[str, str]) -> bool:
    """Whether this code of the person's authenticator app counts now: at most one step (30 s) early or late, and once.

    Sign-in and signing ask here, inside an act: the person's row is locked and the used step is stored, so the same
    code is refused the second time, wherever it is used. After five wrong codes in fifteen minutes no code is looked at
    and TooManyError says so; a wrong one counts even when the act that asked is rolled back.
    """
    person = _locked(session, person_id)
    now = clock.now().timestamp()
    wrong = [moment for moment in person.wrong_codes or [] if now - moment < WRONG_CODES_WITHIN.total_seconds()]
    if len(wrong) >= WRONG_CODES:
        raise TooManyError(
            mark("U hebt te vaak een verkeerde code ingevuld. Wacht een kwartier en probeer het dan opnieuw.")
        )
    if not person.has_second_factor or not person.active:
        return False
    try:
        match = _totp(totp_secrets).verify(
            code, person.tf_totp_secret, time=now, window=STEP, last_counter=person.totp_counter
        )
    except (UsedTokenError, MalformedTokenError):
        return False  # not a guess: typed twice, or not six digits
    except TokenError:
        person.wrong_codes = [*wrong, now]
        session.flush()
        _count_after_rollback(session, person_id, now)
        return False
    person.totp_counter, person.wrong_codes = match.counter, []
    session.flush()
    return True


def current_code(person: Person, *, totp_secrets: Mapping[str, str]) -> str:
    """The code that the person's authenticator app shows now: for demonstrations, on the machine itself."""
    if not person.has_second_factor:
        raise RefusedError(mark("Deze persoon heeft nog geen app gekoppeld."))
    made = _totp(totp_secrets).from_source(person.tf_totp_secret).generate(time=clock.now().timestamp())
    return str(made.token)


def _locked(session: Session, person_id: uuid.UUID) -> Person:
    person = session.get(Person, person_id, with_for_update=True, populate_existing=True)
    if person is None:
        raise NotFoundError
    return person


def _totp(totp_secrets: Mapping[str, str]) -> Any:
    return TOTP.using(issuer=ISSUER, secrets=dict(totp_secrets))


def _count_after_rollback(session: Session, person_id: uuid.UUID, moment: float) -> None:
    """An act that refuses a wrong code undoes its own count of it; this writes it once more, after the lock is gone."""
    kept: list[bool] = []

    def count(_session: Session) -> None:
        if kept:
            return
        kept.append(False)
        with act() as counting:
            person = _locked(counting, person_id)
            person.wrong_codes = [*(person.wrong_codes or []), moment]

    event.listen(session, "after_commit", lambda _session: kept.append(True))
    event.listen(session, "after_rollback", count)
