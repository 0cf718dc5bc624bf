"""Agreements under attack: what is forged, hostile, too large or too late, and what must hold all the same."""

import io
import json
import time
import zipfile
from typing import Any

import pytest

from portal.cases.agreements import elsewhere_files
from portal.cases.agreements.tables import ElsewhereUpload
from portal.errors import InvalidError
from portal.offers import differences, publications
from portal.offers.tables import PublicationDraft
from tests.browser import Browser
from tests.builders import A_PDF, PRODUCT, SANNE, Portal
from tests.test_signed_elsewhere import LINE, a_sheet, handing_in

SHIPPED = json.loads(publications.AN_EXAMPLE.read_text(encoding="utf-8"))


def zipped(*parts: tuple[str, bytes], method: int = zipfile.ZIP_STORED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as file:
        for name, content in parts:
            file.writestr(name, content)
    return out.getvalue()


def spoilt(archive: bytes, *, behind: int) -> bytes:
    """The same ZIP, of which what was packed is no longer what it was."""
    at = archive.index(b"ons.pdf") + len(b"ons.pdf") + behind
    return archive[:at] + bytes(each ^ 0xFF for each in archive[at : at + 30]) + archive[at + 30 :]


# --- Files that are handed in ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "behind"), [(zipfile.ZIP_DEFLATED, 5), (zipfile.ZIP_LZMA, 9), (zipfile.ZIP_BZIP2, 4)]
)
def test_a_zip_that_is_spoilt_inside_is_refused_with_a_sentence(registered: Portal, method: int, behind: int) -> None:
    archive = spoilt(zipped(("ons.pdf", A_PDF), method=method), behind=behind)
    browser = handing_in(registered, a_sheet(LINE), archive)
    assert browser.status == 422
    assert browser.faults() == {"files": "Kies een ZIP-bestand met de PDF's, zonder wachtwoord."}
    assert registered.count(ElsewhereUpload) == 0


def test_two_files_of_one_name_are_never_taken_one_for_the_other(registered: Portal) -> None:
    browser = handing_in(registered, a_sheet(LINE), zipped(("hun/ons.pdf", A_PDF), ("ons/ons.pdf", A_PDF + b"\n")))
    assert browser.status == 422
    assert "ons.pdf zit twee keer in het ZIP-bestand" in browser.faults()["files"]


@pytest.mark.parametrize("content", [b"a;b\n" + b"\n" * 20_000_000, b";" * 20_000_000])
def test_a_sheet_of_many_megabytes_keeps_nobody_waiting(content: bytes) -> None:
    began = time.process_time()
    with pytest.raises(InvalidError) as refused:
        elsewhere_files.lines_of(content)
    assert refused.value.fields == {"sheet": "Deze spreadsheet is te groot: hooguit 2 MB."}
    assert time.process_time() - began < 1


# --- Agreements from a file --------------------------------------------------------------------------------------


def imported(portal: Portal, **parts: Any) -> Browser:
    content = json.dumps({**SHIPPED, **parts}).encode()
    browser = portal.sign_in(SANNE).open(f"/leverancier/{PRODUCT}/overeenkomsten")
    return browser.upload("file", content, "overeenkomst.json").press("Bestand inlezen")


@pytest.mark.parametrize("name", ["\ud800", "a\udfffb", "\x00", "\u202e<b>{{ 7*7 }}"])
def test_a_file_with_a_name_that_no_page_can_hold_is_refused_in_words(registered: Portal, name: str) -> None:
    browser = imported(registered, **{name: 1})
    assert (browser.status, list(browser.faults())) == (422, ["file"])
    assert registered.count(PublicationDraft, kind="processor_agreement") == 0


@pytest.mark.parametrize(("part", "most"), [("subprocessors", 100), ("clauses", 60)])
def test_more_rows_than_a_page_can_keep_are_refused_and_not_lost_later(
    registered: Portal, part: str, most: int
) -> None:
    rows = [{**SHIPPED["leaflet"]["subprocessors"][0], "name": f"Verwerker {number}"} for number in range(10_000)]
    clauses = [{"id": f"c{number}", "heading": "Kop", "text": "Tekst"} for number in range(10_000)]
    parts = {"clauses": clauses} if part == "clauses" else {"leaflet": {**SHIPPED["leaflet"], part: rows}}
    browser = imported(registered, **parts)
    assert browser.status == 422
    assert f"{part} heeft te veel regels: hooguit {most}." in browser.faults()["file"]


@pytest.mark.parametrize(
    ("old", "new"),
    [("a " * 2500, "a b " * 200_000), ("a " * 1400, "a b " * 700), ("a " * 310, "a b " * 160), ("a " * 300_000, "")],
)
def test_no_text_keeps_who_reads_what_changed_waiting(old: str, new: str) -> None:
    began = time.process_time()
    parts = differences.words(old, new)
    assert time.process_time() - began < 5
    assert "".join(text for op, text in parts if op != "added") == old
    assert "".join(text for op, text in parts if op != "removed") == new


def test_a_long_text_shows_at_least_where_the_change_is() -> None:
    many = "woord " * 2000
    parts = differences.words(f"{many}oud {many}", f"{many}nieuw {many}")
    assert parts == (("same", many), ("removed", "oud "), ("added", "nieuw "), ("same", many))


def test_a_clause_of_a_megabyte_is_kept_as_a_draft_named_as_a_fault_and_never_shown_whole(registered: Portal) -> None:
    clauses = [*SHIPPED["clauses"][:-1], {**SHIPPED["clauses"][-1], "text": "woord " * 170_000}]
    browser = imported(registered, clauses=clauses)
    draft = browser.address
    began = time.process_time()
    browser.open(f"{draft}/clauses?nakijken=1").sees("Dit is te lang: hooguit 5000 tekens.")
    assert browser.open(f"{draft}/voorbeeld").status == 400
    assert time.process_time() - began < 15
