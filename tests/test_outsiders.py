"""Somebody of another board gets, on every address of ours, what stands at an address that is not there."""

import itertools
import re
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from werkzeug.routing import Rule

from portal.cases.catalogue import every_workflow
from portal.cases.tables import Case, Comment, Document, KeptFile
from portal.database import reader
from portal.offers.tables import Block, Publication, PublicationDraft
from portal.parties.tables import Mandate, Membership, Organisation, Person
from portal.record.jobs import Job
from portal.record.outbox import Mail
from portal.views.turns import OFFERS
from tests.browser import HTMX, Browser
from tests.builders import (
    IRIS,
    OTHER_SCHOOL,
    OURS,
    PRODUCT,
    SANNE,
    SCHOOL,
    TOM,
    Portal,
    a_busy_desk,
    a_declaration,
    accepted_terms,
)
from tests.guards import NOWHERE, PUBLIC, SIGNED_IN

OTHER_METHODS = ("HEAD", "OPTIONS", "PUT", "PATCH", "DELETE")
"""Tried once for each endpoint: which methods it takes does not depend on the id."""
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
    "code": "00AA00",
}


@dataclass(frozen=True)
class Address:
    """An address of ours, and the same with ids that are not there."""

    endpoint: str
    ours: str
    nowhere: str


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
            "draft_id": [each.id for each in reader.query(PublicationDraft).limit(1)],
            "step_name": sorted(steps),
            "product_name": [PRODUCT],
            "code": [SCHOOL, OTHER_SCHOOL],
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
            if rule.endpoint in PUBLIC | NOWHERE | SIGNED_IN:
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


@pytest.fixture
def lived_in(in_force: Portal) -> Portal:
    """A portal in which we have one of everything: also terms accepted, and a declaration that is waiting."""
    accepted_terms(in_force, TOM)
    a_declaration(in_force)
    a_busy_desk(in_force)
    return in_force


@pytest.mark.slow
def test_another_boards_person_gets_the_same_as_for_what_is_not_there(lived_in: Portal) -> None:
    """Issue 2, 5: every address of ours, all methods, with and without the headers of htmx."""
    iris = lived_in.sign_in(IRIS).open("/")
    compare = Comparison(lived_in, iris)
    tried = [seen for each in addresses(lived_in) for seen in compare.of(each)]
    assert len(tried) > 300
    assert {endpoint for endpoint, _ in tried} >= {"cases.show", "documents.pdf", "organisations.show", "reports.show"}
    assert {status for _, status in tried} <= {404, 405, 200}


@dataclass
class Comparison:
    """Asks for an address of ours and for one that is not there, and says what differs."""

    portal: Portal
    browser: Browser
    known: dict[tuple[str, str, bool], tuple[int, str]] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)

    def of(self, address: Address) -> Iterator[tuple[str, int]]:
        others = [] if address.endpoint in self.seen else [(method, False) for method in OTHER_METHODS]
        self.seen.add(address.endpoint)
        for method, htmx in [*itertools.product(("GET", "POST"), (False, True)), *others]:
            found = self._answer(method, address.ours, htmx)
            key = (method, address.nowhere, htmx)
            if key not in self.known:
                self.known[key] = self._answer(*key)
            assert found == self.known[key], f"{method} {address.ours} differs from {address.nowhere}"
            assert found[0] in (404, 405) or method == "OPTIONS", f"{method} {address.ours} gave {found[0]}"
            yield address.endpoint, found[0]

    def _answer(self, method: str, address: str, htmx: bool) -> tuple[int, str]:
        data = {"csrf_token": self.browser.token} if method not in ("GET", "HEAD", "OPTIONS") else None
        with self.portal.opened():
            answer = self.browser.client.open(address, method=method, data=data, headers=HTMX if htmx else {})
        text = re.sub(r'name="csrf_token" value="[^"]+"', "", answer.text)
        return answer.status_code, text.replace(address, "")  # the other language of this page is at this address


def test_the_detector_sees_a_difference(lived_in: Portal) -> None:
    """A check that cannot fail proves nothing: for Tom, who belongs to us, the same comparison fails."""
    tom = lived_in.sign_in(TOM).open("/")
    address = next(each for each in addresses(lived_in) if each.endpoint == "reports.show")
    with pytest.raises(AssertionError):
        list(Comparison(lived_in, tom).of(address))


def test_a_stranger_is_asked_to_sign_in_whether_or_not_it_is_there(lived_in: Portal) -> None:
    stranger = lived_in.browser().open("/inloggen")
    for each in addresses(lived_in):
        answers = []
        for address in (each.ours, each.nowhere):
            stranger.send("GET", address)
            answers.append((stranger.status, (stranger.response.location or "").replace(address, "")))
        plain = [(status, location.partition("?")[0]) for status, location in answers]
        assert plain[0] == plain[1], each
        assert plain[0] in ((302, "/inloggen"), (404, ""), (405, "")), each


def test_no_form_is_taken_without_its_token(lived_in: Portal) -> None:
    iris = lived_in.sign_in(IRIS).open("/")
    iris.token = None
    for rule in lived_in.app.url_map.iter_rules():
        if "POST" not in (rule.methods or ()) or rule.endpoint in NOWHERE:
            continue
        known = {**ours_in(lived_in), "token": ["x"], "workflow_name": ["usage_terms"]}
        values = {name: known[name][0] for name in rule.arguments}
        with lived_in.opened(), lived_in.app.test_request_context():
            address = lived_in.app.url_for(rule.endpoint, **values)
        assert iris.send("POST", address, data={"email": "x"}).status == 400, address
        assert iris.send("POST", address, data={"csrf_token": "x"}).status == 400, address
