"""Agreements under attack: what is forged, hostile, too large or too late, and what must hold all the same."""

import datetime as dt
import io
import json
import time
import uuid
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from portal import clock
from portal.cases.agreements import elsewhere, elsewhere_files, objecting, subprocessors
from portal.cases.agreements.tables import (
    AgreementEnd,
    ElsewhereUpload,
    SignedElsewhere,
    SubprocessorAnswer,
    SubprocessorNotice,
)
from portal.cases.offering import making, withdrawing
from portal.cases.offering.tables import Offer, OfferRound
from portal.cases.tables import InForce
from portal.database import reader
from portal.errors import InvalidError
from portal.offers import differences, publications
from portal.offers.agreements import files
from portal.offers.tables import Product, PublicationDraft
from portal.parties.tables import Organisation, Person
from portal.record.ledger import Entry
from tests.agreements import a_stage, a_version, case_of, offer, open_cases, published, ready_to_sign
from tests.browser import Browser
from tests.builders import (
    A_PDF,
    ANN,
    BAS,
    EVA,
    IRIS,
    LOTTE,
    OURS,
    PRODUCT,
    SAM,
    SANNE,
    THEIRS,
    Portal,
    Someone,
    a_role,
    sign,
)
from tests.suppliers import KIM, LOES, an_ended_agreement, taken_in, the_product, the_supplier
from tests.test_agreement_ends import ending_page, on
from tests.test_confirmed_elsewhere import TO_CONFIRM
from tests.test_signed_elsewhere import LINE, a_sheet, a_zip, handing_in
from tests.test_working_copy import a_template, with_part
from tests.test_working_copy import sent as use_template
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


def test_a_title_that_two_products_bear_is_taken_for_neither(registered: Portal) -> None:
    def a_namesake(session: Any) -> None:
        title = session.scalars(select(Product.title).filter_by(name=PRODUCT)).one()
        other = Organisation(kind="supplier", name="Een andere leverancier")
        session.add(other)
        session.flush()
        session.add(Product(name="anders", title=title, supplier_id=other.id, conditions=[], recipient_groups=[]))

    registered.do(a_namesake)
    browser = handing_in(registered, a_sheet([OURS, "Onderwijsresultatenmonitor", *LINE[2:]]), a_zip())
    assert browser.status == 422
    browser.sees("Dit product kennen wij niet, of is niet van u.")
    handing_in(registered, a_sheet(LINE), a_zip()).sees("Wilt u deze overeenkomsten vastleggen?")


@pytest.mark.parametrize("content", [b"a;b\n" + b"\n" * 20_000_000, b";" * 20_000_000])
def test_a_sheet_of_many_megabytes_keeps_nobody_waiting(content: bytes) -> None:
    began = time.process_time()
    with pytest.raises(InvalidError) as refused:
        elsewhere_files.lines_of(content)
    assert refused.value.fields == {"sheet": "Deze spreadsheet is te groot: hooguit 2 MB."}
    assert time.process_time() - began < 1


@pytest.mark.parametrize("someone", [KIM, SANNE])
def test_a_board_hears_of_every_agreement_that_somebody_else_says_it_signed(
    registered: Portal, someone: Someone
) -> None:
    a_role(registered, KIM, the_supplier(registered), Role.ADMINISTRATOR)
    a_role(registered, LOES, registered.organisation(OURS), Role.ADMINISTRATOR)
    handing_in(registered, a_sheet(LINE), a_zip(), someone).press("Alles vastleggen").sees("is vastgelegd")
    subject = TO_CONFIRM if someone is KIM else TO_CONFIRM.replace("Klopt dit? Een", "Vastgelegd: een")
    for each in (ANN, LOES):
        assert registered.mails(each.email).count(subject) == 1
    assert someone.name in registered.letter(LOES.email, subject)
    assert subject not in registered.mails(IRIS.email)


# --- Templates of working copies ---------------------------------------------------------------------------------

RELATIONS = "word/_rels/document.xml.rels"
A_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
A_PICTURE = f'<Relationship Id="r9" Type="{A_RELATION}/image" Target="http://127.0.0.1/%s" TargetMode="%s"/>'
A_FIELD = '<w:p><w:fldSimple w:instr=" %s http://127.0.0.1/x "/></w:p>'
SPLIT = "".join(
    f"<w:r>{each}</w:r>"
    for each in (
        '<w:fldChar w:fldCharType="begin"/>',
        "<w:instrText>INCLUDE</w:instrText>",
        "<w:instrText>PICTURE http://127.0.0.1/x</w:instrText>",
        '<w:fldChar w:fldCharType="end"/>',
    )
)


def template_with(part: str, before: str, more: str) -> bytes:
    """A template in which this was written before that, in one of its parts."""
    template = a_template("{{ title }}")
    with zipfile.ZipFile(io.BytesIO(template)) as file:
        text = file.read(part).decode()
    return with_part(part, text.replace(before, more + before, 1).encode(), template=template)


@pytest.mark.parametrize(
    "relation",
    [
        A_PICTURE % ("x.png", "External"),
        A_PICTURE % ("hyperlink", "External"),
        A_PICTURE % ("a>b", "External"),
        A_PICTURE % ("x.png", "&#69;xternal"),
        A_PICTURE.replace("<R", "<p:R").replace("Id=", 'xmlns:p="urn:p" Id=') % ("x.png", "External"),
        f'<Relationship Id="r9" Type="{A_RELATION}/aFChunk" Target="x.html"/>',
    ],
)
def test_a_template_that_fetches_something_is_refused_however_it_is_spelt(registered: Portal, relation: str) -> None:
    browser = use_template(registered, template_with(RELATIONS, "</Relationships>", relation))
    assert (browser.status, list(browser.faults())) == (422, ["file"])


@pytest.mark.parametrize(
    "field",
    [
        A_FIELD % "INCLUDEPICTURE",
        A_FIELD % "includetext",
        A_FIELD % "INCLUDE&#80;ICTURE",
        A_FIELD % "{{ 'INCLUDE' ~ 'PICTURE' }}",
        f"<w:p>{SPLIT}</w:p>",
    ],
)
def test_no_field_of_a_template_fetches_anything_however_it_is_spelt(registered: Portal, field: str) -> None:
    browser = use_template(registered, template_with("word/document.xml", "<w:p>", field))
    assert (browser.status, list(browser.faults())) == (422, ["file"])


def test_a_template_with_page_numbers_and_links_is_used(registered: Portal) -> None:
    link = A_PICTURE.replace("/image", "/hyperlink") % ("leveranciers", "External")
    template = template_with(RELATIONS, "</Relationships>", link)
    with zipfile.ZipFile(io.BytesIO(template)) as file:
        text = file.read("word/document.xml").decode()
    field = A_FIELD % "PAGE \\* MERGEFORMAT" + A_FIELD % "HYPERLINK"
    template = with_part("word/document.xml", text.replace("<w:p>", f"{field}<w:p>", 1).encode(), template=template)
    use_template(registered, template).sees("Dit sjabloon wordt nu gebruikt.")


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


# --- Versions that overtake each other -----------------------------------------------------------------------------


def test_a_version_that_was_replaced_while_a_round_runs_is_offered_to_nobody_any_more(registered: Portal) -> None:
    a_stage(registered)
    boards = [registered.organisation(each) for each in (OURS, THEIRS)]
    sam, first = registered.visitor(SAM), published(registered)
    with registered.later(seconds=1).opened():
        making.ask(uuid.uuid4(), first, boards, deadline=None, by=sam)
    registered.later(days=1)
    a_version(registered, "2027-01")
    registered.work()
    told = registered.ask(lambda: {(each.skipped, each.case_id) for each in reader.scalars(select(Offer))})
    assert told == {("outdated", None)}
    page = registered.sign_in(SAM).open(
        f"/aanbod/ronde/{registered.ask(lambda: reader.scalars(select(OfferRound.id)).one())}"
    )
    page.sees("kreeg deze versie niet meer: er was intussen een nieuwere")


def test_signing_an_older_version_takes_nothing_from_a_newer_one_that_is_to_begin(registered: Portal) -> None:
    a_stage(registered)
    begins = registered.moment.date() + dt.timedelta(days=40)

    def publish(session: Any) -> None:
        text = files.read(json.dumps({**SHIPPED, "version": "2027-01"}))
        product = the_product(registered)
        publications.publish(session, product, text, since=begins, grace_days=0, by=None, kind="processor_agreement")

    registered.do(publish)
    for version in ("2027-01", "2026-11"):
        offer(registered, OURS, version=version)
        case_id = case_of(registered, version=version)
        ready_to_sign(registered, case_id)
        for each in (ANN, BAS, SAM):
            sign(registered, case_id, each)
        registered.work()
    rows = registered.ask(lambda: list(reader.scalars(select(InForce).filter_by(kind="processor_agreement"))))
    moments = {each.version: (each.since < clock.start_of(begins), each.until) for each in rows}
    assert moments == {"2026-11": (True, clock.start_of(begins)), "2027-01": (False, None)}
    assert [each for each in registered.findings() if each.kind == "in_force"] == []


def test_a_version_withdrawn_for_all_by_two_presses_is_withdrawn_once(registered: Portal) -> None:
    offer(a_stage(registered), OURS)
    sam, first = registered.visitor(SAM), published(registered)
    for _ in range(2):
        with registered.opened():
            withdrawing.withdraw_all(first, words="Er staat een fout in.", by=sam)
    assert registered.count(Entry, act="withdraw_offers") == 1
    registered.later(days=1)
    offer(registered, OURS)
    with registered.opened():
        withdrawing.withdraw_all(first, words="Toch niet.", by=sam)
    assert (registered.count(Entry, act="withdraw_offers"), open_cases(registered)) == (2, [])


# --- Many of them ------------------------------------------------------------------------------------------------


def many_answers(portal: Portal, many: int, **said: Any) -> None:
    """So many notices of long ago, of which this board said this."""
    board, product, supplier = portal.organisation(OURS), the_product(portal), the_supplier(portal)
    kim, long_ago = portal.visitor(KIM), portal.moment - dt.timedelta(days=400)
    row = {"task": "Mail", "data": "Adressen", "country": "Nederland", "in_eea": "yes", "announced_by": kim.person_id}

    def put(session: Any) -> None:
        agreement = session.scalars(select(SignedElsewhere.id)).one()
        for number in range(many):
            notice = SubprocessorNotice(
                product_id=product, organisation_id=supplier, name=f"Oud {number}", effective_at=long_ago, **row
            )
            answer = {"board_id": board, "agreement_id": agreement, "consent": "general", "closes_at": long_ago}
            answer["begins_at"] = long_ago
            notice.answers = [SubprocessorAnswer(**answer, **said)]
            session.add(notice)

    portal.do(put)


@pytest.mark.parametrize("said", ["", "agreed", "objected"])
def test_what_is_long_over_hides_no_new_sub_processor_from_the_list_of_tasks(registered: Portal, said: str) -> None:
    taken_in(registered)
    a_role(registered, KIM, the_supplier(registered), Role.ADMINISTRATOR)
    a_role(registered, LOES, registered.organisation(OURS), Role.ADMINISTRATOR)
    many_answers(registered, objecting.MOST_WAITING + 10, answer=said)
    row = {"name": "Nieuw B.V.", "task": "Mail", "data": "Adressen", "country": "Nederland", "in_eea": "yes"}
    product, kim = the_product(registered), registered.visitor(KIM)
    day = registered.moment.date() + dt.timedelta(days=60)
    with registered.opened():
        subprocessors.announce(product, row, effective_on=day, by=kim)
    registered.sign_in(LOES).open("/").sees("Subverwerker Nieuw B.V.")


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


# --- Somebody else's ---------------------------------------------------------------------------------------------


def test_nobody_reaches_anothers_agreement_notice_or_upload_through_an_address_of_their_own(registered: Portal) -> None:
    an_ended_agreement(registered)
    a_role(registered, IRIS, registered.organisation(THEIRS), Role.ADMINISTRATOR)
    ours, theirs = registered.organisation(OURS), registered.organisation(THEIRS)
    supplier, product, kim = the_supplier(registered), the_product(registered), registered.visitor(KIM)

    def found(session: Any) -> uuid.UUID:
        other = Organisation(kind="supplier", name="Een andere leverancier")
        session.add(other)
        session.flush()
        session.add(Product(name="anders", title="Anders", supplier_id=other.id, conditions=[], recipient_groups=[]))
        return other.id

    other = registered.do(found)
    a_role(registered, LOTTE, other, Role.ADMINISTRATOR)
    row = {"name": "Nieuw B.V.", "task": "Mail", "data": "Adressen", "country": "Nederland", "in_eea": "yes"}
    with registered.opened():
        notice = subprocessors.announce(product, row, effective_on=clock.today() + dt.timedelta(days=9), by=kim)
    agreement = registered.ask(lambda: reader.scalars(select(AgreementEnd.agreement_id)).one())
    upload = handing_in(registered, a_sheet([*LINE[:3], "2024-01-01", "2024-01-01", "2024-02-01", "ons.pdf"]), a_zip())
    pages = [
        *(
            f"/organisaties/{{own}}/overeenkomsten/{agreement}{more}"
            for more in ("", ".pdf", "/opzeggen", "/verklaring.pdf")
        ),
        *(
            f"/organisaties/{{own}}/subverwerkers/{notice}{more}"
            for more in ("", ".csv", "/intrekken", f"/besturen/{ours}")
        ),
        f"/elders-getekend/{agreement}/beeindigen",
        upload.address,
        f"/elders-getekend{upload.address.partition('/elders-getekend')[2]}",
    ]
    for someone, own, foreign in ((IRIS, theirs, ours), (LOTTE, other, supplier)):
        browser = registered.sign_in(someone)
        browser.open("/organisaties")
        for page, whose in ((page, whose) for page in pages for whose in (own, foreign)):
            address = page.format(own=whose)
            assert browser.open(address).status == 404, (someone.name, address)
            for say in ("agree", "object", "dropped", "throw_away"):
                fields = {"say": say, "words": "Zomaar.", "why": "Zomaar.", "namens": str(foreign)}
                assert browser.post(address, fields).status in (404, 405), (someone.name, address, say)
    announce = registered.sign_in(LOTTE).open(f"/organisaties/{other}/subverwerkers/nieuw")
    assert announce.status == 200
    assert announce.post(announce.address, {"product": PRODUCT, **row}).status == 404  # of another supplier
    assert registered.count(ElsewhereUpload) == 1
    assert registered.count(SubprocessorNotice) == 1


def test_no_spreadsheet_of_the_agreements_runs_what_a_supplier_wrote(registered: Portal) -> None:
    taken_in(registered)
    a_role(registered, KIM, the_supplier(registered), Role.ADMINISTRATOR)
    a_role(registered, LOES, registered.organisation(OURS), Role.ADMINISTRATOR)
    row = dict.fromkeys(("name", "task", "data", "country"), "=cmd|' /C calc'!A0") | {"in_eea": "yes"}
    product, kim, day = the_product(registered), registered.visitor(KIM), registered.moment.date()
    with registered.opened():
        subprocessors.announce(product, row, effective_on=day + dt.timedelta(days=60), by=kim)
    ours = f"/organisaties/{registered.organisation(OURS)}"
    text = registered.sign_in(LOES).open(f"{ours}/subverwerkers.csv").response.data.decode("utf-8-sig")
    assert text.count("\"'=cmd") == 4
    assert '"=' not in text
