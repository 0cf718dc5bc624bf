"""Random lives of a portal: real acts of the house at a moving clock, with what the gate said at each moment."""

import datetime as dt
import random
import uuid
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TypeVar

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal import demonstration, dossier
from portal.cases import in_force, turning
from portal.cases.agreements import confirming, elsewhere, taking_in
from portal.cases.agreements.tables import SignedElsewhere
from portal.cases.tables import Case, InForce
from portal.database import act, reader
from portal.dossier import at_the_gate
from portal.dossier.gate_history import Answer, Question
from portal.errors import PortalError
from portal.gate.conditions import CONDITIONS
from portal.offers import blocks, products, publications
from portal.offers.tables import Block, Product
from portal.offers.terms import read_terms
from portal.parties import authenticator, colleagues, memberships, people, register
from portal.parties.register import RegisterLocation
from portal.parties.tables import LIVE, Membership, Organisation, Person
from tests.agreements import a_version
from tests.builders import (
    EVA,
    IRIS,
    NOOR,
    OTHER_SCHOOL,
    OURS,
    PRODUCT,
    SANNE,
    SCHOOL,
    THEIRS,
    TOM,
    Portal,
    Someone,
    a_role,
    accepted_terms,
)  # fmt: skip
from tests.suppliers import hand_in, the_product
from workflows.vocabulary import Role

T = TypeVar("T")
PEOPLE = (TOM, EVA, NOOR, IRIS)
QUESTIONS = ((TOM, SCHOOL), (EVA, SCHOOL), (NOOR, SCHOOL), (TOM, OTHER_SCHOOL), (IRIS, SCHOOL), (EVA, OTHER_SCHOOL))
REMEDIES = {
    "account": "lift", "block": "lift", "second_factor": "second_factor", "registered": "put_in_force",
    "agreement": "put_in_force", "dpia": "put_in_force", "member": "give_role", "terms": "accept",
}  # fmt: skip
"""What may help where this is missing, so that a gate that was shut opens again."""
TERMS = publications.SHIPPED / "usage_terms_2026-11.toml"
HOUR = 60


@dataclass(frozen=True)
class Told:
    """What the gate told at a moment."""

    at: dt.datetime
    question: Question
    answer: Answer
    missing: tuple[str, ...]


class NothingToDo(Exception):  # noqa: N818 -- nothing is wrong
    """There is nothing of that kind now."""


class Life:
    """One portal through time: one seed, one life."""

    def __init__(self, portal: Portal, seed: int) -> None:
        self.portal, self.dice = portal, random.Random(seed)
        self.told: list[Told] = []
        self.done: dict[str, int] = {}
        self.versions = 2

    def live(self, steps: int) -> list[Told]:
        """So many acts, with time between them; at each moment everything that is asked is noted."""
        acts = [name for name in vars(Life) if not name.startswith("_") and name != "live"]
        for _ in range(steps):
            remedies = [REMEDIES[code] for each in self.told[-len(QUESTIONS) :] for code in each.missing]
            name = self.dice.choice(remedies if remedies and self.dice.random() < 0.4 else acts)
            with suppress(PortalError, NothingToDo):
                getattr(self, name)()
                self.done[name] = self.done.get(name, 0) + 1
            self.portal.later(seconds=1)
            self._ask()
            self.portal.later(minutes=self.dice.choice((1, HOUR, 9 * HOUR, 3 * 24 * HOUR, 9 * 24 * HOUR)))
            if self.dice.random() < 0.3:
                self._ask()
                self.portal.later(seconds=1)
        return self.told

    def _ask(self) -> None:
        at = self.portal.moment
        with self.portal.opened():
            product = reader.scalars(select(Product).filter_by(name=PRODUCT)).one()
            for someone, code in QUESTIONS:
                person, location = people.by_email(reader, someone.email), register.location(code)
                assert person and location
                question = Question(person.id, PRODUCT, code)
                if not dossier.may_see_gate(reader(), person, location):
                    self.told.append(Told(at, question, Answer.NO_ROLE, ()))
                    continue
                said = at_the_gate.verdict(reader(), person, location, product, at=at, contact="x").missing
                extra = [
                    code
                    for code, shut in (
                        ("account", person.blocked_at is not None or not person.active),
                        ("second_factor", person.needs_second_factor and not person.has_second_factor),
                    )
                    if shut and code not in said
                ]
                missing = (*said, *extra)
                self.told.append(Told(at, question, Answer.SHUT if missing else Answer.OPEN, missing))

    # --- What can happen ---------------------------------------------------------------------------------------

    def accept(self) -> None:
        accepted_terms(self.portal, self._somebody())

    def take_back(self) -> None:
        visitor = self.portal.visitor(self._somebody())
        mine = select(Case.id).filter_by(workflow="usage_terms", person_id=visitor.person_id, state="decided")
        ids = self.portal.ask(lambda: reader.scalars(mine.order_by(Case.started_at.desc())).all())
        with self.portal.opened():
            turning.take_back(self._one(list(ids)), words="Ik stop.", by=visitor)

    def new_terms(self) -> None:
        self.versions += 1
        text, _, _ = read_terms(TERMS.read_text(encoding="utf-8"))
        since = self.portal.moment.date() + dt.timedelta(days=self.dice.choice((0, 4, 12)))
        self.portal.do(
            lambda session: publications.publish(
                session, the_product(self.portal), replace(text, version=f"v{self.versions}"), since=since,
                grace_days=self.dice.choice((0, 3, 20)), by=None,
            )
        )  # fmt: skip

    def new_agreement(self) -> None:
        self.versions += 1
        a_version(self.portal, f"v{self.versions}", grace_days=self.dice.choice((0, 5, 30)))

    def block(self) -> None:
        until = self.dice.choice((None, self.portal.moment.date() + dt.timedelta(days=2)))
        who, desk = self._id(self._somebody()), self._id(SANNE)
        product = self.dice.choice((the_product(self.portal), None))
        with self.portal.opened():
            blocks.block(who, product, reason="x", words="", until=until, by=desk, contact="x@example.nl")

    def lift(self) -> None:
        open_ones = self.portal.ask(lambda: reader.scalars(select(Block.id).filter_by(lifted_at=None)).all())
        block, desk = self._one(list(open_ones)), self._id(SANNE)
        with self.portal.opened():
            blocks.lift(block, by=desk, contact="x@example.nl")

    def time_does_its_work(self) -> None:
        self.portal.work()

    def give_role(self) -> None:
        role, key = self.dice.choice(((Role.READER, SCHOOL), (Role.READER, OTHER_SCHOOL), (Role.PRIVACY_OFFICER, OURS)))
        a_role(self.portal, self._somebody(), self.portal.organisation(key), role)

    def invite(self) -> None:
        """Who does not come has no role."""
        someone, organisation = self._somebody(), self.portal.organisation(SCHOOL)
        with self.portal.opened():
            colleagues.invite(
                organisation, name=someone.name, email=someone.email, role=Role.READER, by=self._id(SANNE),
                may=lambda _: True, link_secret="x" * 32,
            )  # fmt: skip

    def end_role(self) -> None:
        membership = self._one(self._roles())
        with self.portal.opened():
            colleagues.end_role(membership[1], membership[0], by=self._id(SANNE), may=lambda _: True)

    def end_role_later(self) -> None:
        membership = self._one(self._roles())[0]
        at = self.portal.moment + dt.timedelta(days=self.dice.choice((1, 5)))
        self.portal.do(
            lambda session: memberships.end_membership(session, session.get_one(Membership, membership), at=at)
        )

    def appoint(self) -> None:
        """To act for the schools, now or from a day on; with the reports or without."""
        someone, acts = self._somebody(), self.dice.choice((["reports"], []))
        since = self.portal.moment + dt.timedelta(days=self.dice.choice((0, 4)))
        self.portal.do(
            lambda session: memberships.appoint(
                session, session.get_one(Person, self._id(someone)), self.portal.organisation(OURS), Role.BOARD_OFFICE,
                since=since, acts=acts,
            )
        )  # fmt: skip
        self._come(someone)

    def change_acts(self) -> None:
        found = [each for each in self._roles() if each[2] == Role.BOARD_OFFICE]
        membership = self._one(found)
        with self.portal.opened():
            colleagues.change_acts(
                membership[1], membership[0], self.dice.choice((["reports"], ["licences"], [])), by=self._id(SANNE),
                may=lambda _: True, may_give=lambda _: True,
            )  # fmt: skip

    def second_factor(self) -> None:
        someone, forget = self._somebody(), self.dice.random() < 0.5

        def change(session: Session) -> None:
            person = session.get_one(Person, self._id(someone))
            if forget:
                authenticator.forget_app(session, person)
            else:
                person.tf_primary_method, person.tf_totp_secret = "authenticator", "geheim"

        self.portal.do(change)

    def end_what_holds(self) -> None:
        kind = self.dice.choice((in_force.BOARD_DECLARATION, in_force.PROCESSOR_AGREEMENT, in_force.DPIA_REUSE))
        at = self.portal.moment + dt.timedelta(days=self.dice.choice((0, 0, 3)))
        with self.portal.opened(), act() as session:
            in_force.end(session, in_force.holding(session, kind, at=self.portal.moment), at=at)

    def put_in_force(self) -> None:
        """Once more what held before, now or from a day on, in this version or another."""
        kind = self.dice.choice((in_force.BOARD_DECLARATION, in_force.PROCESSOR_AGREEMENT, in_force.DPIA_REUSE))
        since = self.portal.moment + dt.timedelta(days=self.dice.choice((0, 0, 3)))
        with self.portal.opened(), act() as session:
            earlier = session.scalars(select(InForce).filter_by(kind=kind)).all()
            newest = publications.current(
                session, the_product(self.portal), "processor_agreement", at=self.portal.moment
            )
            version = newest.version if kind == in_force.PROCESSOR_AGREEMENT else ""
            for row in [each for each in earlier if each.case_id == earlier[0].case_id]:
                whom = {
                    name: getattr(row, name) for name in ("organisation_id", "on_behalf_of", "person_id", "product_id")
                }
                in_force.put(session, kind, session.get_one(Case, row.case_id), since=since, version=version, **whom)

    def take_in_elsewhere(self) -> None:
        """In the place of what was signed in the portal, where that version is the one that suffices."""
        with suppress(PortalError):
            a_version(self.portal, "2025-01", grace_days=20)
        with self.portal.opened(), act() as session:
            signed = in_force.holding(session, in_force.PROCESSOR_AGREEMENT, at=self.portal.moment)
            in_force.end(session, signed, at=self.portal.moment)
        self.portal.later(seconds=1)
        sanne, tomorrow = self.portal.visitor(SANNE), self.portal.moment.date() + dt.timedelta(days=1)
        with self.portal.opened():
            taking_in.take_in(hand_in(sanne, OURS, since=tomorrow.isoformat()), by=sanne)

    def end_elsewhere(self) -> None:
        ids = self.portal.ask(lambda: reader.scalars(select(SignedElsewhere.id).filter_by(ended_at=None)).all())
        found, sanne = self._one(list(ids)), self.portal.visitor(SANNE)
        with self.portal.opened():
            elsewhere.end(found, why="Voorbij.", by=sanne)

    def claim_elsewhere(self) -> None:
        """As if a supplier said so: it counts only when the board does."""
        with self.portal.opened(), act() as session:
            for each in session.scalars(select(SignedElsewhere).filter_by(ended_at=None)):
                each.confirmed_at = None

    def confirm_elsewhere(self) -> None:
        ids = self.portal.ask(lambda: reader.scalars(select(SignedElsewhere.id).filter_by(confirmed_at=None)).all())
        found, eva = self._one(list(ids)), self.portal.visitor(EVA)
        with self.portal.opened():
            confirming.confirm(found, by=eva)

    def change_conditions(self) -> None:
        most = len(CONDITIONS)
        codes = self.dice.sample(sorted(CONDITIONS), self.dice.choice((2, most - 1, most, most)))
        wanted = replace(demonstration.PRODUCT, description="", contact="x@example.nl", conditions=codes)
        with self.portal.opened():
            products.change(PRODUCT, wanted, by=self._id(SANNE), then=lambda _session, _product: None)

    def move_school(self) -> None:
        """As an import of the register does."""
        to = self.dice.choice((OURS, OURS, THEIRS))
        self.portal.do(
            lambda session: session.execute(update(RegisterLocation), [{"code": SCHOOL, "board_number": to}]).close()
        )

    def register_or_end_school(self) -> None:
        """As a registration and a dissolution do."""
        at, ends = self.portal.moment, self.dice.choice((None, self.portal.moment + dt.timedelta(days=6)))

        def change(session: Session) -> None:
            school = session.get_one(Organisation, self.portal.organisation(SCHOOL))
            if ends:
                school.ended_at = ends
            else:
                school.registered_at, school.ended_at = at, None

        self.portal.do(change)

    # --- How ---------------------------------------------------------------------------------------------------

    def _come(self, someone: Someone) -> None:
        """Who was appointed says yes."""

        def accept(session: Session) -> None:
            for each in session.get_one(Person, self._id(someone)).memberships:
                if each.status == "invited":
                    each.status = "active"

        self.portal.do(accept)

    def _somebody(self) -> Someone:
        return self.dice.choice((TOM, TOM, *PEOPLE))

    def _one(self, those: list[T]) -> T:
        if not those:
            raise NothingToDo
        return self.dice.choice(those)

    def _id(self, someone: Someone) -> uuid.UUID:
        found = self.portal.visitor(someone).person_id
        assert found
        return found

    def _roles(self) -> list[tuple[uuid.UUID, uuid.UUID, str]]:
        theirs = [self._id(each) for each in PEOPLE]
        asked = select(Membership.id, Membership.organisation_id, Membership.role).where(
            Membership.person_id.in_(theirs), Membership.status.in_(LIVE)
        )
        return self.portal.ask(lambda: [tuple(each) for each in reader.execute(asked.order_by(Membership.since))])  # type: ignore[misc]
