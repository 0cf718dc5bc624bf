"""Passing a report on: only within the closed list, marked, recorded, recalled (R004-02 to R004-06)."""

import datetime as dt
import io
import re
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from click.testing import CliRunner

from portal import audit
from portal.commands import portal as command
from portal.database import reader
from portal.documents import readable
from portal.offers.tables import Product
from portal.parties import retention
from portal.parties.tables import Membership, Person
from portal.record.ledger import Entry
from portal.reports import papers, sharing
from portal.reports.catalogue import REPORTS, About
from portal.reports.share_tables import Share, ShareOpening
from portal.reports.trace import mark_of, marks_in
from tests import conformance
from tests.browser import Browser
from tests.builders import (
    ANN,
    BAS,
    EVA,
    IRIS,
    LOTTE,
    PRODUCT,
    SANNE,
    SCHOOL,
    TOM,
    Portal,
    Someone,
    a_rights_holder,
    accepted_terms,
)
from workflows.vocabulary import Role

REPORT = f"/rapporten/{PRODUCT}/{SCHOOL}"
CARD = f"{REPORT}/schoolkaart"
SHARE = f"{CARD}/delen"
READY = "Maak het klaar"
WHY = "Bespreken in de medezeggenschapsraad."
KIM = Someone("Kim Peters", "kim@mr.example")
DAAN = Someone("Daan Prins", "daan@ocw.example")
FOR_KIM = {"recipient": KIM.name, "recipient_organisation": "Medezeggenschapsraad", "purpose": WHY}


@pytest.fixture
def readers(in_force: Portal) -> Portal:
    """Tom reads the report; Lotte and Daan each work for a rights holder."""
    a_rights_holder(in_force)
    a_rights_holder(in_force, DAAN, "Ministerie van OCW")
    accepted_terms(in_force, TOM)
    return in_force


def taken(portal: Portal, kind: str = "pdf", by: Someone = TOM) -> Browser:
    """The report taken along for one's own use."""
    page = portal.sign_in(by).open(REPORT).follow("Downloaden of delen")
    return page.choose("whom", "myself").choose("kind", kind).fill(purpose=WHY).press(READY).sees("staat klaar")


def passed_on(portal: Portal, kind: str = "link", group: str = "school", by: Someone = TOM, **typed: str) -> Browser:
    """The report passed on to Kim."""
    page = portal.sign_in(by).open(SHARE).choose("whom", "another").choose("kind", kind).choose("group", group)
    return page.fill(**{**FOR_KIM, "recipient_email": KIM.email, **typed}).press(READY)


def outside(portal: Portal) -> Browser:
    """Kim, who has no account, at the link that was mailed."""
    return Browser(portal).open(portal.mailed_link(KIM.email, "Een rapport van"))


def found(portal: Portal) -> list[str]:
    """What `tekenpoort verify` says of shares."""
    with portal.opened():
        return [each.what for each in audit.verify(portal.settings, "shares").findings]


def only(portal: Portal) -> Share:
    found: Share = portal.ask(lambda: reader.query(Share).one())
    return found


# --- Files -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["pdf", "xlsx", "csv"])
def test_a_file_says_that_it_is_confidential_and_bears_its_mark_on_each_page_and_sheet(
    readers: Portal, kind: str
) -> None:
    """R004-04"""
    content = taken(readers, kind).follow("Download het bestand").response.data
    mark = only(readers).mark
    texts = (
        pages_of(content) if kind == "pdf" else _sheets(content) if kind == "xlsx" else [content.decode("utf-8-sig")]
    )
    for text in texts:
        assert mark in marks_in(text)
        assert "Vertrouwelijk: niet verder verstrekken" in text
        assert TOM.name not in text
    shown = re.search(r"\d+,\d+%", readers.sign_in(TOM).open(REPORT).text)
    assert shown and any(shown[0] in text for text in texts)
    assert readable.found_in(content, marks_in) == (mark,)


@pytest.mark.parametrize("report", [each.name for each in REPORTS if About.LOCATION in each.about])
def test_every_report_goes_along_with_the_figures_of_its_page_and_no_other(readers: Portal, report: str) -> None:
    """What is masked on the page is masked in the file."""
    readers.do(lambda session: setattr(session.query(Product).one(), "reports", [each.name for each in REPORTS]))
    page = readers.sign_in(TOM).open(f"{REPORT}/{report}")
    if "Downloaden of delen" not in page.text:  # a school of another sector
        assert page.open(f"{REPORT}/{report}/delen").status == 404
        return
    shown = " ".join([page.text, *re.findall(r'<input id="input-[^>]* value="([^"]*)"', page.response.text)])
    page.follow("Downloaden of delen").choose("kind", "csv").fill(purpose=WHY).press(READY)
    content = page.follow("Download het bestand").response.data.decode("utf-8-sig")
    below = content.split("\r\n\r\n", 1)[1]
    figures = set(re.findall(r"\d+,\d+|(?<![\w-])\d+(?![\w-])", below))
    assert figures - set(re.findall(r"\d+,\d+|\d+", shown)) == set()
    assert (
        page.open(SHARE.replace("schoolkaart", report))
        .choose("kind", "pdf")
        .fill(purpose=WHY)
        .press(READY)
        .follow("Download het bestand")
        .response.mimetype
        == "application/pdf"
    )


def test_the_mark_survives_printing_to_pdf_taking_out_a_page_qpdf_and_wiping_the_metadata(
    readers: Portal, tmp_path: Path
) -> None:
    """Issue 7, what it must show, 3."""
    content = taken(readers).follow("Download het bestand").response.data
    mark, file = only(readers).mark, tmp_path / "rapport.pdf"
    file.write_bytes(content)
    printed = tmp_path / "printed.pdf"
    subprocess.run(["pdftocairo", "-pdf", str(file), str(printed)], check=True)
    made = {"printed": printed.read_bytes()}
    with pikepdf.open(file) as pdf:
        for number in range(len(pdf.pages)):
            one = pikepdf.new()
            one.pages.append(pdf.pages[number])
            made[f"page {number + 1}"] = _saved(one)
        made["rewritten"] = _saved(pdf, object_stream_mode=pikepdf.ObjectStreamMode.generate, compress_streams=True)
        del pdf.Root.Metadata
        for name in list(pdf.docinfo):
            del pdf.docinfo[name]
        del pdf.Root.Names
        made["wiped"] = _saved(pdf, linearize=True)
    assert len(made) >= 4
    for how, changed in made.items():
        assert readable.found_in(changed, marks_in) == (mark,), how


@pytest.mark.slow
def test_verapdf_finds_nothing_in_it(readers: Portal) -> None:
    content = taken(readers).follow("Download het bestand").response.data
    assert conformance.missing() is None
    assert conformance.faults({"share": content}) == {}


def test_a_formula_in_the_purpose_is_a_text_in_every_file(readers: Portal) -> None:
    passed_on(readers, "csv", recipient_organisation='=HYPERLINK("x")').sees("D-1")
    content = readers.sign_in(TOM).open(f"/gedeeld/{only(readers).id}/bestand").response.data.decode("utf-8-sig")
    assert not re.search(r'(^|;)"=', content, re.MULTILINE)


# --- The closed list ---------------------------------------------------------------------------------------------


def test_outside_the_closed_list_nothing_is_shared_and_it_says_whom_to_ask(readers: Portal) -> None:
    """R004-02, -03, -05, -06"""
    page = passed_on(readers, group="other")
    assert page.status == 422
    assert "Centerdata en Ministerie van OCW" in page.faults()["group"]
    assert page.values()["recipient"] == [KIM.name] and page.values()["purpose"] == [WHY]
    assert readers.count(Share) == 0
    page = passed_on(readers, group="other").choose("group", "school")
    path, sent = page.would_send(READY)
    for group in ("press", "none", ""):
        assert page.post(path, {**sent, "group": group}).status == 422
    assert readers.count(Share) == 0


def test_who_may_demand_it_by_law_gets_it_with_the_article_and_the_letter_on_file(readers: Portal) -> None:
    page = passed_on(readers, group="duty_woo")
    assert list(page.faults()) == ["duty"]
    page.fill(duty="Artikel 4.1 Woo, verzoek van 3 november 2026").press(READY).sees("Artikel 4.1 Woo")
    assert only(readers).duty.startswith("Artikel 4.1")
    readers.sign_in(LOTTE).open(f"/gedeeld/product/{PRODUCT}").sees("Wet open overheid")


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"recipient_email": TOM.email.replace("@", "+2@")}, "recipient"),
        ({"recipient": "tom  DE wit", "recipient_email": "tommie@elders.example"}, "recipient"),
        ({"recipient": ""}, "recipient"),
        ({"recipient_organisation": ""}, "recipient_organisation"),
        ({"recipient_email": ""}, "recipient_email"),
        ({"recipient_email": "kim"}, "recipient_email"),
        ({"purpose": "zo"}, "purpose"),
        ({"purpose": "x" * 2001}, "purpose"),
    ],
)
def test_what_is_not_right_is_said_at_its_field_and_nothing_is_lost(
    readers: Portal, typed: dict[str, str], field: str
) -> None:
    page = passed_on(readers, **typed)
    assert page.status == 422 and list(page.faults()) == [field]
    assert page.values()["recipient_organisation"] == [typed.get("recipient_organisation", "Medezeggenschapsraad")]
    assert readers.count(Share) == 0


# --- Links -------------------------------------------------------------------------------------------------------


def test_a_link_is_mailed_confirmed_and_opens_the_report_as_a_marked_pdf(readers: Portal) -> None:
    passed_on(readers).sees("De link is onderweg", KIM.email, "nog niet")
    letter = readers.letter(KIM.email, "Een rapport van")
    assert TOM.name in letter and WHY in letter and "niet verder verstrekken" in letter and "twee jaar" in letter
    kim = outside(readers).sees("niet verder verstrekken", TOM.name, WHY)
    assert kim.press("Open het rapport").status == 422
    assert readers.count(ShareOpening) == 0
    content = outside(readers).choose("read", "yes").press("Open het rapport").response.data
    assert readable.found_in(content, marks_in) == (only(readers).mark,)
    outside(readers).choose("read", "yes").press("Open het rapport")
    readers.sign_in(TOM).open("/gedeeld").sees("link, geopend").follow("D-1").sees("2 keer")


def test_a_link_dies_after_two_weeks(readers: Portal) -> None:
    passed_on(readers)
    address = readers.mailed_link(KIM.email, "Een rapport van")
    readers.later(days=14)
    kim = Browser(readers).open(address)
    assert kim.status == 410
    kim.sees("werkt niet meer", TOM.name)
    assert Browser(readers).open(f"{address}x").status == 404


def test_what_is_asked_back_is_gone_at_once_and_the_recipient_is_told_why(readers: Portal) -> None:
    page = passed_on(readers).follow("Terugvragen").sees("werkt meteen niet meer")
    address = readers.mailed_link(KIM.email, "Een rapport van")
    assert page.press("Terugvragen").status == 422
    page.fill(why="Verkeerde Kim.").press("Terugvragen").sees("Het is teruggevraagd", "Verkeerde Kim.")
    assert Browser(readers).open(address).status == 410
    assert "Verkeerde Kim." in readers.letter(KIM.email, "Teruggevraagd")
    assert readers.ask(lambda: reader.query(Entry).filter_by(act="recall_share").count()) == 1


@pytest.mark.row(13, "a link that was sent")
def test_a_link_is_shut_the_moment_its_sender_may_not_see_the_report(readers: Portal) -> None:
    """quality.md, row 13: a share is no side door."""
    passed_on(readers)
    share_id, mine = only(readers).id, taken(readers).follow("Download het bestand").address
    opened = outside(readers).choose("read", "yes")
    readers.do(lambda session: session.query(Membership).filter_by(role=Role.READER).update({"status": "ended"}))
    assert opened.press("Open het rapport").status == 409
    outside(readers).sees("mag dit rapport zelf niet meer zien")
    tom = readers.sign_in(TOM)
    assert tom.open(mine).status == 409
    assert tom.open(SHARE).status in (403, 404)
    assert readers.count(ShareOpening) == 0 and readers.ask(lambda: reader.get(Share, share_id)) is not None


def test_what_could_not_be_made_was_not_taken(readers: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    passed_on(readers)
    monkeypatch.setattr(papers, "of", lambda *_: None)
    assert outside(readers).choose("read", "yes").press("Open het rapport").status == 409
    assert readers.count(ShareOpening) == 0 and only(readers).acknowledged_at is None


def test_the_page_of_a_link_says_how_it_stands(readers: Portal) -> None:
    passed_on(readers).sees("De link is onderweg")
    here = f"/gedeeld/{only(readers).id}"
    outside(readers).choose("read", "yes").press("Open het rapport")
    readers.sign_in(TOM).open(here).sees("Het rapport is geopend").sees_not("onderweg")
    readers.later(days=sharing.LASTS.days + 1)
    readers.sign_in(TOM).open(here).sees("De link is voorbij").sees_not("onderweg")


def test_after_two_years_it_is_forgotten(readers: Portal) -> None:
    passed_on(readers)
    outside(readers).choose("read", "yes").press("Open het rapport")
    readers.later(days=retention.SHARE.days)
    with readers.opened():
        assert sharing.forget_what_is_over() == 0
    readers.later(seconds=120)
    with readers.opened():
        assert sharing.forget_what_is_over() == 1
    assert readers.count(Share) == readers.count(ShareOpening) == 0


def test_nobody_mails_the_world_through_the_portal(readers: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sharing, "MOST_LINKS", 2)
    for _ in range(2):
        passed_on(readers).sees("De link is onderweg")
    page = passed_on(readers)
    assert page.status == 422 and list(page.faults()) == ["kind"]
    readers.later(days=1)
    passed_on(readers).sees("De link is onderweg")


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"purpose": "Win een fiets op https://kwaad.example"}, "purpose"),
        ({"recipient": "Kim www.kwaad.example"}, "recipient"),
        ({"purpose": "Log in op tekenpoort-login.nl/x om het te zien"}, "purpose"),
        ({"recipient_organisation": f"School {mark_of(7)}"}, "recipient_organisation"),
    ],
)
def test_a_mail_of_ours_leads_to_the_report_alone_and_a_file_bears_one_mark(
    readers: Portal, typed: dict[str, str], field: str
) -> None:
    page = passed_on(readers, **typed)
    assert page.status == 422 and list(page.faults()) == [field]


def test_an_address_that_was_left_in_a_box_that_is_not_asked_gets_no_mail(readers: Portal) -> None:
    passed_on(readers, "pdf")
    assert only(readers).recipient_email == ""
    readers.sign_in(TOM).open(f"/gedeeld/{only(readers).id}/terugvragen").fill(why="Verkeerd.").press("Terugvragen")
    assert readers.mails(KIM.email) == []


def test_a_blocked_sender_lets_nobody_in_whatever_the_product_asks(readers: Portal) -> None:
    readers.do(lambda session: setattr(session.query(Product).one(), "conditions", ["terms"]))
    passed_on(readers)
    readers.do(lambda session: session.query(Person).filter_by(email=TOM.email).update({"blocked_at": readers.moment}))
    outside(readers).sees("mag dit rapport zelf niet meer zien")


def test_a_link_is_not_opened_without_end(readers: Portal) -> None:
    readers.app.config["RATELIMIT_ENABLED"] = True
    passed_on(readers)
    kim = outside(readers)
    path, sent = kim.choose("read", "yes").would_send("Open het rapport")
    answers = [kim.post(path, {**dict(sent), "read": ""}).status for _ in range(21)]
    readers.app.config["RATELIMIT_ENABLED"] = False
    assert answers[-1] == 429 and set(answers[:-1]) == {422}


def test_the_same_form_with_something_else_in_it_says_so(readers: Portal) -> None:
    page = readers.sign_in(TOM).open(SHARE).choose("whom", "another").choose("kind", "pdf").choose("group", "school")
    path, sent = page.fill(**FOR_KIM).would_send(READY)
    page.post(path, dict(sent))
    others = {
        "recipient": "Iemand anders",
        "recipient_organisation": "De krant",
        "group": "board",
        "purpose": "Iets anders.",
    }
    for name, value in others.items():
        assert page.post(path, {**dict(sent), name: value}).status == 409, name
    assert page.post(path, {**dict(sent), "whom": "myself"}).status == 409
    assert page.post(path, dict(sent)).status == 302
    assert readers.count(Share) == 1


def test_pressing_twice_passes_on_once(readers: Portal) -> None:
    page = readers.sign_in(TOM).open(SHARE).choose("whom", "another").choose("kind", "link").choose("group", "school")
    page.fill(**FOR_KIM, recipient_email=KIM.email)
    path, sent = page.would_send(READY)
    answers = {page.post(path, dict(sent)).response.headers["Location"] for _ in range(3)}
    assert answers == {f"/gedeeld/{only(readers).id}"}
    assert readers.count(Share) == 1
    assert len(readers.mails(KIM.email)) == 1


# --- The ledger of shares ----------------------------------------------------------------------------------------


def test_the_person_the_school_and_the_rights_holders_see_it_and_nobody_else(readers: Portal) -> None:
    passed_on(readers)
    address = f"/gedeeld/{only(readers).id}"
    readers.sign_in(TOM).open("/gedeeld").sees("1 keer gedeeld", KIM.name, "Medezeggenschapsraad")
    readers.sign_in(EVA).open("/gedeeld/scholen").sees("1 keer gedeeld", TOM.name).follow("D-1").sees(WHY)
    readers.sign_in(LOTTE).open(f"/gedeeld/product/{PRODUCT}").sees("Per groep", TOM.name)
    for someone in (BAS, IRIS, SANNE):
        browser = readers.sign_in(someone)
        for each in (address, f"{address}/bestand", f"{address}/terugvragen", f"/gedeeld/product/{PRODUCT}"):
            assert browser.open(each).status == 404, (someone, each)
    lotte = readers.sign_in(LOTTE).open(f"/gedeeld/product/{PRODUCT}/lijst.csv")
    assert only(readers).mark in lotte.response.data.decode("utf-8-sig")


def test_the_list_is_searched_sorted_and_filtered(readers: Portal) -> None:
    passed_on(readers)
    taken(readers, "xlsx")
    tom = readers.sign_in(TOM).open("/gedeeld").sees("2 keer gedeeld")
    tom.open("/gedeeld?q=medezeggenschap").sees("1 keer gedeeld")
    tom.open("/gedeeld?state=own").sees("1 keer gedeeld", "eigen gebruik")
    tom.open("/gedeeld?state=waiting&sort=whom").sees("1 keer gedeeld", "nog niet geopend")
    tom.open("/gedeeld?q=niemand").sees("Niets gevonden")


def test_names_stand_in_no_line_of_the_ledger(readers: Portal) -> None:
    passed_on(readers)
    told = readers.ask(lambda: [str(each.detail) + each.subject for each in reader.query(Entry).filter_by(act="share")])
    assert told and not any(KIM.name in each or KIM.email in each or TOM.name in each for each in told)


def test_what_somebody_changes_or_deletes_past_the_portal_is_found_by_verify(readers: Portal) -> None:
    passed_on(readers)
    assert found(readers) == []
    readers.do(lambda session: session.query(Share).update({"group": "ocw"}))
    assert found(readers) == ["is iets anders dan het logboek zegt"]
    readers.do(lambda session: session.query(Share).delete())
    assert found(readers) == ["deelde een rapport waarvan niets meer is bewaard"]


# --- Where a file came from --------------------------------------------------------------------------------------


def test_a_rights_holder_learns_whose_file_it_is_by_the_page_and_the_operator_by_the_command(
    readers: Portal, tmp_path: Path
) -> None:
    passed_on(readers, "pdf")
    content = readers.sign_in(TOM).open(f"/gedeeld/{only(readers).id}/bestand").response.data
    lotte = readers.sign_in(LOTTE).open("/rechthebbenden").follow("Waar komt dit vandaan?")
    lotte.upload("file", content, "gelekt.pdf").press("Zoek op").sees("D-1", TOM.name, KIM.name)
    lotte.open("/rechthebbenden/herkomst").fill(mark=only(readers).mark.lower()).press("Zoek op").sees("D-1")
    file = tmp_path / "gelekt.pdf"
    file.write_bytes(content)
    environ = {"TEKENPOORT_DATA": str(readers.settings.data), "TEKENPOORT_DATABASE_URL": readers.settings.database_url}
    said = CliRunner().invoke(command, ["trace", str(file)], env=environ)
    assert "D-1" in said.output and KIM.name in said.output and said.exit_code == 0, said.output


def test_a_file_without_a_mark_or_of_another_product_tells_nothing(readers: Portal) -> None:
    lotte = readers.sign_in(LOTTE)
    lotte.open("/rechthebbenden/herkomst").upload("file", b"gewone tekst", "x.txt").press("Zoek op").sees(
        "staat geen merk"
    )
    assert lotte.open("/rechthebbenden/herkomst").press("Zoek op").status == 422
    assert lotte.open("/rechthebbenden/herkomst").fill(mark="TP-0000").press("Zoek op").status == 422
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/sheet.xml", b"0" * (64 * 2**20))
    lotte.open("/rechthebbenden/herkomst").upload("file", bomb.getvalue(), "bom.xlsx").press("Zoek op")
    assert lotte.status in (200, 422)
    assert readers.sign_in(TOM).open("/rechthebbenden/herkomst").status == 404


def test_a_share_that_somebody_else_made_is_not_taken_over_by_its_id(readers: Portal) -> None:
    accepted_terms(readers, ANN)
    passed_on(readers)
    page = readers.sign_in(ANN).open(SHARE)
    page.choose("whom", "myself").choose("kind", "pdf").fill(purpose=WHY, share_id=str(only(readers).id))
    assert page.press(READY).status == 404


def pages_of(content: bytes) -> list[str]:
    from pypdf import PdfReader

    return [each.extract_text() for each in PdfReader(io.BytesIO(content)).pages]


def _sheets(content: bytes) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        names = [each for each in book.namelist() if each.startswith("xl/worksheets/")]
        return [book.read(each).decode() for each in names]


def _saved(pdf: pikepdf.Pdf, **how: object) -> bytes:
    out = io.BytesIO()
    pdf.save(out, **how)
    return out.getvalue()


def test_the_name_of_the_sender_leads_nowhere_either(readers: Portal) -> None:
    def named_as_bait(session: Any) -> None:
        session.query(Person).filter_by(email=TOM.email).one().name = "Zie kwaad.example"

    readers.do(named_as_bait)
    page = passed_on(readers)
    assert page.status == 422 and list(page.faults()) == ["kind"]


def test_the_moment_is_that_of_the_share(readers: Portal) -> None:
    taken(readers)
    readers.later(days=3)
    content = readers.sign_in(TOM).open(f"/gedeeld/{only(readers).id}/bestand").response.data
    assert "23 november 2026" in pages_of(content)[0]
    assert only(readers).made_at.date() == dt.date(2026, 11, 23)


@pytest.mark.parametrize("kind", ["pdf", "xlsx", "csv"])
def test_a_card_with_an_own_ambition_goes_along_with_it(readers: Portal, kind: str) -> None:
    readers.sign_in(EVA).open(f"{REPORT}/ambitie").fill(fundamental="97,5", target="62").press("Opslaan")
    content = taken(readers, kind).follow("Download het bestand").response.data
    texts = (
        pages_of(content) if kind == "pdf" else _sheets(content) if kind == "xlsx" else [content.decode("utf-8-sig")]
    )
    assert any("97,5%" in text for text in texts) and any("62%" in text for text in texts)
