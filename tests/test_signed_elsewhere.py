"""Agreements signed elsewhere: handed in whole or not at all, in the register as what they are, never as signatures."""

import datetime as dt
import hashlib
import io
import json
import zipfile
from typing import Any

import pytest
from openpyxl import Workbook

from portal.cases.agreements.tables import ElsewhereUpload, SignedElsewhere
from portal.cases.tables import InForce
from portal.database import reader
from portal.dossier import deciding
from portal.evidence.verify_dossier import Report
from portal.record.ledger import Entry
from tests.browser import Browser
from tests.builders import (
    A_PDF,
    ANN,
    BAS,
    EVA,
    IRIS,
    OURS,
    PRODUCT,
    SANNE,
    SCHOOL,
    THEIR_SCHOOL,
    THEIRS,
    Portal,
    a_role,
    sign,
)
from tests.dossiers import a_dossier, checked, codes, listed_anew, opened, with_json
from tests.suppliers import a_published_agreement
from tests.test_agreement_register import register_of, rows_of
from tests.test_processor_agreement import an_agreement, offered
from tests.test_two_sides import SAM, the_supplier
from workflows.vocabulary import Role

__all__ = ["offered"]
HEAD = ["bestuursnummer", "product", "versie", "getekend op", "van kracht vanaf", "eindigt op", "bestand"]
LINE = [OURS, PRODUCT, "2025-01", "2025-03-10", "2025-04-01", "", "ons.pdf"]


def a_sheet(*lines: list[str], head: list[str] = HEAD) -> bytes:
    return "\r\n".join(";".join(each) for each in (head, *lines)).encode("utf-8-sig")


def as_xlsx(*lines: list[str]) -> bytes:
    book, out = Workbook(), io.BytesIO()
    for each in (HEAD, *lines):
        book.active.append([*each])  # type: ignore[union-attr]
    book.active["D2"] = dt.date(2025, 3, 10)  # type: ignore[index]
    book.save(out)
    return out.getvalue()


def a_zip(**files: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for name, content in (files or {"ons": A_PDF}).items():
            file.writestr(f"map/{name}.pdf", content)
    return out.getvalue()


def handing_in(portal: Portal, sheet: bytes, archive: bytes, someone=SANNE) -> Browser:  # type: ignore[no-untyped-def]
    browser = portal.sign_in(someone).open("/elders-getekend/nieuw")
    return browser.upload("sheet", sheet, "lijst.csv").upload("files", archive, "stukken.zip").press("Nakijken")


def taken_in(portal: Portal, *lines: list[str], someone=SANNE) -> Browser:  # type: ignore[no-untyped-def]
    return handing_in(portal, a_sheet(*lines), a_zip(), someone).press("Alles vastleggen")


def faults_of(browser: Browser) -> list[tuple[str, ...]]:
    """The table of what is wrong: line, column, reason."""
    assert browser.status == 422
    rows = [each for each in browser.all("tr")][1:]
    return [tuple("".join(cell.itertext()).strip() for cell in row) for row in rows]


# --- Taking in ---------------------------------------------------------------------------------------------------


def test_a_sheet_and_its_files_are_looked_at_first_and_then_taken_in(registered: Portal) -> None:
    browser = handing_in(registered, a_sheet(LINE), a_zip())
    browser.sees("Wilt u deze overeenkomsten vastleggen?", "1 overeenkomst", "2025-01", "ons.pdf")
    assert registered.count(SignedElsewhere) == 0
    browser.press("Alles vastleggen").sees("1 overeenkomst is vastgelegd.")
    assert (registered.count(SignedElsewhere), registered.count(ElsewhereUpload)) == (1, 0)
    eva = registered.sign_in(EVA).open(register_of(registered)).sees("elders getekend", "van kracht", "versie 2025-01")
    eva.follow("Onderwijsresultatenmonitor").sees("geen handtekening gezien of verzegeld", "maandag 10 maart 2025")
    eva.sees_not("Beëindigen")
    eva.open(eva.link("Bekijk het getekende stuk"))
    assert eva.response.data == A_PDF
    eva.open(f"/organisaties/{registered.organisation(OURS)}/stukken").sees("1 overeenkomst is elders getekend")
    [row] = rows_of(eva, register_of(registered) + ".csv")
    assert (row["Getekend"], row["Doelen"]) == ("elders getekend", "")
    assert registered.findings() == ()


def test_a_sheet_of_the_other_kind_will_do_too(registered: Portal) -> None:
    handing_in(registered, as_xlsx(LINE), a_zip()).press("Alles vastleggen").sees("1 overeenkomst is vastgelegd.")


def test_it_is_nobodys_electronic_signature_and_no_document_of_the_portal(registered: Portal) -> None:
    taken_in(registered, LINE)
    assert registered.count(InForce, kind="processor_agreement") == 0
    assert registered.count(Entry, act="sign") == 0
    [entry] = registered.ask(lambda: reader.query(Entry).filter(Entry.subject.startswith("elsewhere:")).all())
    assert (entry.act, entry.actor) == ("take_in", str(registered.visitor(SANNE).person_id))
    eva = registered.sign_in(EVA).open(f"/organisaties/{registered.organisation(OURS)}/stukken")
    assert "Verwerkersovereenkomst" not in eva.text


def test_thrown_away_is_gone(registered: Portal) -> None:
    handing_in(registered, a_sheet(LINE), a_zip()).press("Weggooien").sees("Er is niets vastgelegd.")
    assert (registered.count(SignedElsewhere), registered.count(ElsewhereUpload)) == (0, 0)
    assert registered.findings("files") == ()


def test_pressing_twice_takes_in_once(registered: Portal) -> None:
    browser = handing_in(registered, a_sheet(LINE), a_zip())
    address, fields = browser.would_send("Alles vastleggen")
    browser.send("POST", address, data=fields)
    browser.send("POST", address, data=fields)
    assert browser.status == 404
    assert registered.count(SignedElsewhere) == 1


def test_the_gate_knows_it_for_the_schools_of_the_declaration_in_a_version_that_suffices(in_force: Portal) -> None:
    a_published_agreement(in_force)

    def suffices(school_code: str) -> bool:
        found = deciding.of_person(reader(), person_id, PRODUCT, school_code, at=in_force.moment)
        return found.facts(in_force.moment).agreement.suffices

    person_id = in_force.visitor(ANN).person_id
    assert person_id is not None
    taken_in(in_force, [*LINE[:5], "2026-01-01", LINE[6]])
    assert not in_force.ask(lambda: suffices(SCHOOL))
    taken_in(in_force, [*LINE[:2], "2026-11", LINE[3], "2026-11-02", *LINE[5:]])
    assert in_force.ask(lambda: suffices(SCHOOL))
    assert not in_force.ask(lambda: suffices(THEIR_SCHOOL))


# --- What is not right -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("place", "value", "column", "reason"),
    [
        (0, "99999", "bestuursnummer", "niet ingeschreven"),
        (1, "iets", "product", "kennen wij niet"),
        (2, "", "versie", "Hier staat niets."),
        (2, "een veel te lang versienummer", "versie", "20 letters"),
        (3, "31-2-2025", "getekend op", "Schrijf een datum"),
        (3, "2030-01-01", "getekend op", "nog niet geweest"),
        (4, "morgen", "van kracht vanaf", "Schrijf een datum"),
        (5, "2025-04-01", "eindigt op", "niet na het begin"),
        (6, "weg.pdf", "bestand", "niet in het ZIP-bestand"),
    ],
)
def test_each_fault_is_named_by_line_column_and_reason_and_nothing_is_kept(
    registered: Portal, place: int, value: str, column: str, reason: str
) -> None:
    wrong = [*LINE]
    wrong[place] = value
    good = [THEIRS, *LINE[1:]]
    found = faults_of(handing_in(registered, a_sheet(good, wrong), a_zip()))
    assert [each[:2] for each in found] == [("3", column)]
    assert reason in found[0][2]
    assert (registered.count(SignedElsewhere), registered.count(ElsewhereUpload)) == (0, 0)


def test_lines_that_hold_at_the_same_time_are_named(registered: Portal) -> None:
    later = [*LINE[:4], "2026-01-01", *LINE[5:]]
    [fault] = faults_of(handing_in(registered, a_sheet(LINE, later), a_zip()))
    assert fault == ("3", "van kracht vanaf", "Valt samen met regel 2.")
    first = [*LINE[:5], "2026-01-01", LINE[6]]
    handing_in(registered, a_sheet(first, later), a_zip()).press("Alles vastleggen").sees("2 overeenkomsten")
    [fault] = faults_of(handing_in(registered, a_sheet(LINE), a_zip()))
    assert "heeft dan al een overeenkomst" in fault[2]


def test_a_file_that_no_line_names_or_that_is_no_pdf_is_named(registered: Portal) -> None:
    [fault] = faults_of(handing_in(registered, a_sheet(LINE), a_zip(ons=A_PDF, over=A_PDF)))
    assert fault[0] == "ZIP"
    assert "over.pdf" in fault[2]
    [fault] = faults_of(handing_in(registered, a_sheet(LINE), a_zip(ons=b"<html>")))
    assert "geen PDF" in fault[2]
    [fault] = faults_of(handing_in(registered, a_sheet(LINE), a_zip(ons=A_PDF[:200])))
    assert fault[:2] == ("2", "bestand")


@pytest.mark.parametrize(
    ("sheet", "archive", "field"),
    [
        (b"", a_zip(), "sheet"),
        (b"\xff\xfe\x00", a_zip(), "sheet"),
        (a_zip(), a_zip(), "sheet"),
        (a_sheet(LINE), b"PK geen zip", "files"),
        (a_sheet(LINE, head=HEAD[:3]), a_zip(), "sheet"),
        (a_sheet(*[LINE] * 201), a_zip(), "sheet"),
    ],
)
def test_what_cannot_be_read_is_said_at_its_field(registered: Portal, sheet: bytes, archive: bytes, field: str) -> None:
    browser = handing_in(registered, sheet, archive)
    assert (browser.status, list(browser.faults())) == (422, [field])


def test_a_zip_that_swells_is_refused(registered: Portal) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for number in range(11):
            file.writestr(f"{number}.pdf", bytes(10 * 2**20))
    assert list(handing_in(registered, a_sheet(LINE), out.getvalue()).faults()) == ["files"]


# --- Who ---------------------------------------------------------------------------------------------------------


def test_a_suppliers_administrator_takes_in_its_own_and_no_other_product(registered: Portal) -> None:
    a_role(registered, SAM, the_supplier(registered), Role.ADMINISTRATOR)
    taken_in(registered, LINE, someone=SAM).sees("1 overeenkomst is vastgelegd.").sees_not("Servicedesk")
    supplier = f"/organisaties/{the_supplier(registered)}/overeenkomsten"
    sam = registered.sign_in(SAM).open(supplier).sees("elders getekend").follow("Elders getekende overeenkomsten")
    sam.sees("2025-01").sees_not("Beëindigen")


def test_others_find_nothing_and_look_at_no_upload_of_somebody_else(registered: Portal) -> None:
    browser = handing_in(registered, a_sheet(LINE), a_zip())
    a_role(registered, SAM, the_supplier(registered), Role.ADMINISTRATOR)
    assert registered.sign_in(SAM).open(browser.address).status == 404
    for someone in (EVA, IRIS):
        for address in ("/elders-getekend", "/elders-getekend/nieuw", browser.address):
            assert registered.sign_in(someone).open(address).status == 404, (someone, address)


# --- The end -----------------------------------------------------------------------------------------------------


def test_the_desk_ends_one_with_a_reason_and_only_the_desk(registered: Portal) -> None:
    a_role(registered, SAM, the_supplier(registered), Role.ADMINISTRATOR)
    sanne = taken_in(registered, LINE).follow("Beëindigen")
    assert registered.sign_in(SAM).open(sanne.address).status == 404
    assert list(sanne.press("Ja, beëindig").faults()) == ["why"]
    sanne.fill(why="Dubbel aangeleverd.").press("Ja, beëindig").sees(
        "De overeenkomst is beëindigd.", "Dubbel aangeleverd."
    )
    registered.later(minutes=1)
    registered.sign_in(EVA).open(register_of(registered)).sees("geëindigd")
    assert registered.findings() == ()


def test_signing_in_the_portal_takes_the_place_of_it(offered: Portal) -> None:
    taken_in(offered, LINE)
    case_id = an_agreement(offered)
    for each in (ANN, BAS, SAM):
        sign(offered, case_id, each)
    offered.work()
    eva = offered.later(minutes=1).sign_in(EVA)
    assert [each["Status"] for each in rows_of(eva, register_of(offered) + ".csv")] == ["van kracht", "geëindigd"]
    [fault] = faults_of(handing_in(offered, a_sheet([*LINE[:4], "2026-12-01", *LINE[5:]]), a_zip()))
    assert "heeft dan al een overeenkomst" in fault[2]


def test_a_row_that_was_changed_behind_our_back_is_named(registered: Portal) -> None:
    taken_in(registered, LINE)

    def change(session) -> None:  # type: ignore[no-untyped-def]
        session.query(SignedElsewhere).one().until = registered.moment + dt.timedelta(days=1)

    registered.do(change)
    assert ["eindigt" in each.what for each in registered.findings("agreements")] == [True]


# --- The dossier -------------------------------------------------------------------------------------------------


def test_it_is_part_of_the_dossier_of_the_board(registered: Portal) -> None:
    taken_in(registered, LINE)
    board, sha256 = registered.organisation(OURS), hashlib.sha256(A_PDF).hexdigest()
    eva = registered.sign_in(EVA).open(f"/organisaties/{board}")
    eva.follow("Verwerkersovereenkomst, versie 2025-01 (elders getekend)").sees("maandag 10 maart 2025")
    eva.open("/van-kracht").follow("Verwerkersovereenkomst, versie 2025-01 (elders").sees("maandag 10 maart 2025")
    eva.open(f"/organisaties/{board}/stukken").sees("getekend op maandag 10 maart 2025", sha256[:8], sha256[-8:])
    eva.open(eva.link("PDF: Onderwijsresultatenmonitor, versie 2025-01"))
    assert eva.response.data == A_PDF
    registered.sign_in(IRIS).open(f"/organisaties/{registered.organisation(THEIRS)}/stukken").sees_not(
        "elders getekend"
    )


def test_the_export_holds_it_and_the_verifier_says_that_it_was_not_judged(registered: Portal) -> None:
    taken_in(registered, LINE)
    dossier = opened(a_dossier(registered, organisation_id=registered.organisation(OURS)))
    [row] = json.loads(dossier.files["dossier.json"])["elsewhere"]
    assert dossier.files[row["file"]] == A_PDF
    line = (row["version"], row["signed_on"], row["file_name"], row["sha256"])
    assert line == ("2025-01", "2025-03-10", "ons.pdf", hashlib.sha256(A_PDF).hexdigest())
    assert row["file"] in dossier.files["README.html"].decode()
    report = checked(dossier)
    assert report.wrong == []
    [said] = [each for each in report.told if each.code == "elsewhere"]
    assert "vastgelegd, niet beoordeeld" in said.said(0) and "recorded, not judged" in said.said(1)
    theirs = opened(a_dossier(registered, by=IRIS, organisation_id=registered.organisation(THEIRS)))
    assert not [name for name in theirs.files if name.startswith("elsewhere/")]


def test_ended_it_still_holds_together(registered: Portal) -> None:
    taken_in(registered, LINE)
    registered.later(days=1)
    end = registered.sign_in(SANNE).open(register_of(registered)).follow("Onderwijsresultatenmonitor")
    end.follow("Beëindigen").fill(why="Vervangen.").press("Ja, beëindig")
    report = checked(opened(a_dossier(registered, organisation_id=registered.organisation(OURS))))
    assert (report.wrong, "elsewhere" in codes_told(report)) == ([], True)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda row: row.update(version="2026-01"), "elsewhere_rows"),
        (lambda row: row.update(signed_on="2024-03-10"), "elsewhere_rows"),
        (lambda row: row.update(since="2020-01-01T00:00:00+00:00"), "elsewhere_rows"),
        (lambda row: row.update(until="2030-01-01T00:00:00+00:00"), "elsewhere_rows"),
        (lambda row: row.update(file="elsewhere/other.pdf"), "elsewhere_gone"),
        (lambda row: row.update(id="0"), "left_out"),
    ],
)
def test_a_dossier_that_says_something_else_of_it_is_named(registered: Portal, change: Any, code: str) -> None:
    taken_in(registered, LINE)
    files = opened(a_dossier(registered, organisation_id=registered.organisation(OURS))).files
    forged = with_json(files, "dossier.json", lambda said: change(said["elsewhere"][0]))
    assert code in codes(checked(forged))
    [name] = [each for each in files if each.startswith("elsewhere/")]
    assert codes(checked(listed_anew({**files, name: A_PDF + b"x"}))) == {"elsewhere_gone"}


def codes_told(report: Report) -> set[str]:
    return {each.code for each in report.told}
