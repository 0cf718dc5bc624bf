"""Hostile files as a supplier's own report: refused with a sentence, and inert in a real browser if one came through."""

import uuid
from contextlib import suppress
from pathlib import Path

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Dialog, Error
from sqlalchemy.orm import Session

from portal.documents import report_files, vault, web_page, workbooks
from portal.documents.report_files import LARGEST
from portal.reports.own_tables import OwnReport, OwnReportFile, OwnReportRecipient
from portal.wording import say
from tests.builders import A_PDF, SCHOOL, TOM, Portal, accepted_terms
from tests.conftest import Tell
from tests.hostile_files import hostile_files
from tests.hostile_pages import CANARY, HOSTILE, page
from tests.own_reports import A_PAGE, FOR_SCHOOL, NEW, a_publisher, a_report, a_workbook, with_part
from tests.staged import serving
from tests.test_render import canary

__all__ = ["canary"]
Canary = tuple[str, Path, list[str]]
RELATION = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r9" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}" Target="{to}" TargetMode="External"/></Relationships>'
SHEET = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1"><c r="A1"><f>%s</f></c></row></sheetData></worksheet>'


def relation(kind: str, to: str) -> tuple[str, bytes]:
    return "xl/worksheets/_rels/sheet1.xml.rels", RELATION.format(kind=kind, to=to).encode()


def bad_workbooks() -> dict[str, tuple[bytes, str]]:
    """Spreadsheets that cannot be handed on, each with the sentence that says why."""
    good = a_workbook()
    macro = b'<Types><Override ContentType="application/vnd.ms-excel.sheet.macroEnabled.main+xml"/></Types>'
    return {
        "macro": (with_part(good, "xl/vbaProject.bin"), workbooks.RUNS),
        "macro by its kind": (with_part(good, "[Content_Types].xml", macro), workbooks.RUNS),
        "macro of old": (with_part(good, "xl/macrosheets/sheet1.xml"), workbooks.RUNS),
        "control": (with_part(good, "xl/activeX/activeX1.xml"), workbooks.RUNS),
        "file within": (with_part(good, "xl/embeddings/oleObject1.bin"), workbooks.RUNS),
        "binary": (
            b"PK\x03\x04" + with_part(good, "xl/workbook.bin")[4:].replace(b"xl/workbook.xml", b"xl/wxrkbook.xml"),
            workbooks.RUNS,
        ),
        "other workbook": (with_part(good, "xl/externalLinks/externalLink1.xml"), workbooks.OUTSIDE),
        "question to a database": (with_part(good, "xl/connections.xml"), workbooks.OUTSIDE),
        "picture from outside": (with_part(good, *relation("image", CANARY)), workbooks.OUTSIDE),
        "link to a share": (with_part(good, *relation("hyperlink", "file://host/share")), workbooks.OUTSIDE),
        "formula that asks": (
            with_part(good, "xl/worksheets/sheet1.xml", SHEET % b'WEBSERVICE("http://x")'),
            workbooks.OUTSIDE,
        ),
        "entities": (
            with_part(good, "xl/workbook.xml", b'<!DOCTYPE a [<!ENTITY b "c">]><workbook/>'),
            workbooks.BROKEN,
        ),
        "half": (good[: len(good) // 2], workbooks.BROKEN),
        "no spreadsheet": (b"PK\x03\x04" + b"\x00" * 200, workbooks.BROKEN),
        "no cells": (with_part(good, "xl/workbook.xml", b"<workbook/>"), workbooks.BROKEN),
        "password or old": (workbooks.OLD_OR_LOCKED + b"\x00" * 600, workbooks.LOCKED),
        "swells": (with_part(good, "xl/media/x.xml", b" " * (workbooks.MOST_UNPACKED + 1)), workbooks.SWELLS),
    }


# --- Pages -------------------------------------------------------------------------------------------------------


def test_a_good_page_of_each_sort_has_nothing_wrong_with_it() -> None:
    assert web_page.complaint(A_PAGE) == ""
    assert web_page.complaint(b"\xef\xbb\xbf" + page("<p>Prijs < 3 &amp; een on=off</p>").encode()) == ""
    assert web_page.is_page(b'<?xml version="1.0"?>\n<!-- x --><!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01//EN">')


@pytest.mark.parametrize("name", HOSTILE)
def test_every_hostile_page_is_refused_and_the_line_is_named(name: str) -> None:
    content, line = HOSTILE[name]
    found = web_page.faults(content)
    assert found, name
    assert min(each[0] for each in found) == line, found
    assert all(say(sentence, line=at, what=what) for at, sentence, what in found)


def test_other_lines_are_named_beside_the_first() -> None:
    said = web_page.complaint(page("<p onclick=x>\n<p>\n<form></form>", '<base href="/">').encode())
    assert said == (
        "Regel 4: hier staat een opdracht om naar een andere pagina te gaan (<base>). Haal die eruit. "
        "Kijk ook naar regel 6, 8."
    )


def test_a_page_that_would_take_long_to_look_at_is_refused() -> None:
    assert web_page.complaint(page("<p>" * (web_page.MOST_TAGS + 1)).encode()) == say(web_page.TOO_MUCH)


# --- At the form -------------------------------------------------------------------------------------------------


@pytest.mark.any_database
def test_a_hostile_file_is_refused_at_its_field_whatever_it_is_called(registered: Portal, tell: Tell) -> None:
    kim = a_publisher(registered).open(NEW)
    tried: list[tuple[str, bytes, str]] = [
        ("nothing", b"", say(report_files.EMPTY)),
        ("text called pdf", b"Beste school,", say(report_files.NO_KIND)),
        ("picture", b"\x89PNG\r\n\x1a\n" + b"\x00" * 99, say(report_files.NO_KIND)),
        ("page in other letters", page("<p>€</p>").encode("utf-16"), say(report_files.NO_KIND)),
        ("page with half letters", page("<p>é</p>").encode("latin-1"), say(web_page.NOT_TEXT)),
        ("page with nothing in it", page("\x00").encode(), say(web_page.NOT_TEXT)),
        ("large page", page("x" * LARGEST["html"]).encode(), "Dit bestand is te groot: hooguit 4 MB."),
        ("large pdf", A_PDF + b" " * LARGEST["pdf"], "Dit bestand is te groot: hooguit 10 MB."),
        ("half a pdf", A_PDF[:-200], "Deze PDF is beschadigd of niet compleet."),
        ("script", HOSTILE["script"][0].encode(), "Regel 6: hier staat een programma (<script>)."),
    ]
    tried += [(name, content, say(sentence)) for name, (content, sentence) in bad_workbooks().items()]
    tried += [
        (name, content, sentence)
        for name, (content, sentence) in hostile_files().items()
        if content.startswith(b"%PDF-") and len(content) < LARGEST["pdf"]
    ]
    for name, content, sentence in tried:
        kim.open(NEW).upload("file", content, "rapport.pdf").press("Nakijken")
        assert kim.status == 422, name
        assert sentence in kim.faults()["file"], (name, kim.faults())
    kim.open(NEW).press("Nakijken")
    assert kim.faults() == {"file": "Kies eerst een bestand."}
    assert registered.count(OwnReportFile) == 0
    tell("hostile files as a report", len(tried), len(tried))


@pytest.mark.any_database
def test_a_good_file_is_taken_for_what_it_is_whatever_it_is_called(registered: Portal) -> None:
    kim = a_publisher(registered)
    for content, kind in ((A_PDF, "PDF"), (a_workbook(), "Spreadsheet (XLSX)"), (A_PAGE, "Webpagina")):
        kim.open(NEW).upload("file", content, "../../<b>.exe").press("Nakijken").sees(kind)


# --- In a real browser -------------------------------------------------------------------------------------------


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.any_database
def test_a_hostile_page_that_came_through_all_the_same_runs_fetches_and_sends_nothing(
    in_force: Portal, canary: Canary, chromium: Chromium, tell: Tell
) -> None:
    """The second lock alone: the page is put in the vault past every check, opened, and clicked on."""
    accepted_terms(in_force, TOM)
    report = a_report(in_force, A_PAGE)
    heard = canary[2]
    with serving(in_force) as address:
        context = chromium.new_context()
        context.add_cookies([_cookie(in_force, address)])
        tab = context.new_page()
        said: list[str] = []

        def hears(dialog: Dialog) -> None:
            said.append(dialog.message)
            dialog.dismiss()

        context.on("dialog", hears)
        for name, (content, _) in HOSTILE.items():
            one = in_force.do(
                lambda session, it=content: _past_every_check(session, report, it.replace(CANARY, canary[0]))
            )
            where = f"{address}{FOR_SCHOOL}/{one}"
            tab.goto(where)
            frame = tab.frames[1] if len(tab.frames) > 1 else None
            assert frame and frame.url == f"{where}/bestand", name
            for one_of in frame.locator("a, button, summary, p, input").all()[:3]:
                with suppress(Error):
                    one_of.click(timeout=300)
            tab.wait_for_timeout(60)
            assert (tab.url, len(context.pages)) == (where, 1), name
            assert tab.title() == "Doorstroom per groep – Tekenpoort", name
            assert (heard, said) == ([], []), name
            tab.goto(f"{where}/bestand")  # by itself, without the frame
            tab.wait_for_timeout(30)
            assert (heard, said) == ([], []), name
        tab.goto(address + FOR_SCHOOL)
        assert tab.locator("h1").is_visible()  # still signed in
        context.close()
    tell("hostile pages in Chromium", len(HOSTILE), len(HOSTILE))


@pytest.mark.browser
@pytest.mark.any_database
def test_a_good_page_is_seen_in_its_frame(in_force: Portal, chromium: Chromium) -> None:
    accepted_terms(in_force, TOM)
    report = a_report(in_force, A_PAGE)
    with serving(in_force) as address:
        context = chromium.new_context()
        context.add_cookies([_cookie(in_force, address)])
        tab = context.new_page()
        tab.goto(f"{address}{FOR_SCHOOL}/{report}")
        frame = tab.frame_locator("iframe")
        assert frame.locator("h1").inner_text() == "Doorstroom"
        assert frame.locator("p").evaluate("each => getComputedStyle(each).color") == "rgb(17, 34, 51)"
        assert frame.locator("rect").is_visible()
        context.close()


def _cookie(portal: Portal, address: str) -> dict[str, str]:
    name = portal.app.config["SESSION_COOKIE_NAME"]
    cookie = portal.sign_in(TOM).client.get_cookie(name)
    assert cookie
    return {"name": name, "value": cookie.value, "url": address}


def _past_every_check(session: Session, like: uuid.UUID, content: str) -> uuid.UUID:
    first = session.get_one(OwnReport, like)
    kept = {each.key: getattr(first, each.key) for each in OwnReport.__mapper__.column_attrs}
    made = OwnReport(**{**kept, "id": uuid.uuid4(), "series": uuid.uuid4(), "size": len(content.encode())})
    made.blob = vault.keep(session, content.encode())
    session.add(made)
    session.flush()
    session.add(OwnReportRecipient(report_id=made.id, register_key=f"location:{SCHOOL}"))
    return made.id
