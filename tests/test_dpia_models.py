"""Model DPIAs from example or file to published, by the supplier and the service desk; compared, withdrawn, and read."""

import datetime as dt
import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader

from portal import clock
from portal.database import reader
from portal.errors import InvalidError
from portal.offers import drafting, publications
from portal.offers.dpia import files, standing, words
from portal.offers.dpia.model import DpiaModel, as_facts
from portal.offers.publications import DPIA_MODEL, MODEL_EXAMPLES
from portal.offers.tables import Publication, PublicationDraft, Withdrawal
from portal.record.ledger import Entry
from tests.browser import Browser
from tests.builders import LOTTE, NOOR, OURS, PRODUCT, SANNE, Portal, a_rights_holder, a_role
from tests.suppliers import KIM, the_product, the_supplier
from workflows.dpia_facts import Standing
from workflows.vocabulary import Role

HERE = f"/leverancier/{PRODUCT}/modellen"
EXAMPLE = MODEL_EXAMPLES["results_monitor"].read_text(encoding="utf-8")
BEGIN = "Begin met het voorbeeld: een resultatenmonitor"


@pytest.fixture
def ours(portal: Portal) -> Portal:
    """The supplier of the product has an administrator."""
    a_role(portal, KIM, the_supplier(portal), Role.ADMINISTRATOR)
    return portal


@pytest.fixture
def with_board(registered: Portal) -> Portal:
    """The same, and our board has a privacy officer."""
    a_role(registered, KIM, the_supplier(registered), Role.ADMINISTRATOR)
    a_role(registered, NOOR, registered.organisation(OURS), Role.PRIVACY_OFFICER)
    return registered


def said(**parts: Any) -> dict[str, Any]:
    return {**json.loads(EXAMPLE), **parts}


def from_file(portal: Portal, content: object) -> Browser:
    """At the draft that this file became."""
    sent = content if isinstance(content, bytes) else json.dumps(content).encode()
    return portal.sign_in(KIM).open(HERE).upload("file", sent, "x.json").press("Bestand inlezen")


def published(portal: Portal, at: Browser, *, day: dt.date | None = None, grace: str = "0") -> Browser:
    since = day or portal.moment.date()
    when = {"since-day": str(since.day), "since-month": str(since.month), "since-year": str(since.year)}
    return at.fill(**when, grace_days=grace).press("Bekijk het gevolg").press("Publiceer versie")


def models(portal: Portal) -> list[Publication]:
    return portal.ask(lambda: reader.query(Publication).filter_by(kind=DPIA_MODEL).order_by(Publication.since).all())


# --- From a draft to a version -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", MODEL_EXAMPLES)
def test_the_examples_are_whole_and_say_that_they_are_examples(name: str) -> None:
    text = MODEL_EXAMPLES[name].read_text(encoding="utf-8")
    model = files.read(text)
    assert list(model.faults()) == []
    assert model.is_example
    assert files.written(model) == text
    facts = as_facts(model.version, model.body())
    lowered = {low.risk for each in facts.measures for low in each.lowers}
    assert lowered == {each.id for each in facts.risks}  # every risk has a measure
    assert len(facts.risks) >= 8
    assert len(facts.measures) >= 10


def test_a_supplier_begins_with_an_example_reads_it_and_publishes_it(ours: Portal) -> None:
    at = ours.sign_in(KIM).open("/leverancier").follow("Model-DPIA").sees("Nog niets gepubliceerd").press(BEGIN)
    at.sees("Dit is een voorbeeldtekst", "Dit is de eerste versie", "Gemaakt door", "leerlingadministratiesysteem")
    published(ours, at).sees("De versie is gepubliceerd", "Dit is een voorbeeld", "geldt nu")
    [model] = models(ours)
    assert model.version == "2026-11"
    entry = ours.ask(lambda: reader.query(Entry).filter_by(act="publish", document=model.sha256).one())
    assert entry.on_behalf_of == str(the_supplier(ours))


def test_publishing_twice_makes_one_version(ours: Portal) -> None:
    at = ours.sign_in(KIM).open(HERE).press(BEGIN)
    before = published(ours, at)
    assert before.status == 200
    assert len(models(ours)) == 1


def test_what_is_missing_is_said_and_keeps_it_from_being_published(ours: Portal) -> None:
    at = ours.sign_in(KIM).open(HERE).press("Begin met een leeg model")
    at.sees("dingen nodig voordat u kunt publiceren", "Geef het model een titel", "Wie heeft dit model gemaakt?")
    assert "Bekijk het gevolg" not in at.text


def test_a_draft_goes_out_as_a_file_and_comes_in_again(ours: Portal) -> None:
    at = ours.sign_in(KIM).open(HERE).press(BEGIN)
    here = at.address
    body = json.loads(at.open(here.split("?")[0] + ".json").response.text)
    body["version"], body["measures"][0]["text"] = "2027-01", "Iets heel anders."
    at.open(here).upload("file", json.dumps(body).encode(), "x.json").press("Bestand inlezen")
    at.sees("Het concept is nu wat er in het bestand staat", "Iets heel anders.")
    draft = ours.ask(lambda: reader.query(PublicationDraft).one())
    assert (draft.version, draft.changes) == ("2027-01", 2)


def test_a_file_with_a_mark_of_its_encoding_is_read(ours: Portal) -> None:
    from_file(ours, "\ufeff".encode() + EXAMPLE.encode()).sees("Dit is een voorbeeldtekst")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"{", "Dit is geen goed JSON-bestand"),
        (b"\xff\xfe\x00", "geen gewone tekst"),
        ({"format": "iets/anders"}, "heeft een andere vorm"),
        (said(maker=3), "maker is geen tekst"),
        (said(extra=1), "extra hoort hier niet"),
        (said(measures=[{"id": "M1"}]), "measures[1].text ontbreekt"),
        (said(dimensions=[{"id": "D1", "text": "x", "level": "veel"}]), "dimensions[1].level is geen heel getal"),
        (said(risks="geen"), "risks is geen lijst"),
    ],
)
def test_a_file_of_another_shape_is_refused_with_the_place(ours: Portal, content: object, sentence: str) -> None:
    at = from_file(ours, content)
    assert at.status == 422
    at.sees(sentence)
    assert ours.count(PublicationDraft) == 0


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"review_on": "2026-10-01"}, "review_on"),
        ({"made_on": "gisteren"}, "made_on"),
        ({"dimensions": []}, "dimensions"),
        ({"risks": []}, "risks"),
        ({"version": "met een spatie"}, "version"),
    ],
)
def test_what_cannot_be_true_is_said_at_its_place(change: dict[str, Any], place: str) -> None:
    model = files.read(json.dumps(said(**change)))
    assert place in dict(model.faults())


def test_a_measure_lowers_a_risk_that_exists_and_no_risk_grows_by_its_measures() -> None:
    body = said()
    body["measures"][0]["lowers"] = [{"risk": "R99", "chance": 5, "impact": 0}]
    body["risks"][2]["chance_after"] = "high"
    body["measures"][1]["id"] = body["measures"][2]["id"]
    faults = dict(files.read(json.dumps(body)).faults())
    assert {
        "measures.0.lowers.0.risk",
        "measures.0.lowers.0.chance",
        "risks.2.chance_after",
        "measures.1.id",
        "measures.2.id",
    } <= set(faults)


@pytest.mark.parametrize("name", ["process", "Meta", "meta", "data", "M_1", "1M", "M-1"])
def test_an_id_that_a_form_cannot_have_is_refused(name: str) -> None:
    body = said()
    body["conditions"][0]["id"] = name
    assert "conditions.0.id" in dict(files.read(json.dumps(body)).faults())


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(list(said())), inner, max_size=4),
    max_leaves=8,
)


@given(part=st.sampled_from(sorted(said())), value=JSON)
def test_no_file_is_half_read(part: str, value: object) -> None:
    """Whatever stands in one place: read whole, or refused with a sentence. Never anything else."""
    try:
        model = files.read(json.dumps(said(**{part: value})))
    except InvalidError as fault:
        assert fault.fields["file"]
    else:
        assert isinstance(model, DpiaModel)
        list(model.faults())
        assert files.read(files.written(model)) == model


def test_the_command_line_knows_a_model_by_what_it_says_of_itself(ours: Portal) -> None:
    text = MODEL_EXAMPLES["office_suite"].read_text(encoding="utf-8")
    assert files.is_model(text)
    assert not files.is_model(publications.AN_EXAMPLE.read_text(encoding="utf-8"))
    assert not files.is_model("version = 1")
    made = ours.ask(lambda: drafting.publish_file(text, product_name=PRODUCT, kind=DPIA_MODEL).version)
    assert made == "2026-11"
    assert [each.title for each in models(ours)] == ["Model-DPIA kantoorpakket voor scholen"]


# --- Versions ----------------------------------------------------------------------------------------------------


def test_a_newer_version_says_what_changed_and_takes_the_place_of_the_first(ours: Portal) -> None:
    published(ours, ours.sign_in(KIM).open(HERE).press(BEGIN))
    body = said(version="2027-01")
    body["measures"][0]["text"] = "Iedere gebruiker logt in met een sleutel."
    body["risks"] = body["risks"][:-1]
    body["measures"] = body["measures"][:-1]
    later = ours.later(days=30)
    at = from_file(later, body)
    at.sees("Vergeleken met versie 2026-11", "sleutel", "Vervallen")
    published(later, at)
    first, second = models(later)
    page = later.sign_in(KIM).open(f"/modellen/{second.id}").follow("Versie 2026-11")
    page.sees("Van versie 2026-11 naar versie 2027-01", "Maatregelen: M1", "Risico's: R9", "Maatregelen: M11")
    changed = words.changes(first.body, second.body)
    assert {(each.kind, each.name) for each in changed} == {("changed", "M1"), ("removed", "R9"), ("removed", "M11")}
    later.sign_in(KIM).open(f"/modellen/{first.id}").sees("vervangen")


def test_a_version_suffices_for_as_long_as_its_grace_lasts(ours: Portal) -> None:
    published(ours, ours.sign_in(KIM).open(HERE).press(BEGIN))
    later = ours.later(days=10)
    published(later, from_file(later, said(version="2027-01")), grace="20")
    first, second = models(later)

    def stands(publication: Publication, days: int) -> Standing:
        def ask() -> Standing:
            kept = reader.get_one(Publication, publication.id)
            return standing.of(reader(), kept, at=later.moment + dt.timedelta(days=days))

        return later.ask(ask)

    assert [stands(first, days) for days in (0, 19, 40)] == [Standing.CURRENT, Standing.CURRENT, Standing.SUPERSEDED]
    assert stands(second, 40) is Standing.CURRENT


# --- Withdrawn ---------------------------------------------------------------------------------------------------


def test_a_model_is_withdrawn_with_a_reason_that_everybody_reads(ours: Portal) -> None:
    at = published(ours, ours.sign_in(KIM).open(HERE).press(BEGIN)).follow("Dit model intrekken")
    at.sees("Niemand kan er nog een beoordeling mee beginnen").press("Ja, intrekken")
    assert at.status == 422
    at.sees("Schrijf op waarom").fill(why="Er zit een fout in de risico’s.").press("Ja, intrekken")
    at.sees("Dit model is ingetrokken op", "Er zit een fout in de risico’s.", "ingetrokken")
    [model] = models(ours)
    assert (
        ours.ask(lambda: standing.of(reader(), reader.get_one(Publication, model.id), at=clock.now()))
        is Standing.WITHDRAWN
    )
    entry = ours.ask(lambda: reader.query(Entry).filter_by(act="withdraw_publication").one())
    assert entry.subject == f"publication:{model.id}"
    assert ours.count(Withdrawal) == 1


def test_the_version_before_a_withdrawn_one_is_current_again(ours: Portal) -> None:
    published(ours, ours.sign_in(KIM).open(HERE).press(BEGIN))
    later = ours.later(days=10)
    at = published(later, from_file(later, said(version="2027-01")))
    at.follow("Dit model intrekken").fill(why="Toch niet.").press("Ja, intrekken")
    first, _ = models(later)
    product = the_product(later)
    assert later.ask(lambda: publications.current(reader(), product, DPIA_MODEL, at=clock.now()).id) == first.id


def test_only_who_publishes_withdraws(with_board: Portal) -> None:
    ours = with_board
    published(ours, ours.sign_in(KIM).open(HERE).press(BEGIN))
    [model] = models(ours)
    noor = ours.sign_in(NOOR).open("/")
    assert noor.open(f"/modellen/{model.id}/intrekken").status == 404
    assert noor.post(f"/modellen/{model.id}/intrekken", {"why": "Weg ermee"}).status == 404
    assert ours.count(Withdrawal) == 0
    sanne = ours.sign_in(SANNE).open(f"/modellen/{model.id}/intrekken")
    assert sanne.status == 200  # the service desk, in the supplier's place


# --- The library -------------------------------------------------------------------------------------------------


def test_boards_find_a_model_read_it_and_take_it_along_as_a_file(with_board: Portal) -> None:
    ours = with_board
    published(ours, ours.sign_in(KIM).open(HERE).press(BEGIN))
    [model] = models(ours)
    noor = ours.sign_in(NOOR).open("/modellen").sees("1 model", "voorbeeld", "geldt nu")
    noor.follow("Model-DPIA resultatenmonitor primair onderwijs").sees("Het beschreven gebruik", "Maatregelen")
    pdf = noor.open(f"/modellen/{model.id}.pdf").response
    text = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf.data)).pages)
    assert "Dit is een voorbeeld van Tekenpoort" in " ".join(text.split())
    assert noor.open(f"/modellen/{model.id}.json").response.text == EXAMPLE


def test_the_library_is_searched_filtered_and_exported(ours: Portal) -> None:
    published(ours, ours.sign_in(KIM).open(HERE).press(BEGIN))
    later = ours.later(days=10)
    published(later, from_file(later, said(version="2027-01")))
    kim = later.sign_in(KIM).open("/modellen").sees("2 modellen", "geldt nu", "vervangen")
    kim.open("/modellen?state=superseded").sees("1 model").sees_not("2027-01")
    kim.open("/modellen?q=prognose+resultatenmonitor").sees("2 modellen")
    kim.open("/modellen?q=vliegtuig").sees("Niets gevonden")
    sheet = kim.open("/modellen/lijst.csv?state=current").response.text
    assert '"2027-01"' in sheet
    assert '"2026-11"' not in sheet


def test_a_library_without_models_says_so(ours: Portal) -> None:
    ours.sign_in(KIM).open("/modellen").sees("Nog geen modellen")


def test_who_works_for_no_school_sees_no_model(ours: Portal) -> None:
    published(ours, ours.sign_in(KIM).open(HERE).press(BEGIN))
    [model] = models(ours)
    a_rights_holder(ours, LOTTE)
    lotte = ours.sign_in(LOTTE).open("/modellen").sees("Nog geen modellen")
    for page in ("", ".pdf", ".json", "/verschil", "/intrekken"):
        assert lotte.open(f"/modellen/{model.id}{page}").status == 404
