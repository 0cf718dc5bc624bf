"""Hostile names and words in every table: on every page, in every spreadsheet, calendar and download, for everybody.

What is looked for: a text of which only a part comes out, a cell that a spreadsheet would run, an event that nobody
meant. Each of these is also looked for in a flawed twin, which has them.
"""

import csv
import io
import itertools
import json
import logging
import zipfile
from collections import Counter
from collections.abc import Iterator
from xml.etree.ElementTree import Element, fromstring

import html5lib
import jinja2
import pytest
from icalendar import Calendar
from openpyxl import Workbook, load_workbook
from sqlalchemy import select, text
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from portal.cases.tables import Assessment, Comment, KeptFile, Signature, Turn
from portal.documents import sheets
from portal.offers.tables import Block, Product, Publication, PublicationDraft
from portal.parties.spelling import clean
from portal.parties.tables import Mandate, Organisation, Person
from portal.views.exports import STARTS_A_FORMULA, csv_text
from tests.browser import Browser
from tests.builders import ANN, EVA, LOTTE, SANNE, TOM, Portal
from tests.conftest import Tell
from tests.guards import SIGNED_IN
from tests.hostile_texts import CORPUS, Ink
from tests.test_hostile_text import strings_in
from tests.test_outsiders import addresses, lived_in

pytestmark = pytest.mark.any_database

__all__ = ["lived_in"]
WRITTEN_BY_PEOPLE: dict[type, tuple[str, ...]] = {
    Organisation: ("name", "address"),
    Person: ("name", "function", "phone"),
    Mandate: ("evidence_name",),
    Product: ("title", "description"),
    Publication: ("title",),
    PublicationDraft: ("title",),
    Block: ("reason", "words"),
    Assessment: ("words",),
    Turn: ("words",),
    Comment: ("words",),
    KeptFile: ("name",),
    Signature: ("typed_name", "function"),
}
SHORT = {"phone": 40}
DISCUSSED = "actors", "people"


def write_everywhere(session: Session, ink: Ink) -> None:
    """Every free text of every row becomes a hostile one, as it is kept after cleaning."""
    texts = itertools.cycle(CORPUS.values())
    for table, names in WRITTEN_BY_PEOPLE.items():
        for row, name in itertools.product(session.scalars(select(table)), names):
            setattr(row, name, ink.write(clean(next(texts))[: SHORT.get(name, 200) - 5]))
    for publication in session.scalars(select(Publication)):
        for clause, name in itertools.product(publication.body["clauses"], ("heading", "text", "confirm")):
            clause[name] = ink.write(clean(next(texts)))
        flag_modified(publication, "body")


def read(browser: Browser, ink: Ink) -> list[str]:
    """What is wrong with one answer."""
    answer = browser.response
    match answer.mimetype:
        case "text/html" if browser.tree is not None:
            return page_faults(browser.tree, ink)
        case "text/csv":
            return sheet_faults(answer.text.removeprefix("\ufeff"), ink)
        case "text/calendar":
            return calendar_faults(answer.data, ink)
        case "application/json":
            return [fault for each in strings_in(json.loads(answer.text)) for fault in ink.damaged(each)]
        case "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet":
            return workbook_faults(answer.data, ink)
        case "application/vnd.openxmlformats-officedocument.wordprocessingml.document":
            with zipfile.ZipFile(io.BytesIO(answer.data)) as copy:
                parts = [fromstring(copy.read(name)) for name in copy.namelist() if name.endswith(".xml")]
            return [fault for each in parts for fault in ink.damaged("".join(each.itertext()))]
        case "application/zip":
            with zipfile.ZipFile(io.BytesIO(answer.data)) as bundle:
                sheets = [bundle.read(name).decode("utf-8-sig") for name in bundle.namelist() if name.endswith(".csv")]
            return [fault for each in sheets for fault in sheet_faults(each, ink)]
    raise AssertionError(f"nobody reads {answer.mimetype} here")


def page_faults(tree: Element, ink: Ink) -> list[str]:
    attributes = [value for each in tree.iter() for value in each.attrib.values()]
    both_versions = {"".join(_words(tree, without)) for without in ("ins", "del")}  # of a page that compares two
    run = [each.tag for each in tree.iter("script") if not each.get("src")]
    return [*run, *(fault for each in (*both_versions, *attributes) for fault in ink.damaged(each))]


def _words(element: Element, without: str) -> Iterator[str]:
    """What the page says, leaving out what stands in elements of this kind, and what marks a difference for the ear."""
    if element.tag != without:
        yield element.text or ""
        for each in element:
            yield from _words(each, without) if element.tag not in ("ins", "del") else ()
            yield each.tail or ""


def sheet_faults(sheet: str, ink: Ink) -> list[str]:
    rows = list(csv.reader(io.StringIO(sheet, newline=""), delimiter=";"))
    cells = [cell for row in rows for cell in row]
    uneven = [str(row) for row in rows if len(row) != len(rows[0])]
    run = [cell for cell in cells if ink.found(cell) and cell.lstrip(" \u00a0").startswith(STARTS_A_FORMULA)]
    return [*uneven, *run, *(fault for each in cells for fault in ink.damaged(plain(each)))]


def workbook_faults(content: bytes, ink: Ink) -> list[str]:
    cells = [cell for sheet in load_workbook(io.BytesIO(content)) for row in sheet.iter_rows() for cell in row]
    run = [cell.coordinate for cell in cells if cell.data_type == "f"]
    return [*run, *(fault for cell in cells for fault in ink.damaged(plain(str(cell.value or ""))))]


def plain(cell: str) -> str:
    """What a cell says; one that holds answers holds them as JSON."""
    try:
        return " ".join(strings_in(json.loads(cell)))
    except ValueError:
        return cell


def calendar_faults(content: bytes, ink: Ink) -> list[str]:
    calendar = Calendar.from_ical(content)
    titles = [str(each.get("SUMMARY", "")) for each in calendar.walk("VEVENT")]
    elsewhere = ink.found(content.decode().replace("\r\n ", "")) - ink.found(" ".join(titles))
    return [*elsewhere, *(fault for each in titles for fault in ink.damaged(each))]


def whole_house(portal: Portal) -> Iterator[str]:
    """Every address that can be asked for."""
    yield from (each.ours for each in addresses(portal))
    with portal.opened(), portal.app.test_request_context():
        for rule in portal.app.url_map.iter_rules():
            if rule.endpoint in SIGNED_IN and not rule.arguments and rule.endpoint != "cases.begin":
                yield portal.app.url_for(rule.endpoint)


@pytest.mark.slow
@pytest.mark.row(17, "what people and things are called")
def test_whatever_people_are_called_every_page_and_download_is_whole_for_everybody(
    lived_in: Portal, tell: Tell, caplog: pytest.LogCaptureFixture
) -> None:
    ink, tried, came_out = Ink(), Counter[str](), set[str]()
    everybody = [(each, lived_in.sign_in(each)) for each in (ANN, TOM, SANNE, LOTTE)]
    lived_in.do(lambda session: write_everywhere(session, ink))
    house = sorted(set(whole_house(lived_in)))
    with caplog.at_level(logging.INFO, logger="tekenpoort"):
        for (someone, browser), address in itertools.product(everybody, house):
            answer = browser.send("GET", address).response
            if answer.status_code == 200 and answer.mimetype != "application/pdf":
                assert read(browser, ink) == [], f"{address} for {someone.name}"
                tried[answer.mimetype] += 1
                came_out |= ink.found(answer.data.decode(errors="replace"))
    assert len(came_out) > 60 and {"text/html", "text/csv", "text/calendar", "application/json"} <= set(tried)
    assert not [each for each in caplog.records if "\n" in each.getMessage()]
    kinds = ", ".join(f"{count} {kind.partition('/')[2]}" for kind, count in sorted(tried.items()))
    tell(f"hostile names ({kinds}; {len(came_out)} of {len(ink.given)} texts seen)", tried.total(), tried.total())


# --- What is looked for is found in what is flawed ---------------------------------------------------------------


def test_a_template_that_trusts_a_text_is_caught() -> None:
    ink = Ink()
    rows = [ink.write(clean(each)) for each in CORPUS.values()]
    page = "<!doctype html><title>x</title>{% for each in rows %}<p>{{ each{} }}</p>{% endfor %}"
    templates = [jinja2.Environment(autoescape=True).from_string(page.replace("{}", kind)) for kind in ("", "|safe")]
    whole, trusting = (html5lib.parse(each.render(rows=rows), namespaceHTMLElements=False) for each in templates)
    assert page_faults(whole, ink) == []
    assert len(page_faults(trusting, ink)) >= 3


def test_a_spreadsheet_without_its_guard_is_caught() -> None:
    ink = Ink()
    cells = [ink.write(clean(each)) for each in CORPUS.values()]
    unguarded = io.StringIO()
    csv.writer(unguarded, delimiter=";").writerows([each] for each in cells)
    assert sheet_faults(csv_text(["kop"], [[each] for each in cells]), ink) == []
    assert len(sheet_faults(unguarded.getvalue(), ink)) >= 6
    joined = "\r\n".join(["a;b", *(f"{each};x" for each in cells)])
    assert len(sheet_faults(joined, ink)) >= 7


def test_a_workbook_that_would_run_a_cell_is_caught() -> None:
    ink, out, book = Ink(), io.BytesIO(), Workbook()
    book.active.append(["=1+1", ink.write("Kees & Zoon")])  # type: ignore[union-attr]
    book.save(out)
    assert workbook_faults(out.getvalue(), ink) == ["A1"]
    safe = sheets.written("Naam", ["Naam"], [["=1+1"], [ink.write("=2+2")]])
    assert workbook_faults(safe, ink) == []


def test_a_calendar_that_is_glued_together_is_caught() -> None:
    ink = Ink()
    title = ink.write("x\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nX-OURS:")
    lines = ["BEGIN:VCALENDAR", "BEGIN:VEVENT", "UID:1", f"SUMMARY:{title}", "END:VEVENT", "END:VCALENDAR", ""]
    assert calendar_faults("\r\n".join(lines).encode(), ink) != []


# --- In an address, and in the log -------------------------------------------------------------------------------


def test_words_that_are_searched_for_come_back_as_they_were_typed(lived_in: Portal) -> None:
    ink = Ink()
    typed = [ink.write(clean(each)[:90]) for each in CORPUS.values()]
    for someone, address in ((SANNE, "/servicedesk/personen"), (EVA, "/zaken"), (TOM, "/register"), (LOTTE, "/agenda")):
        browser = lived_in.sign_in(someone)
        for each in typed:
            browser.send("GET", address, query_string={"q": each, "sort": each, "page": each, "state": each})
            assert browser.status == 200 and read(browser, ink) == []
            assert ink.found(browser.response.text)


def test_nobody_writes_lines_of_their_own_into_the_log(portal: Portal, caplog: pytest.LogCaptureFixture) -> None:
    with portal.database.engine.begin() as connection:
        connection.execute(text("ALTER TABLE register_board RENAME TO register_elsewhere"))
    browser = portal.browser(expects_fault=True)
    assert browser.send("GET", "/register/bestuur/1%0A2026-11-23 ERROR forged").status in (500, 503)
    assert [each.getMessage() for each in caplog.records if "\n" in each.getMessage()] == []
