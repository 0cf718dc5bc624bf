"""Persons, organisations, and what persons are and may do there."""

import datetime as dt
import uuid
from typing import Any

from flask_security import RoleMixin, UserMixin
from sqlalchemy import ColumnElement, ForeignKey, Index, String, Text, UniqueConstraint, or_
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal import clock
from portal.database import Base
from portal.parties.authority import Limits, Purpose, Rule
from portal.record.past import keeps_its_past
from workflows.vocabulary import Role

NEEDS_SECOND_FACTOR = frozenset({Role.SIGNATORY, Role.PRIVACY_OFFICER, Role.SERVICE_DESK, Role.AUDITOR})

LIVE = ("invited", "active")
"""The states of a role that is not ended or blocked."""


def is_second_factor(method: str | None, secret: str | None) -> bool:
    """Whether an authenticator app is set."""
    return method == "authenticator" and bool(secret)


@keeps_its_past("register_key", "registered_at", "ended_at")
class Organisation(Base):
    """A party that the portal knows; a board, school or location of the register bears its register key."""

    __tablename__ = "organisation"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    kind: Mapped[str] = mapped_column(String(30))
    name: Mapped[str] = mapped_column(String(200))
    register_key: Mapped[str | None] = mapped_column(String(20), unique=True)
    """ "board:13622" or "location:00AP00"; none for a party outside the register."""
    board_number: Mapped[str | None] = mapped_column(String(5), index=True)
    address: Mapped[str] = mapped_column(Text, default="")
    kvk: Mapped[str | None] = mapped_column(String(8))
    registered_at: Mapped[dt.datetime | None]
    """When its own registration was accepted; none for a school that counts as registered through its board."""
    ended_at: Mapped[dt.datetime | None]
    """From when it is dissolved, or merged into another."""
    profile: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """What its registration said besides: invoices, administration office, products of interest."""

    def is_registered(self, *, at: dt.datetime) -> bool:
        """Whether its own registration was accepted by then, and it had not ended."""
        begun = self.registered_at is not None and self.registered_at <= at
        return begun and (self.ended_at is None or self.ended_at > at)


@keeps_its_past("active", "blocked_at", "tf_primary_method", tf_totp_secret=lambda secret: "set" if secret else None)
class Person(Base, UserMixin):
    """Somebody with an account, or invited to have one."""

    __tablename__ = "person"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)  # type: ignore[assignment]
    name: Mapped[str] = mapped_column(String(200))
    function: Mapped[str] = mapped_column(String(200), default="")
    phone: Mapped[str] = mapped_column(String(40), default="")
    email: Mapped[str] = mapped_column(String(254), unique=True)
    """In lower case: one address, one person."""
    password: Mapped[str | None] = mapped_column(String(255))
    active: Mapped[bool] = mapped_column(default=True)
    blocked_at: Mapped[dt.datetime | None]
    fs_uniquifier: Mapped[str] = mapped_column(String(64), unique=True, default=lambda: uuid.uuid4().hex)
    confirmed_at: Mapped[dt.datetime | None]
    created_at: Mapped[dt.datetime] = mapped_column(default=clock.now)
    tf_primary_method: Mapped[str | None] = mapped_column(String(64))
    tf_totp_secret: Mapped[str | None] = mapped_column(String(255))
    totp_counter: Mapped[int | None]
    """The time step of the last code that was used: a code works once."""
    wrong_codes: Mapped[list[Any] | None]
    """When wrong codes were typed lately, in seconds since 1970."""
    mf_recovery_codes: Mapped[list[Any] | None]

    memberships: Mapped[list["Membership"]] = relationship(back_populates="person", foreign_keys="Membership.person_id")

    @property
    def roles(self) -> list[RoleMixin]:  # type: ignore[override]
        """None: roles are memberships, held at an organisation."""
        return []

    @property
    def has_second_factor(self) -> bool:
        """Whether an authenticator app is set."""
        return is_second_factor(self.tf_primary_method, self.tf_totp_secret)

    @property
    def needs_second_factor(self) -> bool:
        """Whether one of this person's roles asks for it: who can sign, privacy officers, the service desk."""
        return any(m.role in NEEDS_SECOND_FACTOR and m.status == "active" for m in self.memberships)

    def check_tf_required(
        self, tf_setup_methods: list[tuple[str, str]], _tf_fresh: bool
    ) -> tuple[bool, list[tuple[str, str]]]:
        """Flask-Security's question after the password: whether a code is asked. Always, once an app is set."""
        return bool(tf_setup_methods), tf_setup_methods

    def check_tf_required_setup(self) -> bool:
        """Flask-Security's question whether this person must keep a second factor."""
        return self.needs_second_factor


@keeps_its_past("person_id", "organisation_id", "role", "status", "acts", "since", "until")
class Membership(Base):
    """A role of a person at an organisation: invited, active, ended or blocked."""

    __tablename__ = "membership"
    __table_args__ = (Index("ix_membership_live", "person_id", "organisation_id", "role"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    organisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"), index=True)
    role: Mapped[str] = mapped_column(String(30))
    status: Mapped[str] = mapped_column(String(10), default="invited")
    acts: Mapped[list[Any]] = mapped_column(default=list)
    """For the board office: what this person may do for every school in scope."""
    called: Mapped[str] = mapped_column(String(200), default="")
    """What whoever invited them typed as their name."""
    since: Mapped[dt.datetime] = mapped_column(default=clock.now)
    until: Mapped[dt.datetime | None]

    person: Mapped[Person] = relationship(back_populates="memberships", foreign_keys=person_id)
    organisation: Mapped[Organisation] = relationship()

    @property
    def shown_as(self) -> str:
        """The name for colleagues: until the invitation is accepted, nobody is told who has an account already."""
        return self.called if self.status == "invited" and self.called else self.person.name

    @classmethod
    def held(cls, at: dt.datetime) -> tuple[ColumnElement[bool], ...]:
        """The condition that a role counts at this moment: accepted, begun, and not over."""
        return cls.status == "active", cls.since <= at, cls.is_not_over(at)

    @classmethod
    def live(cls, at: dt.datetime) -> tuple[ColumnElement[bool], ...]:
        """The condition that a role is offered or accepted and not over; it may begin later."""
        return cls.status.in_(LIVE), cls.is_not_over(at)

    @classmethod
    def is_not_over(cls, at: dt.datetime) -> ColumnElement[bool]:
        """The condition that a role has no end, or one after this moment."""
        return or_(cls.until.is_(None), cls.until > at)


class Invitation(Base):
    """A link by which one person makes an account, once, before it expires."""

    __tablename__ = "invitation"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True)
    made_at: Mapped[dt.datetime] = mapped_column(default=clock.now)
    expires_at: Mapped[dt.datetime]
    used_at: Mapped[dt.datetime | None]

    person: Mapped[Person] = relationship()


class AuthorityRule(Base):
    """How an organisation is bound: by one who may alone, by so many of them together, or by their majority."""

    __tablename__ = "authority_rule"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    organisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"), index=True)
    mode: Mapped[str] = mapped_column(String(10))
    """alone, jointly or majority"""
    together: Mapped[int] = mapped_column(default=1)
    """How many distinct persons a joint signature takes; of a majority that is counted when they sign."""
    since: Mapped[dt.datetime]
    until: Mapped[dt.datetime | None]

    @property
    def rule(self) -> Rule:
        """The rule itself, without whose it is and when."""
        return Rule(self.mode, self.together)


class Mandate(Base):
    """The right of one person to bind an organisation, with the evidence it rests on."""

    __tablename__ = "mandate"
    __table_args__ = (UniqueConstraint("organisation_id", "person_id", "since"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    organisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"), index=True)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True)
    counts: Mapped[str] = mapped_column(String(10))
    """alone: this signature suffices by itself; joint: it counts towards the rule."""
    kinds: Mapped[list[Any]] = mapped_column(default=list)
    """The only kinds of document (procedures) that it goes for; none: every kind."""
    amount: Mapped[int | None]
    """The highest sum to which it binds, in whole euros; none: any."""
    granted_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("mandate.id"))
    """The mandate from which it was delegated, and with which it ends."""
    basis: Mapped[str] = mapped_column(String(40))
    """trade_register, statutes or mandate_decision"""
    evidence: Mapped[str] = mapped_column(String(64))
    """SHA-256 of the evidence file in the vault."""
    evidence_name: Mapped[str] = mapped_column(String(200), default="")
    since: Mapped[dt.datetime]
    until: Mapped[dt.datetime | None]

    person: Mapped[Person] = relationship()

    @property
    def limits(self) -> Limits:
        """How far it goes, besides its dates."""
        return Limits(tuple(self.kinds), self.amount)

    @property
    def is_whole(self) -> bool:
        """Whether its holder may sign everything, in their own right."""
        return not self.limits and self.granted_by is None

    @property
    def seat(self) -> uuid.UUID:
        """The mandate that counts when its holder signs: this one, or the one from which it was delegated."""
        return self.granted_by or self.id

    def covers(self, purpose: Purpose) -> bool:
        """Whether it goes far enough to sign this."""
        return self.limits.cover(purpose) and (self.is_whole or not purpose.without_limits)


class CalendarAddress(Base):
    """The secret address at which one person's calendar reads the deadlines; making another ends this one."""

    __tablename__ = "calendar_address"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), unique=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    made_at: Mapped[dt.datetime] = mapped_column(default=clock.now)

    person: Mapped[Person] = relationship()


class WebSession(Base):
    """What the portal remembers of one browser, found by the hash of its cookie."""

    __tablename__ = "web_session"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    person: Mapped[str | None] = mapped_column(String(64), index=True)
    """The fs_uniquifier of who is signed in, so that all sessions of a person can be ended at once."""
    content: Mapped[str] = mapped_column(Text)
    device: Mapped[str] = mapped_column(String(60), default="")
    """The browser and the system it runs on, as it says itself: "Firefox, Windows"."""
    made_at: Mapped[dt.datetime]
    seen_at: Mapped[dt.datetime]
