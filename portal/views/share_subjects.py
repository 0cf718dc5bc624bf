"""What a report that is passed on is about: one school, or the schools of a board that are open to who passes it on.

And which reports of it there are: the portal's own, made anew each time, and a supplier's, each page of it marked.
"""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from flask import url_for
from sqlalchemy.orm import Session

from portal import clock, dossier
from portal.documents import vault
from portal.documents.report_files import PDF
from portal.dossier import at_the_gate
from portal.offers.tables import Product
from portal.parties import register
from portal.parties.register import RegisterBoard, RegisterLocation
from portal.parties.tables import Person
from portal.reports import board_papers, copies, own_reading, papers
from portal.reports.copies import Marked
from portal.reports.inputs import Input
from portal.reports.own_tables import OwnReport
from portal.reports.paper import Paper
from portal.views.exports import safe_csv
from portal.views.visitor import settings

LENGTH_OF_ID = 36


@dataclass(frozen=True)
class Made:
    """A report that can go along."""

    title: str
    files: Mapping[str, Callable[[Marked], bytes]]
    """As what, and how that is made."""
    has_personal_data: bool = False
    legal_basis: str = ""
    """What its supplier says a share must name."""
    inputs: tuple[Input, ...] = ()
    """With which numbers a forecast is made."""


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

    def made(
        self, report_name: str, _person: Person, product: Product, session: Session, typed: Mapping[str, str]
    ) -> Made | None:
        """The report as it goes along; None where there is none."""
        if own := self._own(report_name, product, session):
            return _of_supplier(own)
        if report_name not in papers.MADE or report_name not in product.reports:
            return None
        return _of_paper(papers.of(report_name, self.location.code, typed))

    def report_url(self, product_name: str, report_name: str, typed: Mapping[str, Any]) -> str:
        """Its page, with the numbers that were filled in."""
        if own := _id(report_name):
            return url_for("own_report_pages.show", product_name=product_name, code=self.key, report_id=own)
        return url_for("reports.one", product_name=product_name, code=self.key, report_name=report_name, **typed)

    def _own(self, report_name: str, product: Product, session: Session) -> OwnReport | None:
        own = _id(report_name)
        found = own_reading.one_for_school(session, own, product.id, self.location) if own else None
        return found if found and found.until is None else None


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

    def made(
        self, report_name: str, person: Person, product: Product, session: Session, typed: Mapping[str, str]
    ) -> Made | None:
        """The report as it goes along: of the schools that are open at this moment to who passes it on."""
        if report_name not in board_papers.MADE or report_name not in product.reports:
            return None
        schools, shut = self._schools(person, product, session)
        return _of_paper(board_papers.of(report_name, self.board, schools, shut, typed)) if schools else None

    def report_url(self, product_name: str, report_name: str, typed: Mapping[str, Any]) -> str:
        """Its page, with the numbers that were filled in."""
        where: dict[str, Any] = {"product_name": product_name, "board_number": self.key, "report_name": report_name}
        return url_for("board_reports.show", **where, **typed)

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


def _of_paper(paper: Paper | None) -> Made | None:
    if paper is None:
        return None
    return Made(
        paper.title,
        {
            "pdf": partial(copies.pdf, paper),
            "xlsx": partial(copies.xlsx, paper),
            "csv": lambda marked: safe_csv(copies.rows(paper, marked)).encode("utf-8-sig"),
        },
        inputs=paper.inputs,
    )


def _of_supplier(report: OwnReport) -> Made | None:
    """Of a PDF each page is marked; a spreadsheet or a page of the web of somebody else cannot be marked so."""
    if report.kind != PDF:
        return None
    content = vault.content(report.blob)
    files = {"pdf": lambda marked: copies.of_supplier(content, marked)}
    return Made(report.title, files, report.personal, report.legal_basis)


def _id(report_name: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(report_name) if len(report_name) == LENGTH_OF_ID else None
    except ValueError:
        return None
