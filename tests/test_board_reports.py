"""The reports of a board: which schools they show, how they are sorted and narrowed, and that nothing masked gets out."""

import csv
import io
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook
from pypdf import PdfReader

from portal.cases.tables import InForce
from portal.database import reader
from portal.dossier import at_the_gate
from portal.offers.tables import Product
from portal.parties import register
from portal.reports import catalogue
from portal.reports.catalogue import REPORTS
from portal.reports.overview import KINDS, SORTS, LevelLine, Line, arranged
from portal.reports.result_files import OUTCOMES
from portal.reports.results import Outcome
from portal.reports.share_tables import Share, ShareOpening
from portal.reports.sharing import FILES
from portal.reports.tables import SchoolResult
from portal.reports.trace import marks_in
from tests.browser import Browser, words_of
from tests.builders import ANN, EVA, IRIS, OURS, PRODUCT, SCHOOL, START, THEIRS, TOM, Portal, a_role, accepted_terms
from workflows.vocabulary import Role

SMALL = next(text for text, outcome in OUTCOMES.items() if outcome is Outcome.SMALL_SCHOOL)
BOARD = f"/rapporten/{PRODUCT}/bestuur/{OURS}"


def taken(page: Browser, report: str = "overzicht", kind: str = "csv") -> Browser:
    """The report of the board, taken along for one's own use."""
    page.open(f"{BOARD}/{report}").follow("Downloaden of delen")
    page.choose("whom", "myself").choose("kind", kind).fill(purpose="Voor de vergadering van het bestuur.")
    return page.press("Maak het klaar").sees("Uw bestand staat klaar").follow("Download het bestand")


def sheet(page: Browser) -> list[dict[str, str]]:
    """The rows of the overview about 1S/2F, of a file that was taken along."""
    assert page.response.mimetype == "text/csv"
    parts = page.response.data.decode("utf-8-sig").split("\r\n\r\n")
    table = next(each for each in parts if each.startswith('"Streefniveau')).split("\r\n", 1)[1]
    return list(csv.DictReader(io.StringIO(table), delimiter=";"))


def shown(page: Browser) -> list[str]:
    """The names of the schools of the overview, in order."""
    return [words_of(link) for each in page.all("th") if each.get("scope") == "row" for link in each.iter("a")]


@pytest.fixture
def open_to_ann(in_force: Portal) -> Portal:
    """Ann signs for the board, so that she acts for the schools of its declaration; she accepted the terms."""
    accepted_terms(in_force, ANN)
    return in_force


def test_who_acts_for_the_board_sees_its_schools_under_each_other(open_to_ann: Portal) -> None:
    ann = open_to_ann.sign_in(ANN).open("/rapporten").follow("Bestuursoverzicht")
    ann.sees("1S/2F naast vergelijkbare scholen", "signaleringswaarde", "Bron: Inspectie van het Onderwijs")
    name = open_to_ann.ask(lambda: register.location(SCHOOL).name)  # type: ignore[union-attr]
    ann.sees(name)
    assert any(row["School"] == name for row in sheet(taken(ann)))


def test_before_the_terms_no_school_is_shown_and_each_is_named_with_its_reason(in_force: Portal) -> None:
    ann = in_force.sign_in(ANN).open(f"{BOARD}/overzicht")
    assert ann.status == 403
    ann.sees("U kunt dit rapport nog niet zien", "U bent nog niet akkoord met de voorwaarden").sees_not("Bron:")
    assert ann.open(f"{BOARD}/overzicht/delen").status == 403


@pytest.mark.parametrize("report", ["", "/overzicht", "/positie", "/overzicht/delen", "/schoolkaart"])
def test_whoever_has_no_role_at_the_board_finds_nothing(open_to_ann: Portal, report: str) -> None:
    for someone in (TOM, IRIS):
        assert open_to_ann.sign_in(someone).open(f"{BOARD}{report}").status == 404


@pytest.mark.row(13, "a school in the reports of its board")
def test_a_school_whose_gate_is_shut_is_named_and_not_shown(open_to_ann: Portal) -> None:
    """Tom becomes privacy officer at the board: he reads at his school, and acts for no other."""
    a_role(open_to_ann, TOM, open_to_ann.organisation(OURS), Role.FINANCIAL_CONTACT)
    accepted_terms(open_to_ann, TOM)
    tom = open_to_ann.sign_in(TOM).open(f"{BOARD}/overzicht").sees("staan er niet bij", "U hebt (nog) geen rol bij")
    assert tom.status == 200
    name = open_to_ann.ask(lambda: register.location(SCHOOL).name)  # type: ignore[union-attr]
    assert [row["School"] for row in sheet(taken(tom))] == [name]
    assert "Niet opgenomen, omdat de poort voor wie dit deelde dicht is" in tom.response.data.decode("utf-8-sig")


def test_many_schools_are_judged_as_each_of_them_is(open_to_ann: Portal) -> None:
    for someone in (ANN, EVA, TOM, IRIS):
        with open_to_ann.opened():
            person, product = open_to_ann._person(someone), reader.query(Product).filter_by(name=PRODUCT).one()
            schools = [*register.locations_of(OURS), *register.locations_of(THEIRS)[:5]]
            known = {"at": START, "contact": "x"}
            for school, found in at_the_gate.verdicts(reader(), person, schools, product, **known):  # type: ignore[arg-type]
                alone = at_the_gate.verdict(reader(), person, school, product, **known)  # type: ignore[arg-type]
                assert (found.is_open, found.missing) == (alone.is_open, alone.missing)
                assert found.is_open or found == alone


def test_the_overview_is_searched_narrowed_and_sorted(open_to_ann: Portal) -> None:
    ann = open_to_ann.sign_in(ANN)
    names = shown(ann.open(f"{BOARD}/overzicht?sort=name"))
    assert len(names) > 2 and names == sorted(names, key=str.casefold)
    assert shown(ann.open(f"{BOARD}/overzicht?sort=-name")) == names[::-1]
    assert len(shown(ann.open(f"{BOARD}/overzicht?q={SCHOOL}"))) == 1
    below = shown(ann.open(f"{BOARD}/overzicht?kind=below"))
    assert set(below) < set(names)
    ann.open(f"{BOARD}/overzicht?q=qqqq").sees("Niets gevonden")


@pytest.mark.parametrize("report", ["overzicht", "positie", "csv", "xlsx", "pdf"])
def test_no_number_of_a_small_school_or_a_masked_year_gets_out(open_to_ann: Portal, report: str) -> None:
    def hide(session: object) -> None:
        row = session.query(SchoolResult).filter_by(location_code=SCHOOL).one()  # type: ignore[attr-defined]
        row.years = [[label, "*", "*", "*"] for label, *_ in row.years]
        row.outcome_fundamental = row.outcome_target = SMALL
        row.average_fundamental, row.average_target, row.pupils = "77,17", "33,13", "13"

    open_to_ann.do(hide)
    ann = open_to_ann.sign_in(ANN)
    if report in FILES:
        content = taken(ann, kind=report).response.data
        text = content.decode("utf-8-sig") if report == "csv" else " ".join(texts_of(content, report))
    else:
        text = ann.open(f"{BOARD}/{report}").response.text
    assert ann.status == 200 and "leine school" in text
    for number in ("77,17", "33,13", "77.17", "33.13"):
        assert number not in text
    if report == "csv":
        name = open_to_ann.ask(lambda: register.location(SCHOOL).name)  # type: ignore[union-attr]
        [row] = [each for each in sheet(ann) if each["School"] == name]
        assert (row["Uitkomst"], row["Percentage"], row["Trend"]) == ("Kleine school", "–", "afgeschermd")
        assert '"–";"Kleine school";"–"' in text, "nor how many pupils there were"


def test_own_schools_are_marked_among_all_with_the_table_behind_it(open_to_ann: Portal) -> None:
    ann = open_to_ann.sign_in(ANN).open(f"{BOARD}/positie").sees("Signaleringswaarde", "Afstand tot de norm")
    assert ann.response.text.count('class="chart-spot') == ann.response.text.count('<th scope="row">')
    assert 1000 < ann.response.text.count("h0M") < 6205
    ann.open(f"/rapporten/{PRODUCT}/{SCHOOL}/positie").sees("Signaleringswaarde")


def test_a_product_that_opens_nothing_for_boards_has_no_page_for_them(open_to_ann: Portal) -> None:
    def only_cards(session: object) -> None:
        session.query(Product).filter_by(name=PRODUCT).one().reports = [catalogue.SCHOOL_CARD]  # type: ignore[attr-defined]

    open_to_ann.do(only_cards)
    ann = open_to_ann.sign_in(ANN).open("/rapporten").sees_not("Alle scholen van")
    assert [ann.open(f"{BOARD}{each}").status for each in ("", "/overzicht", "/positie")] == [404] * 3


# --- Passed on -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["pdf", "xlsx", "csv"])
@pytest.mark.parametrize("report", ["overzicht", "positie", "leerlingen"])
def test_what_is_taken_along_of_a_board_bears_its_mark_everywhere(open_to_ann: Portal, report: str, kind: str) -> None:
    """R004-04"""
    open_to_ann.do(lambda session: setattr(session.query(Product).one(), "reports", [each.name for each in REPORTS]))
    content = taken(open_to_ann.sign_in(ANN), report, kind).response.data
    made = open_to_ann.ask(lambda: reader.query(Share).one())
    assert (made.report, made.subject) == (report, OURS)
    for text in [content.decode("utf-8-sig")] if kind == "csv" else texts_of(content, kind):
        assert made.mark in marks_in(text) and "Vertrouwelijk: niet verder verstrekken" in text
        assert ANN.name not in text
    assert open_to_ann.findings() == ()


def test_a_link_to_a_report_of_a_board_shows_what_its_sender_may_see_at_that_moment(open_to_ann: Portal) -> None:
    ann = open_to_ann.sign_in(ANN).open(f"{BOARD}/overzicht/delen")
    ann.choose("whom", "another").choose("kind", "link").choose("group", "board")
    ann.fill(recipient="Kim Peters", recipient_organisation="Raad van toezicht", recipient_email="kim@rvt.example")
    ann.fill(purpose="Bespreken in de raad van toezicht.").press("Maak het klaar").sees("De link is onderweg")
    kim = open_to_ann.browser().open(open_to_ann.mailed_link("kim@rvt.example", "Een rapport van"))
    kim.choose("read", "yes").press("Open het rapport")
    name = open_to_ann.ask(lambda: register.location(SCHOOL).name)  # type: ignore[union-attr]
    assert kim.response.mimetype == "application/pdf" and name.split()[0][:5] in " ".join(
        texts_of(kim.response.data, "pdf")
    )
    again = open_to_ann.browser().open(open_to_ann.mailed_link("kim@rvt.example", "Een rapport van"))
    open_to_ann.do(
        lambda session: session.query(InForce).filter_by(kind="usage_terms").update({"until": open_to_ann.moment})
    )
    assert again.choose("read", "yes").press("Open het rapport").status == 409
    assert open_to_ann.count(ShareOpening) == 1


def test_who_oversees_the_board_sees_what_was_passed_on_and_others_do_not(open_to_ann: Portal) -> None:
    taken(open_to_ann.sign_in(ANN))
    share_id = open_to_ann.ask(lambda: reader.query(Share).one().id)
    open_to_ann.sign_in(EVA).open("/gedeeld/scholen").sees("Ann de Vries")
    assert open_to_ann.sign_in(EVA).open(f"/gedeeld/{share_id}").status == 200
    for someone in (TOM, IRIS):
        assert open_to_ann.sign_in(someone).open(f"/gedeeld/{share_id}").status == 404
        assert open_to_ann.sign_in(someone).send("GET", f"/gedeeld/{share_id}/bestand").status == 404


def test_a_report_that_is_not_of_a_board_is_not_shared_as_one(open_to_ann: Portal) -> None:
    ann = open_to_ann.sign_in(ANN)
    for wrong in (
        f"{BOARD}/schoolkaart/delen",
        f"{BOARD}/driejaarstrend/delen",
        f"/rapporten/{PRODUCT}/{SCHOOL}/overzicht/delen",
    ):
        assert ann.send("GET", wrong).status == 404, wrong


def texts_of(content: bytes, kind: str) -> list[str]:
    """What stands on each page, or sheet."""
    if kind == "pdf":
        return [each.extract_text() for each in PdfReader(io.BytesIO(content)).pages]
    book = load_workbook(io.BytesIO(content))
    return ["\n".join(str(cell.value) for row in each.iter_rows() for cell in row) for each in book.worksheets]


# --- Pure: sorted and narrowed -----------------------------------------------------------------------------------

percentages = st.none() | st.decimals(0, 100, places=2)
levels = st.builds(LevelLine, st.sampled_from(Outcome), percentages, percentages, percentages, percentages)
lines = st.builds(
    Line,
    code=st.text("0123456789ABC", min_size=6, max_size=6),
    name=st.text(max_size=8),
    place=st.text(max_size=8),
    weight=st.none() | st.decimals(20, 40, places=2),
    pupils=st.none() | st.integers(0, 500),
    fundamental=levels,
    target=levels,
    trend=st.none() | st.decimals(-100, 100, places=2),
    masked=st.booleans(),
)


@given(st.lists(lines, max_size=12), st.sampled_from(sorted(SORTS)), st.booleans())
def test_sorting_keeps_every_school_and_puts_what_is_not_known_last(some: list[Line], sort: str, down: bool) -> None:
    found = arranged(some, sort=sort, descending=down)
    assert sorted(map(id, found)) == sorted(map(id, some))
    keys = [SORTS[sort](each) for each in found]
    known = [each for each in keys if each is not None]
    assert keys[: len(known)] == known
    assert known == sorted(known, reverse=down)


@given(st.lists(lines, max_size=12), st.sampled_from(["", *KINDS]), st.text(max_size=2))
def test_narrowing_keeps_exactly_what_was_asked(some: list[Line], kind: str, text: str) -> None:
    found = arranged(some, text=text, kind=kind)
    for each in some:
        asked = kind in ("", each.kind) and text.casefold() in f"{each.name} {each.place} {each.code}".casefold()
        assert (each in found) == asked
    assert sum(len(arranged(some, kind=each)) for each in KINDS) == len(some)


@given(levels)
def test_a_distance_is_the_average_less_the_norm(level: LevelLine) -> None:
    if level.average is None or level.signal is None:
        assert level.distance is None
    else:
        assert level.signal + Decimal(level.distance) == level.average  # type: ignore[arg-type]
