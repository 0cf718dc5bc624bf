"""Strangers get, on every address of ours, what stands at an address that is not there."""

import itertools
import re
import uuid
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

import pytest
from sqlalchemy import select
from werkzeug.exceptions import MethodNotAllowed
from werkzeug.routing import Rule

from portal.cases.agreements.tables import ElsewhereUpload, SignedElsewhere, SubprocessorNotice
from portal.cases.catalogue import every_workflow
from portal.cases.dpia.tables import DpiaMeasure
from portal.cases.offering.tables import OfferRound
from portal.cases.tables import Case, Comment, Document, KeptFile
from portal.database import reader
from portal.offers.tables import Block, Product, Publication, PublicationDraft
from portal.parties.tables import Mandate, Membership, Organisation, Person
from portal.record.jobs import Job
from portal.record.outbox import Mail
from portal.reports.own_tables import OwnReport, OwnReportFile
from portal.reports.share_tables import Share
from portal.views.turns import OFFERS
from tests.browser import HTMX, Browser, Somewhere
from tests.builders import (
    ANN,
    IRIS,
    LOTTE,
    OTHER_SCHOOL,
    OURS,
    PRODUCT,
    SANNE,
    SCHOOL,
    TOM,
    Portal,
    Someone,
    a_busy_desk,
    a_declaration,
    a_role,
    accepted_terms,
)
from tests.conftest import Tell
from tests.guards import FOR_A_SUPPLIER, NOWHERE, PUBLIC, READER_OF_AGREEMENT, SIGNED_IN, SUPPLIER, WHO_OFFERS, plain
from tests.own_reports import reports_of
from tests.suppliers import a_living_agreement
from workflows.vocabulary import Role

pytestmark = pytest.mark.any_database

SUUS = Someone("Suus Prins", "suus@leverancier.example")
SOME_WAYS = (("GET", True), ("POST", False))
"""Methods, with or without the headers of htmx: tried for each address."""
OTHER_WAYS = (
    ("GET", False),
    ("POST", True),
    *((each, False) for each in ("HEAD", "OPTIONS", "PUT", "PATCH", "DELETE")),
)
"""Tried besides, once for each endpoint: what a method does there does not depend on the id."""
AN_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
A_FEW = 1
"""So many addresses are followed of those that differ in nothing but ids and values; the map has all ids."""
NOT_THERE: Mapping[str, Any] = {
    "case_id": uuid.UUID(int=1),
    "document_id": uuid.UUID(int=2),
    "organisation_id": uuid.UUID(int=3),
    "membership_id": uuid.UUID(int=4),
    "kept_id": uuid.UUID(int=5),
    "mail_id": uuid.UUID(int=6),
    "mandate_id": uuid.UUID(int=8),
    "person_id": uuid.UUID(int=9),
    "block_id": uuid.UUID(int=10),
    "publication_id": uuid.UUID(int=11),
    "job_id": uuid.UUID(int=12),
    "draft_id": uuid.UUID(int=13),
    "comment_id": uuid.UUID(int=14),
    "agreement_id": uuid.UUID(int=15),
    "notice_id": uuid.UUID(int=16),
    "upload_id": uuid.UUID(int=17),
    "board_id": uuid.UUID(int=18),
    "measure_id": uuid.UUID(int=19),
    "share_id": uuid.UUID(int=20),
    "report_id": uuid.UUID(int=21),
    "file_id": uuid.UUID(int=22),
    "code": "00AA00",
}


HERS = SUPPLIER | FOR_A_SUPPLIER | WHO_OFFERS
"""What who works for the supplier may ask for."""


@dataclass(frozen=True)
class Address:
    """An address of ours, and the same with ids that are not there."""

    endpoint: str
    ours: str
    nowhere: str


# --- Every address: from the map of all addresses, and by following every link -----------------------------------


def ours_in(portal: Portal) -> dict[str, list[Any]]:
    """Every id of ours, by the name that it has in addresses."""
    steps = {step.name for each in every_workflow()["board_declaration"].values() for step in each.steps}
    return portal.ask(
        lambda: {
            "case_id": [each.id for each in reader.query(Case) if not _is_theirs(each)],
            "document_id": [each.id for each in reader.query(Document) if not _is_theirs(each.case)],
            "organisation_id": [
                each.id for each in reader.query(Organisation) if each.board_number == OURS or each.kind == "operator"
            ],
            "membership_id": [each.id for each in reader.query(Membership) if each.person.email != IRIS.email],
            "kept_id": [each.id for each in reader.query(KeptFile)],
            "mail_id": [each.id for each in reader.query(Mail)],
            "mandate_id": [each.id for each in reader.query(Mandate) if each.person.email != IRIS.email],
            "key": ["x"],
            "turn": sorted(OFFERS),
            "person_id": [each.id for each in reader.query(Person) if each.email in (TOM.email, SANNE.email)],
            "block_id": [each.id for each in reader.query(Block)],
            "publication_id": [each.id for each in reader.query(Publication)],
            "comment_id": [each.id for each in reader.query(Comment)] or [uuid.UUID(int=14)],
            "job_id": [each.id for each in reader.query(Job).limit(2)],
            "draft_id": [each.id for each in reader.query(PublicationDraft).limit(2)],
            "part_name": ["clauses", "risks"],
            "round_id": [each.id for each in reader.query(OfferRound)] or [uuid.UUID(int=14)],
            "agreement_id": [
                *(each.id for each in reader.query(Case).filter_by(workflow="processor_agreement")),
                *(each.id for each in reader.query(SignedElsewhere)),
            ],
            "notice_id": [each.id for each in reader.query(SubprocessorNotice)] or [uuid.UUID(int=16)],
            "upload_id": [each.id for each in reader.query(ElsewhereUpload)] or [uuid.UUID(int=17)],
            "board_id": [each.id for each in reader.query(Organisation) if each.board_number == OURS],
            "measure_id": [each.id for each in reader.query(DpiaMeasure)] or [uuid.UUID(int=19)],
            "share_id": [each.id for each in reader.query(Share)] or [uuid.UUID(int=20)],
            "report_id": [each.id for each in reader.query(OwnReport)] or [uuid.UUID(int=21)],
            "file_id": [each.id for each in reader.query(OwnReportFile)] or [uuid.UUID(int=22)],
            "step_name": sorted(steps),
            "product_name": [PRODUCT],
            "code": [SCHOOL, OTHER_SCHOOL],
            "report_name": ["positie", "schoolkaart"],
            "condition": ["terms", "member"],
            "board_number": [OURS],
        }
    )


def _is_theirs(case: Case) -> bool:
    return IRIS.email in (case.starter_email, case.starter.email if case.starter else "")


def addresses(portal: Portal) -> list[Address]:
    """Every address with an id of ours in it, from the map of all addresses."""
    known, make = ours_in(portal), portal.app.url_for
    found: list[Address] = []
    with portal.opened(), portal.app.test_request_context():
        for rule in portal.app.url_map.iter_rules():
            if rule.endpoint in PUBLIC | NOWHERE | SIGNED_IN | READER_OF_AGREEMENT:
                continue
            for values in _fillings(rule, known):
                nowhere = {name: NOT_THERE.get(name, value) for name, value in values.items()}
                found.append(Address(rule.endpoint, make(rule.endpoint, **values), make(rule.endpoint, **nowhere)))
        for organisation in known["organisation_id"]:
            begin = "/zaken/begin/board_declaration?organisation="
            found.append(Address("cases.begin", f"{begin}{organisation}", f"{begin}{uuid.UUID(int=7)}"))
    return found


def _fillings(rule: Rule, known: Mapping[str, list[Any]]) -> Iterator[dict[str, Any]]:
    names = sorted(rule.arguments)
    few = {name: known[name][:2] if name in ("membership_id", "kept_id", "mail_id") else known[name] for name in names}
    for values in itertools.product(*(few[name] for name in names)):
        yield dict(zip(names, values, strict=True))


def crawled(portal: Portal, someone: Someone) -> Iterator[Address]:
    """Every link and form that this person meets from the first page on, as far as an id of ours stands in it."""
    browser, met, ahead = portal.sign_in(someone), Counter[tuple[str, ...]](), ["/"]
    while ahead:
        parts = urlsplit(ahead.pop())
        endpoint, code = _leads_to(portal, parts.path)
        shape = (endpoint, *sorted(parse_qs(parts.query)))
        met[shape] += 1
        if parts.netloc or endpoint in PUBLIC - {"home.index"} or met[shape] > A_FEW:
            continue
        address = parts._replace(fragment="").geturl()
        nowhere = AN_ID.sub(str(uuid.UUID(int=7)), address).replace(f"/{code}", "/00AA00")
        if nowhere != address:
            yield Address(endpoint, address, nowhere)
        browser.send("GET", address)
        found = [browser.response.location] if browser.tree is None else _ways_on(browser)
        ahead += [urljoin(address, each) for each in found if each and each != address]


def _leads_to(portal: Portal, path: str) -> tuple[str, str]:
    """The endpoint of an address, and the code of a school in it."""
    known = portal.app.url_map.bind("")
    try:
        endpoint, values = known.match(path, method="GET")
    except MethodNotAllowed:
        endpoint, values = known.match(path, method="POST")
    return endpoint, values.get("code", "no code")


def _ways_on(browser: Browser) -> list[str]:
    """Where the page leads: not outside, and not to itself in the other language."""
    places = [each.get("href") or each.get("action") or "" for each in (*browser.all("a"), *browser.all("form"))]
    return [each for each in places if ":" not in each and "taal=" not in each]


# --- What a stranger gets there ----------------------------------------------------------------------------------


@pytest.fixture
def lived_in(in_force: Portal) -> Portal:
    """A portal in which we have one of everything: also terms accepted, and a declaration that is waiting."""
    accepted_terms(in_force, TOM)
    a_declaration(in_force)
    a_busy_desk(in_force)
    supplier = in_force.ask(lambda: reader.scalars(select(Product.supplier_id).filter_by(name=PRODUCT)).one())
    a_role(in_force, SUUS, supplier, Role.ADMINISTRATOR)
    a_living_agreement(in_force)
    reports_of(in_force)
    return in_force


@dataclass
class Comparison:
    """Asks for an address of ours and for one that is not there, and says what differs."""

    portal: Somewhere
    browser: Browser
    known: dict[tuple[str, str, bool], tuple[Any, ...]] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)

    def of(self, address: Address) -> Iterator[tuple[str, int]]:
        others = () if address.endpoint in self.seen else OTHER_WAYS
        self.seen.add(address.endpoint)
        for method, htmx in (*SOME_WAYS, *others):
            found = self._answer(method, address.ours, htmx)
            key = (method, address.nowhere, htmx)
            if key not in self.known:
                self.known[key] = self._answer(*key)
            assert found == self.known[key], f"{method} {address.ours} differs from {address.nowhere}"
            assert found[0] in (404, 405) or method == "OPTIONS", f"{method} {address.ours} gave {found[0]}"
            yield address.endpoint, found[0]

    def _answer(self, method: str, address: str, htmx: bool) -> tuple[int, str, dict[str, str]]:
        """The status, the page and its headers, without the token and the address itself."""
        data = {"csrf_token": self.browser.token} if method not in ("GET", "HEAD", "OPTIONS") else None
        with self.portal.opened():
            answer = self.browser.client.open(address, method=method, data=data, headers=HTMX if htmx else {})
        return plain(answer, without=address)  # each language has a link to the page itself


@pytest.mark.slow
@pytest.mark.row(15, "another organisation's addresses")
def test_strangers_get_the_same_as_for_what_is_not_there(lived_in: Portal, tell: Tell) -> None:
    """Row 15: every address of ours, with its headers, all methods, without and with the headers of htmx."""
    mapped, followed = addresses(lived_in), every_link(lived_in)
    one_of_each = list({each.endpoint: each for each in (*mapped, *followed)}.values())
    hers = str(lived_in.ask(lambda: reader.scalars(select(Product.supplier_id).filter_by(name=PRODUCT)).one()))
    not_her_own = [each for each in one_of_each if each.endpoint not in HERS and hers not in each.ours]
    for stranger, every in ((IRIS, [*mapped, *followed]), (SUUS, not_her_own)):
        compare = Comparison(lived_in, lived_in.sign_in(stranger).open("/"))
        tried = [seen for each in every for seen in compare.of(each)]
        assert {status for _, status in tried} <= {404, 405, 200}
        assert {endpoint for endpoint, _ in tried} >= {"cases.show", "documents.pdf", "reports.show", "calendar.one"}
        tell(f"outsiders, {stranger.name}", len(tried), len(tried))


def every_link(portal: Portal) -> list[Address]:
    """Where our people and the service desk are led, beyond the addresses of the map."""
    mapped = {each.ours for each in addresses(portal)}
    found = {each.ours: each for someone in (ANN, TOM, SANNE, LOTTE) for each in crawled(portal, someone)}
    return [each for each in found.values() if each.ours not in mapped and each.endpoint not in READER_OF_AGREEMENT]


@pytest.mark.row(15, "addresses, for who is not signed in")
def test_nobody_is_asked_to_sign_in_whether_or_not_it_is_there(lived_in: Portal, tell: Tell) -> None:
    stranger = lived_in.browser().open("/inloggen")
    for each in (every := addresses(lived_in)):
        answers = []
        for address in (each.ours, each.nowhere):
            stranger.send("GET", address)
            answers.append((stranger.status, (stranger.response.location or "").replace(address, "")))
        plain = [(status, location.partition("?")[0]) for status, location in answers]
        assert plain[0] == plain[1], each
        assert plain[0] in ((302, "/inloggen"), (404, ""), (405, "")), each
    tell("outsiders, nobody", len(every), len(every))
