"""Faults: ours give a page with a reference that stands in the log, theirs a sentence; neither shows the works."""

import logging
import re

import pytest
from sqlalchemy import text

from portal.offers.tables import Product
from portal.views.security import CONTENT
from tests.browser import HTMX
from tests.builders import ANN, PRODUCT, SCHOOL, TOM, Portal


def test_a_fault_of_our_own_gives_a_page_with_a_reference_that_stands_in_the_log(
    in_force: Portal, caplog: pytest.LogCaptureFixture
) -> None:
    in_force.do(lambda session: setattr(session.query(Product).one(), "conditions", ["nonsense"]))
    tom = in_force.sign_in(TOM)
    tom.expects_fault = True
    with caplog.at_level(logging.ERROR):
        tom.open(f"/rapporten/{PRODUCT}/{SCHOOL}")
    assert tom.status == 500
    tom.sees("Er ging bij ons iets mis", in_force.settings.contact).sees_not("KeyError", "Traceback", "nonsense")
    [reference] = re.findall(r"kenmerk: ([0-9A-F]{8})", tom.text)
    assert any(reference in record.getMessage() and record.exc_info for record in caplog.records)


def test_a_database_that_is_away_gives_a_page_that_asks_for_patience(registered: Portal) -> None:
    with registered.database.engine.begin() as connection:
        connection.execute(text("ALTER TABLE register_location RENAME TO register_elsewhere"))
    browser = registered.browser(expects_fault=True).open("/register?q=zon")
    assert browser.status in (500, 503)
    assert re.search(r"kenmerk: [0-9A-F]{8}", browser.text)


@pytest.mark.parametrize(
    "address",
    [
        "/nonsense",
        "/zaken/x",
        "/stukken/x.pdf",
        "/%00",
        "/register/bestuur/%00",
        "/register?q=%00",
        "/organisaties/1",
        "/static/x",
    ],
)
def test_an_address_that_is_not_there_is_said_in_dutch(registered: Portal, address: str) -> None:
    ann = registered.sign_in(ANN).open(address)
    assert ann.status == 404
    ann.sees("Pagina niet gevonden", "Naar het begin")


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_a_method_that_is_not_taken_is_said_in_dutch(registered: Portal, method: str) -> None:
    browser = registered.browser().open("/inschrijven")
    fields = {"csrf_token": browser.token}
    assert browser.send(method, "/inschrijven", data=fields).status == 405
    browser.sees("Deze pagina kan niet op deze manier worden opgevraagd")


def test_htmx_gets_the_same_pages(registered: Portal) -> None:
    ann = registered.sign_in(ANN)
    for address in ("/", "/organisaties", "/rapporten", "/register?q=zon", "/nonsense"):
        whole = ann.send("GET", address).text
        assert ann.send("GET", address, headers=HTMX).text == whole


def test_every_page_forbids_inline_and_foreign_content_and_is_not_kept(registered: Portal) -> None:
    answer = registered.sign_in(ANN).open("/").response
    assert answer.headers["Content-Security-Policy"] == CONTENT
    assert answer.headers["Cache-Control"] == "no-store"
    assert not re.search(r"<script(?![^>]*src)|\sstyle=|\son[a-z]+=", answer.text)


def test_the_portal_says_when_it_is_ready(portal: Portal) -> None:
    assert portal.browser().send("GET", "/healthz").response.get_json() == {"status": "ok"}
