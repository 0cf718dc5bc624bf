"""Suppliers' own reports: published for who is named, opened behind the gate, replaced and withdrawn."""

import datetime as dt
import uuid

import pytest

from portal.database import reader
from portal.offers.tables import Product
from portal.parties import retention
from portal.parties.tables import Membership
from portal.record.ledger import Entry
from portal.reports import own_announcing, own_recipients, own_reports
from portal.reports.own_tables import OwnReport, OwnReportFile, OwnReportOpening, OwnReportRecipient
from tests.builders import (  # fmt: skip
    A_PDF,
    ANN,
    EVA,
    IRIS,
    OTHER_SCHOOL,
    OURS,
    PRODUCT,
    SANNE,
    SCHOOL,
    THEIRS,
    TOM,
    Portal,
    Someone,
    a_role,
    accepted_terms,
)
from tests.own_reports import (  # fmt: skip
    A_PAGE,
    FOR_SCHOOL,
    NEW,
    OVERVIEW,
    TITLE,
    a_publisher,
    a_report,
    a_workbook,
    chosen,
    filled,
    published,
)
from tests.suppliers import KIM, the_supplier
from workflows.vocabulary import Role


@pytest.fixture
def readers(in_force: Portal) -> Portal:
    """Tom accepted the terms: his school's reports are open to him."""
    accepted_terms(in_force, TOM)
    return in_force


def file_of(report_id: uuid.UUID, code: str = SCHOOL) -> str:
    return f"/rapporten/{PRODUCT}/{code}/eigen/{report_id}/bestand"


# --- From the supplier to the school -----------------------------------------------------------------------------


def test_a_supplier_publishes_a_pdf_and_the_school_that_is_named_reads_it(readers: Portal) -> None:
    kim = a_publisher(readers).open("/leverancier").follow("Eigen rapporten")
    kim.sees("Nog geen rapporten").follow("Rapport publiceren").upload("file", A_PDF, "doorstroom.pdf").press(
        "Nakijken"
    )
    filled(kim.sees("doorstroom.pdf", "Stap 2 van 2")).press("Publiceren")
    kim.sees("Het rapport is gepubliceerd.", TITLE, "1 bestuur of vestiging", "door 0 personen")
    tom = readers.sign_in(TOM).open(f"/rapporten/{PRODUCT}/{SCHOOL}").follow("Er is 1 rapport van")
    tom.sees(TITLE, "1 januari 2026 tot en met 30 juni 2026", "2026-1").follow(TITLE)
    tom.sees("Dit rapport bevat geen persoonsgegevens.").follow("Open de PDF")
    assert (tom.response.mimetype, tom.response.data) == ("application/pdf", A_PDF)
    assert "inline" in tom.response.headers["Content-Disposition"]
    kim.open(OVERVIEW).follow(TITLE).sees("door 1 persoon")
    assert readers.findings() == ()


def test_a_spreadsheet_is_a_download_with_the_same_bytes(readers: Portal) -> None:
    sheet = a_workbook()
    report = a_report(readers, sheet)
    tom = readers.sign_in(TOM).open(f"{FOR_SCHOOL}/{report}").follow("Spreadsheet downloaden")
    assert tom.response.data == sheet
    assert tom.response.headers["Content-Disposition"] == 'attachment; filename="doorstroom.xlsx"'


def test_a_page_of_the_web_stands_in_a_closed_frame_and_comes_with_its_own_lock(readers: Portal) -> None:
    report = a_report(readers, A_PAGE)
    tom = readers.sign_in(TOM).open(f"{FOR_SCHOOL}/{report}")
    (frame,) = tom.all("iframe")
    assert (frame.get("sandbox"), frame.get("src")) == ("", file_of(report))
    tom.open(file_of(report))
    assert tom.response.data == A_PAGE
    assert tom.response.headers["Content-Type"] == "text/html; charset=utf-8"
    lock = tom.response.headers["Content-Security-Policy"]
    assert lock.startswith("sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:;")
    assert "allow-" not in lock
    assert tom.response.headers["X-Content-Type-Options"] == "nosniff"


def test_a_board_that_is_named_means_all_its_schools_and_nobody_else(readers: Portal) -> None:
    accepted_terms(readers, IRIS)
    report = a_report(readers, organisations=f"{OURS} Stichting Voorbeeld")
    accepted_terms(readers, ANN)
    ann, iris = readers.sign_in(ANN), readers.sign_in(IRIS)
    for code in (SCHOOL, OTHER_SCHOOL):
        assert ann.send("GET", file_of(report, code)).status == 200
    assert iris.send("GET", file_of(report)).status == 404
    assert iris.send("GET", file_of(report, "03LN00")).status == 404


def test_a_report_for_all_opens_for_every_school_whose_gate_is_open(readers: Portal) -> None:
    report = a_report(readers, for_whom="all", organisations="")
    assert readers.sign_in(TOM).send("GET", file_of(report)).status == 200
    assert readers.sign_in(IRIS).send("GET", file_of(report, "03LN00")).status == 403


def test_a_school_that_is_not_named_finds_nothing(readers: Portal) -> None:
    report = a_report(readers, organisations=OTHER_SCHOOL)
    tom = readers.sign_in(TOM)
    assert "rapport van" not in tom.open(f"/rapporten/{PRODUCT}/{SCHOOL}").text
    tom.open(FOR_SCHOOL).sees("Nog geen rapporten")
    for address in (f"{FOR_SCHOOL}/{report}", file_of(report), file_of(report, OTHER_SCHOOL)):
        assert tom.send("GET", address).status == 404


@pytest.mark.row(13, "a supplier's own report")
def test_the_gate_that_lapses_shuts_the_list_the_page_and_the_file_at_once(readers: Portal) -> None:
    report = a_report(readers)
    tom = readers.sign_in(TOM)
    addresses = (FOR_SCHOOL, f"{FOR_SCHOOL}/{report}", file_of(report))
    assert [tom.send("GET", each).status for each in addresses] == [200, 200, 200]
    conditions = readers.ask(lambda: reader.query(Product).one().conditions)
    readers.do(lambda session: setattr(session.query(Product).one(), "conditions", [*conditions, "agreement"]))
    for each in addresses:
        assert tom.send("GET", each).status == 403
        tom.sees("De poort is nog dicht")


def test_who_reads_is_counted_once_and_not_named_to_the_supplier(readers: Portal) -> None:
    report = a_report(readers)
    tom = readers.sign_in(TOM)
    for _ in range(3):
        tom.open(file_of(report))
    assert readers.count(OwnReportOpening) == 1
    tom.open(f"{FOR_SCHOOL}/{report}").sees("Wij onthouden 24 maanden dat en wanneer u", "alleen hoeveel personen")
    readers.sign_in(KIM).open(f"/leverancier/rapporten/{report}").sees("door 1 persoon").sees_not(TOM.name)


def test_who_only_publishes_is_not_counted_as_a_reader(readers: Portal) -> None:
    report = a_report(readers)
    kim = readers.sign_in(KIM).open(f"/leverancier/rapporten/{report}/bestand")
    assert kim.response.data == A_PDF
    assert readers.count(OwnReportOpening) == 0


def test_what_holds_personal_data_names_the_ground_on_which_it_may_be_shared(readers: Portal) -> None:
    kim = filled(chosen(a_publisher(readers)), personal="yes").press("Publiceren")
    assert kim.faults() == {"legal_basis": "Vul in op welke grond iemand dit rapport mag delen."}
    kim.fill(legal_basis="AVG, artikel 6, lid 1, onder e").press("Publiceren").sees("Grond om te delen: AVG, artikel 6")
    tom = readers.sign_in(TOM).open(FOR_SCHOOL).follow(TITLE)
    tom.sees("Dit rapport bevat persoonsgegevens.", "AVG, artikel 6, lid 1, onder e")


# --- Later versions, and withdrawing -----------------------------------------------------------------------------


def test_a_later_version_takes_the_place_of_the_one_before_and_begins_with_what_that_said(readers: Portal) -> None:
    first = a_report(readers)
    kim = readers.later(days=1).sign_in(KIM)
    kim.open(f"/leverancier/rapporten/{first}").follow("Een nieuwe versie publiceren")
    kim.upload("file", A_PAGE, "doorstroom.html").press("Nakijken").sees("Versie 2026-1 gaat dan dicht.")
    assert kim.values()["title"] == [TITLE]
    kim.fill(version="2026-1").press("Publiceren")
    assert kim.faults() == {"version": "Versie 2026-1 is er al. Geef deze een ander nummer."}
    kim.fill(version="2026-2").press("Publiceren").sees("Alle versies", "vervangen")
    tom = readers.sign_in(TOM)
    assert tom.send("GET", file_of(first)).status == 404
    tom.open(f"{FOR_SCHOOL}/{first}").sees("Van dit rapport is er een nieuwere versie").follow("Open versie 2026-2")
    assert tom.all("iframe")
    assert readers.findings() == ()


def test_administrators_of_who_is_named_hear_of_each_version_once_and_nobody_of_one_for_all(readers: Portal) -> None:
    """The school has no administrator of its own: its board's hear of it."""
    new, later = "Nieuw rapport van Voorbeeldleverancier", "Nieuwe versie van Voorbeeldleverancier"

    def heard(someone: Someone) -> tuple[int, int]:
        subjects = readers.mails(someone.email)
        return sum(each.startswith(new) for each in subjects), sum(each.startswith(later) for each in subjects)

    kim = a_publisher(readers)
    report_id = published(readers, kim, organisations=f"{SCHOOL}\n{OURS}")
    assert heard(EVA) == (0, 0), "the worker does it"
    readers.work()
    assert (heard(EVA), heard(TOM), heard(IRIS)) == ((1, 0), (0, 0), (0, 0))
    letter = readers.letter(EVA.email, new)
    assert TITLE in letter and "1 januari 2026 tot en met 30 juni 2026" in letter and "Naar de rapporten" in letter
    assert readers.mailed_link(EVA.email, new) == "/rapporten"
    with readers.opened():
        own_announcing.announce(report_id)  # as after a worker that was killed
    readers.later(minutes=5)
    kim.open(f"/leverancier/rapporten/{report_id}").follow("Een nieuwe versie publiceren")
    kim.upload("file", A_PDF, "doorstroom.pdf").press("Nakijken").fill(version="2026-2").press("Publiceren")
    readers.work()
    published(readers, kim, title="Voor allen", for_whom="all", organisations="")
    readers.work()
    assert heard(EVA) == (1, 1)
    assert readers.findings() == ()


def test_a_report_that_was_withdrawn_before_the_worker_came_is_told_to_nobody(readers: Portal) -> None:
    kim = a_publisher(readers)
    report_id = published(readers, kim)
    kim.open(f"/leverancier/rapporten/{report_id}/intrekken").fill(why="De cijfers kloppen niet.")
    kim.press("Ja, intrekken")
    readers.work()
    assert not [each for each in readers.mails(EVA.email) if each.startswith("Nieuw rapport")]


def test_a_withdrawn_report_is_shut_at_once_and_says_why(readers: Portal) -> None:
    report = a_report(readers)
    tom, kim = readers.sign_in(TOM), readers.sign_in(KIM)
    assert tom.send("GET", file_of(report)).status == 200
    kim.open(f"/leverancier/rapporten/{report}").follow("Dit rapport intrekken").press("Ja, intrekken")
    assert kim.faults() == {"why": "Schrijf op waarom. De scholen lezen dit waar het rapport stond."}
    kim.fill(why="De telling van groep 8 klopt niet.").press("Ja, intrekken").sees("ingetrokken", "klopt niet")
    assert tom.send("GET", file_of(report)).status == 404
    tom.open(f"{FOR_SCHOOL}/{report}").sees("trok dit rapport in", "De telling van groep 8 klopt niet.")
    tom.open(FOR_SCHOOL).sees("Nog geen rapporten")
    acts = readers.ask(lambda: [each.act for each in reader.query(Entry).filter_by(subject=f"own_report:{report}")])
    assert acts == ["publish_report", "withdraw_report"]
    assert readers.findings() == ()


def test_pressing_twice_publishes_and_withdraws_once(readers: Portal) -> None:
    kim = filled(chosen(a_publisher(readers)))
    address, fields = kim.would_send("Publiceren")
    for _ in range(2):
        assert kim.post(address, dict(fields.items())).status == 302
    report = readers.ask(lambda: reader.query(OwnReport).one().id)
    for _ in range(2):
        assert kim.post(f"/leverancier/rapporten/{report}/intrekken", {"why": "Fout"}).status == 302
    assert readers.count(Entry, subject=f"own_report:{report}") == 2


def test_the_service_desk_publishes_in_the_place_of_the_supplier(readers: Portal) -> None:
    published(readers, readers.sign_in(SANNE))
    assert readers.ask(lambda: reader.query(OwnReport).one().organisation.name) == "Servicedesk"


# --- The overview ------------------------------------------------------------------------------------------------


def test_the_overview_is_searched_filtered_sorted_and_saved(readers: Portal) -> None:
    kim = a_publisher(readers)
    for number in range(6):
        published(readers.later(minutes=1), kim, title=f"Rapport {number}", version=f"{number}")
    published(readers.later(minutes=1), kim, a_workbook(), title="=Som", organisations=f"{OURS}\n{THEIRS}")
    kim.open(OVERVIEW).sees("7 rapporten", "28849, 31189")
    kim.open(f"{OVERVIEW}?q={THEIRS}").sees("1 rapport", "=Som").sees_not("Rapport 3")
    kim.open(f"{OVERVIEW}?kind=xlsx").sees("=Som").sees_not("Rapport 3")
    kim.open(f"{OVERVIEW}?state=withdrawn").sees("Niets gevonden")
    lines = kim.open(f"{OVERVIEW}.csv?sort=title").response.get_data().decode("utf-8-sig").splitlines()
    assert len(lines) == 8
    assert lines[1].startswith('"\'=Som"')
    assert f"{OURS}, {THEIRS}" in lines[1]


# --- What is not right -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("other", "field", "sentence"),
    [
        ({"organisations": "99999"}, "organisations", "Deze staan niet in het register: 99999."),
        ({"organisations": f"{OURS} {THEIRS} 00ZZ99"}, "organisations", "Deze staan niet in het register: 00ZZ99."),
        ({"organisations": "  "}, "organisations", "Vul in voor wie het rapport is"),
        ({"organisations": "De Zonnebloem"}, "organisations", "Deze staan niet in het register: DE."),
        ({"period_until-year": "2025"}, "period_until", "De laatste dag ligt voor de eerste dag."),
        ({"period_from-day": "31", "period_from-month": "2"}, "period_from", "Deze datum bestaat niet."),
        ({"period_from-day": "", "period_from-month": "", "period_from-year": ""}, "period_from", "Vul een datum in"),
        ({"title": " "}, "title", "Vul een titel in."),
        ({"title": "x" * 201}, "title", "Dit is te lang: hooguit 200 tekens."),
        ({"version": "één"}, "version", "Vul een versie in van letters"),
        ({"personal": ""}, "personal", "Kies of er persoonsgegevens in staan."),
        ({"for_whom": ""}, "for_whom", "Kies voor wie het rapport is."),
    ],
)
@pytest.mark.any_database
def test_what_is_not_right_is_said_at_its_field_and_nothing_is_lost(
    registered: Portal, other: dict[str, str], field: str, sentence: str
) -> None:
    kim = chosen(a_publisher(registered))
    kim = filled(kim, **{"title": "Blijft staan", **other}).press("Publiceren")
    faults = kim.faults()
    assert kim.status == 422
    assert list(faults) == [field]
    assert faults[field].startswith(sentence)
    if field != "title":
        assert kim.values()["title"] == ["Blijft staan"]
    assert (registered.count(OwnReport), registered.count(OwnReportFile)) == (0, 1)
    filled(kim).press("Publiceren").sees("Het rapport is gepubliceerd.")


def test_a_file_that_is_thrown_away_is_gone(registered: Portal) -> None:
    kim = chosen(a_publisher(registered)).press("Bestand weggooien").sees("Er is niets gepubliceerd.")
    assert (registered.count(OwnReport), registered.count(OwnReportFile)) == (0, 0)
    chosen(chosen(kim))
    assert registered.count(OwnReportFile) == 1


# --- Who has nothing to do with it -------------------------------------------------------------------------------


def test_others_find_none_of_it(readers: Portal) -> None:
    report = a_report(readers)
    waiting = chosen(readers.sign_in(KIM)).address
    supplier = f"/leverancier/rapporten/{report}"
    pages = [OVERVIEW, f"{OVERVIEW}.csv", NEW, supplier, f"{supplier}/bestand", f"{supplier}/intrekken"]
    pages += [f"{supplier}/nieuwe-versie", waiting, f"{waiting}/bestand"]
    for someone in (TOM, EVA, ANN, IRIS):
        browser = readers.sign_in(someone)
        assert {browser.send("GET", each).status for each in pages} == {404}, someone
        browser.open("/")
        assert {browser.post(each).status for each in (NEW, f"{supplier}/intrekken", waiting)} == {404}, someone
    for address in (FOR_SCHOOL, f"{FOR_SCHOOL}/{report}", file_of(report)):
        assert readers.sign_in(IRIS).send("GET", address).status == 404
        assert readers.sign_in(KIM).send("GET", address).status == 404
        assert readers.browser().send("GET", address).response.location.startswith("/inloggen")


def test_a_file_in_waiting_is_only_for_who_chose_it(registered: Portal) -> None:
    waiting = chosen(a_publisher(registered)).address
    assert registered.sign_in(SANNE).send("GET", waiting).status == 404


def test_who_left_the_supplier_publishes_no_more(readers: Portal) -> None:
    kim, supplier = filled(chosen(a_publisher(readers))), the_supplier(readers)
    readers.do(
        lambda session: session.query(Membership).filter_by(organisation_id=supplier).update({"status": "ended"})
    )
    assert kim.press("Publiceren").status == 404
    a_role(readers, KIM, readers.organisation(OURS), Role.READER)
    assert readers.count(OwnReport) == 0


def test_who_opened_what_is_their_own_to_see_and_forgotten_in_time_and_so_is_a_file_that_was_never_published(
    readers: Portal,
) -> None:
    tom = readers.sign_in(TOM).open(file_of(a_report(readers)))
    tom.open("/account/gegevens").sees("Rapporten van leveranciers die u opende", f"{TITLE} 2026-1")
    chosen(readers.sign_in(KIM))
    for over in (retention.UNPUBLISHED, retention.OPENING):
        assert readers.count(OwnReportOpening) == 1
        readers.moment += over
        with readers.later(minutes=1).opened():
            own_reports.forget_what_is_over()
        assert readers.count(OwnReportFile) == 0
    assert readers.count(OwnReportOpening) == 0


# --- The witness -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"title": "Anders"}, "anders dan het logboek"),
        ({"blob": "0" * 64}, "anders dan het logboek"),
        ({"for_all": True}, "anders dan het logboek"),
        ({"legal_basis": "Niets"}, "anders dan het logboek"),
        ({"why": "Zomaar"}, "nooit ingetrokken"),
        ({"until": dt.datetime(2026, 12, 1, tzinfo=dt.UTC)}, "ander moment"),
    ],
)
@pytest.mark.any_database
def test_a_report_that_was_changed_behind_our_back_is_named(
    registered: Portal, changed: dict[str, object], words: str
) -> None:
    a_report(registered)
    assert registered.findings("own_reports") == ()
    registered.do(lambda session: session.query(OwnReport).update(changed))
    assert any(words in each.what for each in registered.findings("own_reports"))


def test_a_school_that_was_added_behind_our_back_is_named(registered: Portal) -> None:
    report = a_report(registered)
    registered.do(lambda session: session.add(OwnReportRecipient(report_id=report, register_key=f"board:{THEIRS}")))
    assert any("anders dan het logboek" in each.what for each in registered.findings("own_reports"))


def test_a_name_with_commas_in_it_is_a_name(portal: Portal) -> None:
    typed = "00AH00 Het Stedelijk Kottenpark praktijkonderwijs, vmbo, havo, atheneum en gymnasium\n13622, 03KF00"
    assert portal.ask(lambda: own_recipients.read(reader(), typed)[1]) == ""
