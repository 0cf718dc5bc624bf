"""What a report that is passed on is about: one school, or the schools of a board that are open to who passes it on."""

from dataclasses import dataclass

from flask import url_for
from sqlalchemy.orm import Session

from portal import clock, dossier
from portal.dossier import at_the_gate
from portal.offers.tables import Product
from portal.parties import register
from portal.parties.register import RegisterBoard, RegisterLocation
from portal.parties.tables import Person
from portal.reports import board_papers, papers
from portal.reports.paper import Paper
from portal.views.visitor import settings


@dataclass(frozen=True)
class School:
    """One school, behind its gate."""

    location: RegisterLocation

    @property
    def key(self) -> str:
        """What a share keeps of it."""
        return self.location.code

    @property
    def name(self) -> str:
        """As people know it."""
        return self.location.name

    def knows(self, person: Person, session: Session) -> bool:
        """Whether this person has to do with it."""
        return dossier.may_see_gate(session, person, self.location)

    def is_open(self, person: Person, product: Product, session: Session) -> bool:
        """Whether the gate of this product is open for somebody, at this moment."""
        contact = settings().contact
        return self.knows(person, session) and (
            at_the_gate.verdict(session, person, self.location, product, at=clock.now(), contact=contact).is_open
        )

    def paper(self, report_name: str, _person: Person, _product: Product, _session: Session) -> Paper | None:
        """The report as it goes along."""
        return papers.of(report_name, self.location.code) if report_name in papers.MADE else None

    def report_url(self, product_name: str, report_name: str) -> str:
        """Its page."""
        return url_for("reports.one", product_name=product_name, code=self.key, report_name=report_name)


@dataclass(frozen=True)
class Board:
    """The schools of a board, each behind its own gate: whoever passes it on, passes on what is open to them."""

    board: RegisterBoard

    @property
    def key(self) -> str:
        """What a share keeps of it: a number, where that of a school has letters in it."""
        return self.board.number

    @property
    def name(self) -> str:
        """As people know it."""
        return self.board.name

    def knows(self, person: Person, session: Session) -> bool:
        """Whether this person has to do with it."""
        return dossier.may_see_board(session, person, self.board.number)

    def is_open(self, person: Person, product: Product, session: Session) -> bool:
        """Whether the gate of at least one school is."""
        return self.knows(person, session) and bool(self._schools(person, product, session)[0])

    def paper(self, report_name: str, person: Person, product: Product, session: Session) -> Paper | None:
        """The report as it goes along: of the schools that are open at this moment to who passes it on."""
        if report_name not in board_papers.MADE:
            return None
        schools, shut = self._schools(person, product, session)
        return board_papers.of(report_name, self.board, schools, shut) if schools else None

    def report_url(self, product_name: str, report_name: str) -> str:
        """Its page."""
        return url_for("board_reports.show", product_name=product_name, board_number=self.key, report_name=report_name)

    def _schools(
        self, person: Person, product: Product, session: Session
    ) -> tuple[list[RegisterLocation], list[RegisterLocation]]:
        found = at_the_gate.verdicts(
            session,
            person,
            register.locations_of(self.board.number),
            product,
            at=clock.now(),
            contact=settings().contact,
        )
        is_open = [location for location, verdict in found if verdict.is_open]
        return is_open, [location for location, verdict in found if not verdict.is_open]


def of_key(key: str) -> School | Board | None:
    """What a share with this key is about."""
    if location := register.location(key):
        return School(location)
    board = register.board(key)
    return Board(board) if board else None
