"""Processor agreements from draft to published, by the supplier itself and by the service desk, and read by a board."""

import datetime as dt
import io
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from pypdf import PdfReader

from portal import clock, commands, migrations
from portal.app import open_database
from portal.cases.tables import Case
from portal.config import Settings
from portal.database import reader
from portal.offers import products, publications
from portal.offers.agreements import files
from portal.offers.products import Wanted
from portal.offers.publications import PROCESSOR_AGREEMENT, SHIPPED
from portal.offers.tables import Publication, PublicationDraft
from portal.record.jobs import Job
from portal.record.ledger import Entry
from tests.browser import Browser
from tests.builders import ANN, EVA, LOTTE, NOOR, OURS, PRODUCT, SANNE, TOM, Portal, Someone, a_rights_holder, a_role
from tests.test_two_sides import the_supplier
from workflows.vocabulary import Role

SUUS = Someone("Suus Vos", "suus@leverancier.example", "Accountmanager")
VERA = Someone("Vera Post", "vera@leverancier.example", "Functionaris")
HERE = f"/leverancier/{PRODUCT}/overeenkomsten"
EXAMPLE = (SHIPPED / "processor_agreement_2026-11.json").read_text(encoding="utf-8")


@pytest.fixture
def ours(portal: Portal) -> Portal:
    """The supplier of the product has an administrator."""
    a_role(portal, SUUS, the_supplier(portal), Role.ADMINISTRATOR)
    return portal


def said(**parts: Any) -> dict[str, Any]:
    return {**json.loads(EXAMPLE), **parts}


def from_file(portal: Portal, content: object, by: Someone = SUUS) -> Browser:
    """At the draft that this file became."""
    sent = content if isinstance(content, bytes) else json.dumps(content).encode()
    return portal.sign_in(by).open(HERE).upload("file", sent, "x.json").press("Bestand inlezen")


def a_draft(portal: Portal, begin: str = "Begin met de voorbeeldtekst", by: Someone = SUUS) -> Browser:
    return portal.sign_in(by).open(HERE).press(begin)


def draft(portal: Portal) -> PublicationDraft:
    return portal.ask(lambda: reader.query(PublicationDraft).filter_by(kind=PROCESSOR_AGREEMENT).one())


def at_part(browser: Browser, part: str) -> Browser:
    """The page of a part of the draft that the browser looks at."""
    root = "/".join(browser.address.split("?")[0].split("#")[0].split("/")[:4])
    return browser.open(f"{root}/{part}")


def on(browser: Browser, day: dt.date, grace_days: int = 30) -> Browser:
    when = {"since__day": str(day.day), "since__month": str(day.month), "since__year": str(day.year)}
    return browser.fill(grace_days=str(grace_days), **when).press("Bekijk het gevolg")


def published(portal: Portal, content: object = None, *, in_days: int = 0, by: Someone = SUUS) -> Browser:
    """A version published through the pages."""
    browser = from_file(portal, content or said(), by).follow("Bekijk het voorbeeld")
    version = (content or said())["version"]  # type: ignore[index]
    day = (portal.moment + dt.timedelta(days=in_days)).date()
    return on(browser, day).press(f"Publiceer versie {version}")


def version(portal: Portal, number: str = "2026-11") -> Publication:
    return portal.ask(lambda: reader.query(Publication).filter_by(kind=PROCESSOR_AGREEMENT, version=number).one())


# --- The story ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("someone", [SUUS, SANNE])
def test_from_the_example_to_a_published_version_that_a_board_can_read(ours: Portal, someone: Someone) -> None:
    browser = a_draft(ours, by=someone).sees("Dit is een voorbeeldtekst", "Alles is ingevuld", "Elk onderwerp staat")
    at_part(browser, "text").fill(row__0__introduction="Onze eigen woorden.").press("Bewaren en verder")
    browser.sees("Bepaling 1").follow("Overzicht van het concept").sees_not("Dit is een voorbeeldtekst")
    browser.follow("Bekijk het voorbeeld").sees("Dit is de eerste versie", "Onze eigen woorden.", "Bijlage 2")
    on(browser, dt.date(2026, 12, 1)).sees("Gaat in op dinsdag 1 december 2026", "Aanbieden is een aparte stap")
    assert ours.count(Publication, kind=PROCESSOR_AGREEMENT) == 0
    browser.press("Publiceer versie 2026-11").sees("ligt vast", "gaat in op dinsdag 1 december 2026")
    made = version(ours)
    assert made.sha256 == publications.digest(made.body)
    [entry] = ours.ask(lambda: reader.query(Entry).filter_by(subject=f"publication:{made.id}").all())
    assert (entry.act, entry.document, entry.detail["kind"]) == ("publish", made.sha256, PROCESSOR_AGREEMENT)
    assert (entry.on_behalf_of == str(the_supplier(ours))) is (someone is SUUS)
    assert ours.count(PublicationDraft) == 0
    assert ours.count(Job, kind="campaign") == 0 and ours.count(Case) == 0
    assert ours.findings() == ()


def test_publishing_twice_publishes_once(ours: Portal) -> None:
    browser = on(from_file(ours, said()).follow("Bekijk het voorbeeld"), ours.moment.date())
    address, fields = browser.would_send("Publiceer versie 2026-11")
    for _ in range(2):
        assert browser.post(address, dict(fields)).status == 302
    assert ours.count(Publication, kind=PROCESSOR_AGREEMENT) == 1


def test_what_changed_after_the_preview_is_not_published(ours: Portal) -> None:
    browser = on(from_file(ours, said()).follow("Bekijk het voorbeeld"), ours.moment.date())
    other = ours.sign_in(SANNE).open(f"/leverancier/concepten/{draft(ours).id}/text")
    other.fill(row__0__title="Stiekem anders").press("Bewaren")
    assert browser.press("Publiceer versie 2026-11").status == 409
    assert ours.count(Publication, kind=PROCESSOR_AGREEMENT) == 0


def test_a_next_version_shows_exactly_what_changed(ours: Portal) -> None:
    published(ours)
    browser = a_draft(ours.later(days=1), "Begin met de laatste versie")
    at_part(browser, "text").fill(row__0__version="2027-01").press("Bewaren")
    at_part(browser, "parameters").fill(row__0__breach_hours="12").press("Bewaren")
    at_part(browser, "security-breach").fill(row__0__hours="12").press("Bewaren")
    at_part(browser, "leaflet-subprocessors").press("Regel toevoegen")
    place = len(json.loads(EXAMPLE)["leaflet"]["subprocessors"])
    new = {"name": "Nieuwhost", "task": "Kopie", "data_": "Alles", "country": "Ierland", "in_eea": "yes"}
    browser.fill(**{f"row__{place}__{name}": value for name, value in new.items()}).press("Bewaren").sees_not("nodig")
    browser.follow("Overzicht van het concept").follow("Bekijk het voorbeeld")
    browser.sees("Vergeleken met versie 2026-11", "Gewijzigd", "Subverwerkers: Nieuwhost", "[toegevoegd: 12")
    on(browser, dt.date(2027, 1, 1)).sees("Tot en met zaterdag 30 januari 2027 voldoet de vorige versie nog")
    browser.press("Publiceer versie 2027-01").follow("Versie 2026-11").sees("Van versie 2026-11 naar versie 2027-01")
    browser.sees("Nieuwhost", "Een datalek melden binnen (uren)").sees_not("Wat de school zelf aan of uit zet")
    browser.open(HERE).sees("geldt nu", "gaat in op vrijdag 1 januari 2027")
    ours.later(days=45)
    ours.sign_in(SUUS).open(HERE).sees("voldoet nog tot en met zaterdag 30 januari 2027")
    ours.later(days=45)
    ours.sign_in(SUUS).open(HERE).sees("voorbij")


# --- Writing -----------------------------------------------------------------------------------------------------


def test_rows_are_added_moved_taken_out_and_put_back(ours: Portal) -> None:
    browser = at_part(a_draft(ours), "leaflet-purposes")
    first, second = (browser.values()[f"row-{place}-purpose"][0] for place in (0, 1))
    browser.press("Omlaag: Regel 1")
    assert browser.values()["row-0-purpose"] == [second]
    browser.press("Weghalen: Regel 1").sees("Weggehaald")
    assert browser.values()["row-0-purpose"] == [first]
    browser.press("Zet terug")
    assert [browser.values()[f"row-{place}-purpose"][0] for place in (0, 1)] == [second, first]


def test_a_clause_is_put_back_with_its_duties_and_a_day_with_its_boxes(ours: Portal) -> None:
    browser = at_part(a_draft(ours), "clauses")
    before = draft(ours).body["clauses"]
    browser.press("Weghalen: Bepaling 1").sees(f"Weggehaald: {before[0]['heading']}").press("Zet terug")
    assert draft(ours).body["clauses"] == before
    at_part(browser, "security-frameworks")
    rows = draft(ours).body["security"]["frameworks"]
    browser.press("Weghalen: Regel 1").press("Zet terug")
    assert draft(ours).body["security"]["frameworks"] == rows


def test_a_deviation_names_its_clause_and_why(ours: Portal) -> None:
    browser = at_part(a_draft(ours), "deviations").sees("Dat mag zo blijven").press("Regel toevoegen")
    browser.fill(row__0__clause="duration", row__0__what="Korter.").press("Bewaren").sees("Schrijf op waarom.")
    browser.fill(row__0__why="Het contract is korter.").press("Bewaren").sees_not("nodig")
    browser.follow("Overzicht van het concept").follow("Bekijk het voorbeeld")
    browser.sees("2. Hoe lang Korter. Het contract is korter.")
    at_part(browser, "clauses").press("Weghalen: Bepaling 2").follow("Overzicht van het concept")
    browser.follow("Bekijk het voorbeeld").sees("Er is geen bepaling die duration heet")


def test_an_empty_text_is_written_a_part_at_a_time_and_says_what_is_left(ours: Portal) -> None:
    browser = a_draft(ours, "Begin met een lege tekst").sees(
        "Van 22 onderwerpen zegt nog geen bepaling iets", "nog leeg"
    )
    assert at_part(browser, "leaflet-product").faults() == {}
    browser.fill(row__0__name="Monitor").press("Bewaren").sees("Vul in: Wat het product doet.")
    browser.follow("Overzicht van het concept").sees("nog 4 dingen", "ontbreekt")
    at_part(browser, "clauses").fill(row__0__heading="Doel", row__0__text="Binnen {breach_hours} uur, {x}.")
    browser.choose("row-0-duties", "purpose", "breach").press("Bewaren").sees("{x} is geen gegeven dat wij kennen")
    browser.follow("Overzicht van het concept").sees("Van 20 onderwerpen zegt", "1. Doel")
    browser.follow("Bekijk het voorbeeld").sees("nog niet af").sees_not("Bekijk het gevolg")


def test_a_duty_that_no_clause_fulfils_stops_publication_and_is_named(ours: Portal) -> None:
    content = said()
    for clause in content["clauses"]:
        clause["duties"] = [each for each in clause["duties"] if each != "audit"]
    browser = (
        from_file(ours, content).sees("Van 1 onderwerp zegt nog geen bepaling iets").follow("Bekijk het voorbeeld")
    )
    browser.sees("Geen bepaling gaat over: informatie en controle (artikel 28 AVG).").sees_not("Bekijk het gevolg")
    today = ours.moment.date()
    dates = {"since-day": today.day, "since-month": today.month, "since-year": today.year, "grace_days": "0"}
    browser.post(f"/leverancier/concepten/{draft(ours).id}/publiceren", {**dates, "seen": "1"})
    assert browser.status == 422
    assert ours.count(Publication, kind=PROCESSOR_AGREEMENT) == 0


@pytest.mark.parametrize("hours", ["0", "900"])
def test_a_number_out_of_bounds_is_kept_and_named_next_to_its_field(ours: Portal, hours: str) -> None:
    browser = at_part(a_draft(ours), "parameters").fill(row__0__breach_hours=hours).press("Bewaren")
    browser.sees("Vul een heel getal in van 1 tot en met 48.")
    assert browser.values()["row-0-breach_hours"] == [hours]
    browser.follow("Overzicht van het concept").follow("Bekijk het voorbeeld").sees("van 1 tot en met 48")


def test_a_row_without_a_category_is_named(ours: Portal) -> None:
    browser = at_part(a_draft(ours), "leaflet-data").fill(row__0__category="").press("Bewaren")
    browser.sees("Vul in: Soort.", "nodig")
    assert draft(ours).body["leaflet"]["data"][0]["category"] == ""


def test_a_day_that_does_not_exist_is_kept_and_named(ours: Portal) -> None:
    browser = at_part(a_draft(ours), "leaflet-version")
    browser.fill(row__0__day__day="31", row__0__day__month="2").press("Bewaren").sees("Schrijf een datum als")
    assert (browser.values()["row-0-day-day"], browser.values()["row-0-day-month"]) == (["31"], ["2"])


def test_a_stale_tab_overwrites_nothing_and_shows_both(ours: Portal) -> None:
    first = at_part(a_draft(ours), "leaflet-rights")
    second = ours.sign_in(SANNE).open(first.address)
    first.fill(row__0__how="Van de een").press("Bewaren")
    assert second.fill(row__0__how="Van de ander").press("Bewaren").status == 409
    second.sees("intussen gewijzigd", "[vervallen: een]", "[toegevoegd: ander]")
    assert draft(ours).body["leaflet"]["rights"] == [{"how": "Van de een"}]
    second.press("Bewaren")
    assert draft(ours).body["leaflet"]["rights"] == [{"how": "Van de ander"}]


def test_two_people_write_different_parts_at_once(ours: Portal) -> None:
    first = at_part(a_draft(ours), "leaflet-rights")
    second = at_part(ours.sign_in(SANNE).open(first.address), "clauses")
    first.fill(row__0__how="Van de een").press("Bewaren")
    assert second.fill(row__0__heading="Van de ander").press("Bewaren").status == 200
    assert draft(ours).body["leaflet"]["rights"] == [{"how": "Van de een"}]
    assert draft(ours).body["clauses"][0]["heading"] == "Van de ander"


@pytest.mark.parametrize("part", ["text", "clauses"])
def test_a_stale_text_or_clause_shows_both_too(ours: Portal, part: str) -> None:
    field = "row__0__introduction" if part == "text" else "row__0__text"
    first = at_part(a_draft(ours), part)
    second = ours.sign_in(SANNE).open(first.address)
    first.fill(**{field: "Van de een"}).press("Bewaren")
    assert second.fill(**{field: "Van de ander"}).press("Bewaren").status == 409
    second.sees("[vervallen: een]", "[toegevoegd: ander]")


def test_a_draft_is_thrown_away_after_being_asked(ours: Portal) -> None:
    browser = a_draft(ours).follow("Concept weggooien").sees("niet ongedaan maken")
    assert ours.count(PublicationDraft) == 1
    browser.press("Ja, weggooien").sees("weggegooid", "Er is geen concept")
    assert ours.count(PublicationDraft) == 0


def test_forced_fields_make_no_row_of_their_own_and_no_fault(ours: Portal) -> None:
    browser = a_draft(ours)
    address = f"{browser.address}/clauses"
    odd = {"row-²-heading": "x", "row-99999999999-heading": "y", "row-0-id": "../x", "row-0-duties": "nonsense"}
    browser.open(address)
    seen = browser.values()["seen"][0]
    assert browser.post(address, {**odd, "seen": seen, "do": "up:999"}).status == 302
    [clause] = draft(ours).body["clauses"]
    assert clause["id"].startswith("clause_") and clause["duties"] == []
    assert browser.post(address, {"do": "nonsense"}).status == 404
    assert browser.open(f"{browser.address}-none").status == 404
    root = address.rpartition("/")[0]
    browser.open(f"{root}/text")
    long = {"row-0-title": "t" * 201, "row-0-introduction": "blijft staan", "seen": browser.values()["seen"][0]}
    assert browser.post(f"{root}/text", long).status == 422
    assert browser.values()["row-0-introduction"] == ["blijft staan"]


def test_more_text_than_a_draft_holds_is_refused_and_stays_in_the_form(ours: Portal) -> None:
    browser = at_part(a_draft(ours), "text").fill(row__0__introduction="lang " * 420_000).press("Bewaren")
    assert browser.status == 422
    browser.sees("te groot geworden")
    assert len(browser.values()["row-0-introduction"][0]) > 2_000_000


# --- Files -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"{", "geen goed JSON-bestand"),
        (b"\xff\xfe\x00", "geen gewone tekst"),
        (b"x" * (2 * 1024 * 1024 + 1), "te groot"),
        (said(format="other"), "Zet bovenaan"),
        (said(clauses={}), "clauses is geen lijst"),
        (said(leaflet=[]), "leaflet ontbreekt"),
        (said(title="t" * 201), "title is te lang"),
        (said(version="v" * 21), "version is te lang"),
    ],
)
def test_a_file_of_another_shape_is_refused_with_the_place_and_nothing_is_made(
    ours: Portal, content: object, sentence: str
) -> None:
    browser = from_file(ours, content)
    assert browser.status == 422
    assert sentence in browser.faults()["file"]
    assert ours.count(PublicationDraft) == 0


def test_numbers_for_texts_in_a_file_are_read_as_texts(ours: Portal) -> None:
    content = said(deviations=[{"clause": 1, "what": 2, "why": 3}])
    content["clauses"][0] |= {"id": 4, "heading": 5, "text": 6, "duties": ["subject", "\ud800x"]}
    content["parameters"]["vreemd"] = 7
    browser = from_file(ours, content).follow("Bekijk het voorbeeld").sees("vreemd is geen gegeven dat wij kennen")
    browser.sees("x is geen onderwerp van artikel 28", "Er is geen bepaling die 1 heet")
    at_part(browser, "parameters").press("Bewaren")
    assert "vreemd" not in draft(ours).body["parameters"]


def test_what_is_saved_as_a_file_is_read_back_as_it_was(ours: Portal) -> None:
    browser = published(ours).follow("JSON")
    assert files.read(browser.response.text) == files.read(EXAMPLE)
    browser.open(HERE).press("Begin met de laatste versie").follow("Opslaan als bestand (JSON)")
    assert json.loads(browser.response.text)["clauses"] == json.loads(EXAMPLE)["clauses"]


def test_the_command_line_publishes_an_agreement_with_the_same_refusals(ours: Portal) -> None:
    from portal.offers import drafting

    with ours.opened():
        made = drafting.publish_file(EXAMPLE, product_name=PRODUCT, kind=PROCESSOR_AGREEMENT)
        assert made.version == "2026-11"
        for wrong in (EXAMPLE, json.dumps(said(version="2027-01", clauses=[])), "{}"):
            with pytest.raises(publications.InvalidError):
                drafting.publish_file(wrong, product_name=PRODUCT, kind=PROCESSOR_AGREEMENT)
    assert ours.count(Job, kind="campaign") == 0


@pytest.mark.any_database
def test_the_command_knows_an_agreement_by_the_end_of_its_name(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, database_url=f"sqlite:///{tmp_path / 'tekenpoort.db'}")
    database = open_database(settings)
    migrations.upgrade(database.engine)
    with database.opened():
        products.make(Wanted("monitor", "Monitor", "", "a@b.example", "S", ("terms",), ("school",)), by=None)
    (tmp_path / "x.JSON").write_text(EXAMPLE, encoding="utf-8")
    (tmp_path / "y.json").write_text('{"format": 1}', encoding="utf-8")

    def publish(name: str) -> Result:
        words = ["publish", str(tmp_path / name), "--product", "monitor", "--since", str(clock.today())]
        return CliRunner().invoke(commands.portal, words, env={"TEKENPOORT_DATA": str(tmp_path)})

    assert "Verwerkersovereenkomst Onderwijsresultatenmonitor 2026-11" in publish("x.JSON").output
    assert "Versie 2026-11 is er al" in publish("x.JSON").output
    refused = publish("y.json")
    assert refused.exit_code == 1 and "Zet bovenaan" in refused.output
    database.engine.dispose()


# --- Paper -------------------------------------------------------------------------------------------------------


def pages_of(browser: Browser) -> list[str]:
    assert browser.response.mimetype == "application/pdf", browser.status
    return [each.extract_text() for each in PdfReader(io.BytesIO(browser.response.data)).pages]


def test_the_pdf_of_a_draft_says_on_each_page_that_it_is_one(ours: Portal) -> None:
    pages = pages_of(a_draft(ours).follow("Bekijk het voorbeeld").follow("Bekijk als PDF"))
    assert len(pages) > 4
    for each in pages:
        assert "Concept · Nog niet gepubliceerd" in each and "CONCEPT" in each
    assert "Voorbeeldhosting" in "".join(pages)


def test_the_pdf_of_a_version_bears_its_hash_and_no_place_to_sign(ours: Portal) -> None:
    pages = pages_of(published(ours).follow("PDF"))
    for each in pages:
        assert version(ours).sha256 in each and "CONCEPT" not in each
    assert "Plaats voor de handtekening" not in "".join(pages)


def test_hostile_text_in_every_field_is_only_text(ours: Portal) -> None:
    hostile = "<script>alert(1)</script> {{7*7}} {% for %} ${x} \x00\u202e& <img src=x>"

    def spoiled(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: spoiled(each) for name, each in value.items()}
        if isinstance(value, list):
            return [spoiled(each) for each in value]
        return hostile

    content = said(title=hostile, introduction=hostile, model=hostile)
    for clause in content["clauses"]:
        clause |= {"heading": hostile, "text": hostile}
    for annex in ("leaflet", "security"):
        content[annex] = spoiled(content[annex])
    content["parameters"] = spoiled(content["parameters"])
    content["deviations"] = [{"clause": hostile, "what": hostile, "why": hostile}]
    browser = from_file(ours, content).sees("<script>alert(1)</script> {{7*7}}")
    for part in ("clauses", "parameters", "deviations", "leaflet-data", "security-measures", "security-frameworks"):
        page = at_part(browser, part)
        assert page.status == 200 and not [each for each in page.all("img") if each.get("src") == "x"]
        page.press("Bewaren")
        assert page.status == 200
    browser.follow("Overzicht van het concept").follow("Bekijk het voorbeeld").sees("{{7*7}}").sees_not("49")
    assert "{{7*7}}" in "".join(pages_of(browser.follow("Bekijk als PDF")))


# --- Who ---------------------------------------------------------------------------------------------------------


def test_a_signatory_of_the_supplier_may_too_and_its_other_people_may_not(ours: Portal) -> None:
    a_role(ours, VERA, the_supplier(ours), Role.PRIVACY_OFFICER)
    browser = a_draft(ours)
    assert ours.sign_in(VERA).open(HERE).status == 404
    assert ours.sign_in(VERA).open(browser.address).status == 404
    assert "Leverancier" not in ours.sign_in(VERA).open("/account").response.text
    a_role(ours, NOOR, the_supplier(ours), Role.SIGNATORY)
    ours.sign_in(NOOR).open(browser.address).sees("Alles is ingevuld")
    ours.sign_in(NOOR).open("/").follow("Leverancier").sees("Uw producten")


def test_nobody_else_finds_a_draft_or_its_pages(in_force: Portal) -> None:
    a_role(in_force, SUUS, the_supplier(in_force), Role.ADMINISTRATOR)
    a_rights_holder(in_force)
    browser = a_draft(in_force)
    root = browser.address
    made = draft(in_force).id
    for someone in (ANN, EVA, TOM, LOTTE):
        other = in_force.sign_in(someone)
        for address in (HERE, "/leverancier", root, f"{root}/clauses", f"{root}/voorbeeld", f"{root}/voorbeeld.pdf", f"{root}/concept.json"):  # fmt: skip
            assert other.open(address).status == 404, (someone, address)
        other.open("/account")
        for address in (HERE, f"{root}/clauses", f"{root}/weggooien", f"{root}/publiceren"):
            assert other.post(address, {"begin": "empty", "do": "save"}).status == 404, (someone, address)
    assert in_force.sign_in(SANNE).open(f"/servicedesk/concepten/{made}").status == 404
    assert in_force.count(PublicationDraft, kind=PROCESSOR_AGREEMENT) == 1


def test_a_published_version_is_read_by_boards_and_not_by_rights_holders(in_force: Portal) -> None:
    a_role(in_force, SUUS, the_supplier(in_force), Role.ADMINISTRATOR)
    a_rights_holder(in_force)
    published(in_force)
    address = f"/overeenkomsten/{version(in_force).id}"
    for someone in (ANN, TOM, SANNE, SUUS):
        in_force.sign_in(someone).open(address).sees("geldt nu", "Bijlage 1: privacybijsluiter")
    for ending in ("", ".json", ".pdf", "/verschil"):
        assert in_force.sign_in(LOTTE).open(f"{address}{ending}").status == 404
    assert in_force.browser().open(address).sees("Inloggen")
    assert in_force.sign_in(SANNE).open(f"/servicedesk/publicaties/{version(in_force).id}").status == 404
    assert in_force.organisation(OURS)


def test_the_desk_finds_the_agreement_from_the_product(ours: Portal) -> None:
    desk = (
        ours.sign_in(SANNE).open(f"/servicedesk/producten/{PRODUCT}").sees("Er geldt nog geen verwerkersovereenkomst")
    )
    desk.follow("Versies en concepten").press("Begin met de voorbeeldtekst").sees("Concept")
