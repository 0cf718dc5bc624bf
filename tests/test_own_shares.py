"""Passing on a supplier's own report: each page marked, on a named legal basis where it holds personal data."""

import io
import uuid

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from portal.database import reader
from portal.documents import marked, readable
from portal.reports.share_tables import Share, ShareOpening
from portal.reports.trace import mark_of, marks_in
from tests.browser import Browser
from tests.builders import EVA, IRIS, SCHOOL, TOM, Portal, accepted_terms
from tests.own_reports import A_PAGE, FOR_SCHOOL, TITLE, a_publisher, a_report, a_workbook, published
from tests.suppliers import KIM

WHY = "Bespreken in de medezeggenschapsraad."
BASIS = "Artikel 6, eerste lid, onder e, AVG: de wettelijke taak van de school."
READY = "Maak het klaar"
SAID = {"mark": mark_of(5), "confidential": "Vertrouwelijk: niet verder verstrekken.", "whom": "Voor De MR · D-1"}


def a_pdf(*pages: tuple[int, int, int]) -> bytes:
    """A PDF of pages of these widths, heights and rotations, each with a few words on it."""
    made, out = pikepdf.new(), io.BytesIO()
    for width, height, rotation in pages:
        page = made.add_blank_page(page_size=(width, height))
        page.obj.Rotate = rotation
        font = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
        page.obj.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
        page.obj.Contents = made.make_stream(b"BT /F1 12 Tf 60 100 Td (Doorstroom) Tj ET")
    made.save(out)
    return out.getvalue()


@pytest.fixture
def readers(in_force: Portal) -> Portal:
    """Tom accepted the terms: his school's reports are open to him."""
    accepted_terms(in_force, TOM)
    return in_force


def at_the_form(portal: Portal, report_id: uuid.UUID) -> Browser:
    page = portal.sign_in(TOM).open(f"{FOR_SCHOOL}/{report_id}").follow("Downloaden of delen").sees(TITLE)
    return page.fill(purpose=WHY)


def only(portal: Portal) -> Share:
    found: Share = portal.ask(lambda: reader.query(Share).one())
    return found


def test_each_page_of_the_file_bears_the_mark_and_keeps_what_it_said(readers: Portal) -> None:
    """R004-04"""
    report_id = a_report(readers, a_pdf((595, 842, 0), (842, 595, 0), (595, 842, 90)))
    page = at_the_form(readers, report_id).sees("Dit rapport bevat geen persoonsgegevens").press(READY)
    content = page.follow("Download het bestand").response.data
    assert "doorstroom-per-groep" in page.response.headers["Content-Disposition"]
    texts = [each.extract_text() for each in PdfReader(io.BytesIO(content)).pages]
    assert len(texts) == 3
    for text in texts:
        assert only(readers).mark in marks_in(text) and "Doorstroom" in text
        assert "Vertrouwelijk: niet verder verstrekken" in text and TOM.name not in text
    assert readable.found_in(content, marks_in) == (only(readers).mark,)
    readers.sign_in(EVA).open("/gedeeld/scholen").sees(TITLE, TOM.name)
    assert readers.findings() == ()


def test_personal_data_go_along_on_a_named_basis_only(readers: Portal) -> None:
    report_id = a_report(readers, personal="yes", legal_basis=BASIS)
    page = at_the_form(readers, report_id).sees("Dit rapport bevat persoonsgegevens")
    assert page.values()["legal_basis"] == [BASIS]
    page.fill(legal_basis=" ").press(READY)
    assert page.status == 422 and list(page.faults()) == ["legal_basis"]
    page.fill(legal_basis="Artikel 6, eerste lid, onder c: de leerplicht.").press(READY).sees("onder c: de leerplicht")
    assert only(readers).legal_basis == "Artikel 6, eerste lid, onder c: de leerplicht."
    line = readers.sign_in(TOM).send("GET", "/gedeeld/lijst.csv").response.text
    assert "onder c: de leerplicht" in line and TITLE in line


def test_a_link_to_it_is_over_when_the_report_is(readers: Portal) -> None:
    kim = a_publisher(readers)
    report_id = published(readers, kim, a_pdf((595, 842, 0)))
    page = at_the_form(readers, report_id).choose("whom", "another").choose("kind", "link").choose("group", "school")
    page.fill(recipient="Ria Peters", recipient_organisation="MR", recipient_email="ria@mr.example").press(READY)
    address = readers.mailed_link("ria@mr.example", "Een rapport van")
    opened = readers.browser().open(address).choose("read", "yes").press("Open het rapport")
    assert opened.response.mimetype == "application/pdf" and readers.count(ShareOpening) == 1
    assert readable.found_in(opened.response.data, marks_in) == (only(readers).mark,)
    again = readers.browser().open(address)
    readers.sign_in(KIM).open(f"/leverancier/rapporten/{report_id}/intrekken").fill(why="Er stond een fout in.").press(
        "Ja"
    )
    assert again.choose("read", "yes").press("Open het rapport").status == 409
    assert readers.count(ShareOpening) == 1


@pytest.mark.parametrize(("content", "name"), [(A_PAGE, "doorstroom.html"), (a_workbook(), "doorstroom.xlsx")])
def test_what_cannot_be_marked_is_not_passed_on_and_the_page_says_so(
    readers: Portal, content: bytes, name: str
) -> None:
    report_id = published(readers, a_publisher(readers), content, name)
    tom = readers.sign_in(TOM).open(f"{FOR_SCHOOL}/{report_id}").sees("Dit bestand kunt u hier niet delen")
    assert tom.send("GET", f"/rapporten/test/{SCHOOL}/{report_id}/delen").status == 404
    assert tom.send("GET", f"{FOR_SCHOOL.removesuffix('/eigen')}/{report_id}/delen").status == 404


def test_whoever_may_not_read_it_shares_it_neither_nor_in_another_form(readers: Portal) -> None:
    report_id = a_report(readers, a_pdf((595, 842, 0)))
    address = f"{FOR_SCHOOL.removesuffix('/eigen')}/{report_id}/delen"
    assert readers.sign_in(IRIS).send("GET", address).status == 404
    page = at_the_form(readers, report_id)
    path, sent = page.choose("kind", "pdf").would_send(READY)
    assert page.post(path, {**dict(sent), "kind": "xlsx"}).status == 422
    assert readers.count(Share) == 0


sizes = st.tuples(st.integers(150, 1500), st.integers(150, 1500), st.sampled_from([0, 90, 180, 270]))


@settings(max_examples=10, deadline=None)
@given(st.lists(sizes, min_size=1, max_size=3))
def test_pages_of_any_size_and_turn_bear_it(pages: list[tuple[int, int, int]]) -> None:
    content = marked.pdf(a_pdf(*pages), SAID)
    texts = [each.extract_text() for each in PdfReader(io.BytesIO(content)).pages]
    assert len(texts) == len(pages)
    assert all(SAID["mark"] in marks_in(text) and "Doorstroom" in text for text in texts)
