"""Agreements under attack: what is forged, hostile, too large or too late, and what must hold all the same."""

import datetime as dt
import io
import json
import time
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from portal.cases.agreements import elsewhere, elsewhere_files, objecting, subprocessors
from portal.cases.agreements.tables import AgreementEnd, ElsewhereUpload, SignedElsewhere, SubprocessorNotice
from portal.cases.offering.tables import Offer, OfferRound
from portal.database import reader
from portal.errors import InvalidError
from portal.offers import differences, publications
from portal.offers.tables import PublicationDraft
from portal.parties.tables import Organisation, Person
from tests.agreements import a_stage, offer
from tests.browser import Browser
from tests.builders import A_PDF, EVA, OURS, PRODUCT, SANNE, THEIRS, Portal, a_role
from tests.suppliers import KIM, LOES, an_ended_agreement, taken_in, the_product, the_supplier
from tests.test_agreement_ends import ending_page, on
from tests.test_signed_elsewhere import LINE, a_sheet, a_zip, handing_in
from workflows.vocabulary import Role

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


# --- Dates -------------------------------------------------------------------------------------------------------


def test_nobody_lets_an_agreement_last_longer_by_ending_it(registered: Portal) -> None:
    handing_in(registered, a_sheet([*LINE[:5], "2026-12-01", "ons.pdf"]), a_zip()).press("Alles vastleggen")
    browser = on(ending_page(registered), dt.date(2028, 6, 1)).press("Ja, zeg op")
    assert (browser.status, list(browser.faults())) == (422, ["ends"])
    browser.sees("De overeenkomst eindigt al op dinsdag 1 december 2026.")
    on(browser, dt.date(2026, 12, 1)).press("Ja, zeg op").sees("De overeenkomst is opgezegd.")
    until = registered.ask(lambda: reader.scalars(select(SignedElsewhere.until)).one())
    assert until == dt.datetime(2026, 11, 30, 23, tzinfo=dt.UTC)
    assert registered.findings() == ()


def test_the_portal_ends_nothing_later_than_it_would_have_ended(registered: Portal) -> None:
    handing_in(registered, a_sheet([*LINE[:5], "2026-12-01", "ons.pdf"]), a_zip()).press("Alles vastleggen")
    later = dt.datetime(2027, 6, 1, tzinfo=dt.UTC)

    def end(session: Any) -> None:
        elsewhere.end_at(session, session.scalars(select(SignedElsewhere)).one(), at=later, why="VO-1", by=None)

    registered.do(end)
    until = registered.ask(lambda: reader.scalars(select(SignedElsewhere.until)).one())
    assert until == dt.datetime(2026, 11, 30, 23, tzinfo=dt.UTC)


# --- Rows that somebody changed beneath the portal ---------------------------------------------------------------


def tampered(portal: Portal, table: type[Any], change: Callable[[Any, Any], None]) -> list[str]:
    """What the audit finds that it did not find before this change of the one row there is."""
    before = {str(each) for each in portal.findings()}
    portal.do(lambda session: change(session.scalars(select(table)).one(), session))
    return [each.kind for each in portal.findings() if str(each) not in before]


def other_board(session: Any) -> Any:
    return session.scalars(select(Organisation.id).filter_by(board_number=THEIRS)).one()


def other_person(session: Any) -> Any:
    return session.scalars(select(Person.id).filter_by(email=EVA.email)).one()


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        (lambda row, _: setattr(row, "why", "Een andere reden."), "agreement_end"),
        (lambda row, _: setattr(row, "made_at", row.made_at), None),
        (lambda row, session: setattr(row, "organisation_id", other_board(session)), "agreement_end"),
        (lambda row, session: setattr(row, "board_id", other_board(session)), "agreement_end"),
        (lambda row, _: setattr(row, "delete_by", row.delete_by + dt.timedelta(days=9)), "agreement_end"),
        (lambda row, session: session.delete(row), "ledger_entry"),
    ],
)
def test_the_audit_knows_by_whom_for_whom_and_why_an_agreement_was_ended(
    registered: Portal, change: Callable[[Any, Any], None], kind: str | None
) -> None:
    an_ended_agreement(registered)
    assert tampered(registered, AgreementEnd, change) == ([kind] if kind else [])


@pytest.mark.parametrize(
    ("name", "other"), [("why_ended", lambda _: "Anders."), ("ended_by", other_person), ("entered_by", other_person)]
)
def test_the_audit_knows_who_took_in_what_was_signed_elsewhere_and_who_ended_it(
    registered: Portal, name: str, other: Callable[[Any], Any]
) -> None:
    an_ended_agreement(registered)
    found = tampered(registered, SignedElsewhere, lambda row, session: setattr(row, name, other(session)))
    assert found == ["elsewhere"]


@pytest.mark.parametrize("name", ["announced_by", "organisation_id", "withdrawn_by"])
def test_the_audit_knows_for_whom_a_sub_processor_was_announced_and_taken_back(registered: Portal, name: str) -> None:
    taken_in(registered)
    a_role(registered, KIM, the_supplier(registered), Role.ADMINISTRATOR)
    a_role(registered, LOES, registered.organisation(OURS), Role.ADMINISTRATOR)
    row = {"name": "Nieuw B.V.", "task": "Mail", "data": "Adressen", "country": "Nederland", "in_eea": "yes"}
    product, kim, loes = the_product(registered), registered.visitor(KIM), registered.visitor(LOES)
    board, day = registered.organisation(OURS), registered.moment.date() + dt.timedelta(days=60)
    with registered.opened():
        notice = subprocessors.announce(product, row, effective_on=day, by=kim)
        objecting.object_(notice, board, words="Liever niet.", by=loes)
        subprocessors.withdraw(notice, by=kim)
    assert registered.findings() == ()
    other = other_board if name == "organisation_id" else other_person
    found = tampered(registered, SubprocessorNotice, lambda row, session: setattr(row, name, other(session)))
    assert found == ["subprocessor"]


@pytest.mark.parametrize(
    ("table", "change", "kind"),
    [
        (OfferRound, lambda row, session: setattr(row, "boards", [str(other_board(session))]), "offer"),
        (OfferRound, lambda row, _: setattr(row, "deadline", "2027-01-01"), "offer"),
        (OfferRound, lambda row, _: setattr(row, "stopped_at", row.at), "offer"),
        (Offer, lambda row, _: setattr(row, "skipped", "open"), "offer"),
        (Offer, lambda row, session: session.delete(row), "ledger_entry"),
    ],
)
def test_the_audit_knows_to_whom_a_round_went_and_that_no_offer_is_gone(
    registered: Portal, table: type[Any], change: Callable[[Any, Any], None], kind: str
) -> None:
    offer(a_stage(registered), OURS)
    assert tampered(registered, table, change) == [kind]
