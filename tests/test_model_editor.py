"""A model DPIA is written in the portal, a part at a time: from an empty draft, by two authors, with what can go wrong."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.database import reader
from portal.offers.dpia import files, model, parts
from portal.offers.dpia.model import DpiaModel
from portal.offers.dpia.parts import PARTS
from portal.offers.publications import DPIA_MODEL, MODEL_EXAMPLES
from portal.offers.sections import Cells, Kind
from portal.offers.tables import Publication, PublicationDraft
from portal.offers.writing import Part
from tests.browser import Browser
from tests.builders import LOTTE, NOOR, SANNE, Portal, a_rights_holder, a_role
from tests.suppliers import KIM, the_supplier
from tests.test_dpia_models import BEGIN, HERE, from_file, ours, published, said
from workflows.vocabulary import Role

__all__ = ["ours"]

EMPTY = "Begin met een leeg model"
EXAMPLES = {name: files.read(path.read_text(encoding="utf-8")) for name, path in MODEL_EXAMPLES.items()}


def a_draft(portal: Portal, begin: str = BEGIN) -> Browser:
    return portal.sign_in(KIM).open(HERE).press(begin)


def draft(portal: Portal) -> PublicationDraft:
    return portal.ask(lambda: reader.query(PublicationDraft).filter_by(kind=DPIA_MODEL).one())


def body(portal: Portal) -> dict[str, Any]:
    return dict(draft(portal).body)


def at_part(browser: Browser, part: str) -> Browser:
    """The page of a part of the draft that the browser looks at."""
    root = "/".join(browser.address.split("?")[0].split("#")[0].split("/")[:5])
    return browser.open(f"{root}/{part}")


def fields_of(part: Part, rows: list[Cells]) -> dict[str, Any]:
    """These rows as the page of a part sends them."""
    sent: dict[str, Any] = {}
    for at, row in enumerate(rows):
        for column in (each for each in part.section.columns if each.kind is not Kind.KEPT):
            name, value = f"row-{at}-{column.name}", row[column.name]
            if column.kind is Kind.DAY:
                sent |= dict(zip((f"{name}-year", f"{name}-month", f"{name}-day"), value.split("-"), strict=True))
            else:
                sent[name] = value
    return sent


# --- The story ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_part_of_an_example_written_from_nothing_gives_the_same_model(ours: Portal, name: str) -> None:
    example, at = EXAMPLES[name], a_draft(ours, EMPTY)
    root = at.address.split("?")[0]
    for part in PARTS.values():
        at.open(f"{root}/{part.name}")
        sent = fields_of(part, parts.rows(example, part))
        at.post(f"{root}/{part.name}", {**sent, "seen": at.values()["seen"][0], "do": "next"})
        assert at.status == 302, part.name
    made = draft(ours)
    assert (made.title, made.version, made.body) == (example.title, example.version, example.body())
    at.open(root).sees("Alles is ingevuld")


def test_a_small_model_is_written_with_the_buttons_of_the_pages_and_published(ours: Portal) -> None:
    at = a_draft(ours, EMPTY).sees("nog leeg", "Geef het model een titel").follow("Over dit model")
    at.fill(row__0__title="Rekenhulp", row__0__version="2026-11", row__0__maker="Een kring van scholen")
    at.fill(row__0__made_on__day="1", row__0__made_on__month="11", row__0__made_on__year="2026")
    at.fill(row__0__review_on__day="1", row__0__review_on__month="11", row__0__review_on__year="2029")
    at.fill(row__0__product_version="3", row__0__summary="Een hulp bij het rekenen.").press("Bewaren en verder")
    at.sees("Onderdelen", "Deel 2 van 7").press("Onderdeel toevoegen").sees("Onderdeel O1")
    at.fill(row__0__name="Oefenen").press("Bewaren en verder")
    at.sees("Voorwaarden", "Dat mag zo blijven").press("Voorwaarde toevoegen").sees("Voorwaarde C1")
    at.fill(row__0__text="De school zet het profiel uit.").press("Bewaren en verder").sees("D1: Doelen", "D12")
    at.fill(**{f"row__{place}__text": f"Kant {place}." for place in range(12)})
    at.fill(**{f"row__{place}__level": "1" for place in range(12)}).press("Bewaren en verder")
    at.press("Risico toevoegen").sees("Risico R1").fill(row__0__text="Een vreemde leest mee.")
    at.fill(row__0__chance="high", row__0__impact="medium", row__0__chance_after="low", row__0__impact_after="medium")
    at.press("Bewaren en verder").press("Maatregel toevoegen").sees("Maatregel M1").choose("row-0-modules", "O1")
    at.fill(row__0__text="Inloggen in twee stappen.", row__0__critical="yes", row__0__by="school")
    at.fill(row__0__evidence="Een foto.").press("Bewaren en verder").sees("Verlaagt nog geen risico")
    at.press("Risico toevoegen: M1").fill(row__0__risk="R1", row__0__chance="2")
    at.press("Bewaren en terug naar het overzicht").sees("Alles is ingevuld", "Rekenhulp", "R1: kans −2")
    made = body(ours)
    assert made["modules"] == [{"id": "O1", "name": "Oefenen"}]
    assert made["dimensions"][11] == {"id": "D12", "text": "Kant 11.", "level": 1}
    [measure] = made["measures"]
    assert (measure["critical"], measure["modules"]) == (True, ["O1"])
    assert measure["lowers"] == [{"risk": "R1", "chance": 2, "impact": 0}]
    published(ours, at).sees("ligt vast", "Een kring van scholen")
    assert ours.count(Publication, kind=DPIA_MODEL) == 1


def test_the_page_of_a_draft_says_of_each_part_what_is_missing_and_leads_there(ours: Portal) -> None:
    at = from_file(ours, said(maker="", risks=[{**said()["risks"][0], "chance": ""}]))
    at.sees("Over dit model", "nog 1 ding", "4 onderdelen", "12 kanten van het gebruik", "1 risico")
    at.follow("Risico's: Risico R1, Kans: Kies een van de antwoorden.").sees("In dit deel is nog 1 ding nodig")
    at.fill(row__0__chance="medium").press("Bewaren").sees_not("nog 1 ding")
    at.follow("Overzicht van het concept").follow("Over dit model: Gemaakt door").sees("Wie heeft dit model gemaakt?")


def test_a_version_number_that_is_taken_is_said_before_anybody_publishes(ours: Portal) -> None:
    published(ours, a_draft(ours))
    at = from_file(ours.later(days=1), said()).sees("Versie 2026-11 is er al").sees_not("Bekijk het gevolg")
    at_part(at, "about").fill(row__0__version="2027-01").press("Bewaren").follow("Overzicht van het concept")
    at.sees("Bekijk het gevolg", "Vergeleken met versie 2026-11")


# --- Rows --------------------------------------------------------------------------------------------------------


def test_a_new_row_gets_the_next_number_and_the_others_keep_theirs(ours: Portal) -> None:
    at = at_part(a_draft(ours), "risks")
    count = len(body(ours)["risks"])
    at.press("Weghalen: Risico R2").sees("Weggehaald: R2:").press("Risico toevoegen")
    assert [each["id"] for each in body(ours)["risks"]] == [
        "R1", *(f"R{number}" for number in range(3, count + 2))
    ]  # fmt: skip
    at_part(at, "modules").press("Onderdeel toevoegen")
    assert [each["id"] for each in body(ours)["modules"]] == ["school", "group", "pupil", "forecast", "O1"]


def test_a_number_of_an_earlier_version_is_never_given_to_something_else(ours: Portal) -> None:
    published(ours, a_draft(ours))
    at = at_part(a_draft(ours.later(days=1), "Begin met de laatste versie"), "measures")
    last = body(ours)["measures"][-1]["id"]
    at.press(f"Weghalen: Maatregel {last}").press("Maatregel toevoegen")
    assert body(ours)["measures"][-1]["id"] == f"M{int(last[1:]) + 1}"


def test_what_was_taken_out_is_put_back_whole_with_what_it_lowers(ours: Portal) -> None:
    at, before = a_draft(ours), body(ours)
    for part, name in (("measures", "Maatregel M1"), ("risks", "Risico R1"), ("conditions", "Voorwaarde C1")):
        at_part(at, part).press(f"Weghalen: {name}").sees("Weggehaald").press("Zet terug")
        assert body(ours) == before, part
    at_part(at, "lowers").press("Weghalen: M1 verlaagt R1").sees("Weggehaald: M1 verlaagt R1").press("Zet terug")
    assert body(ours) == before


def test_rows_change_places_and_take_everything_along(ours: Portal) -> None:
    at = at_part(a_draft(ours), "measures")
    first, second = body(ours)["measures"][:2]
    at.press("Omlaag: Maatregel M1")
    assert body(ours)["measures"][:2] == [second, first]


def test_a_risk_that_is_gone_is_named_where_measures_lower_it(ours: Portal) -> None:
    at = at_part(a_draft(ours), "risks").press("Weghalen: Risico R1").follow("Overzicht van het concept")
    at.sees("Er is geen risico dat R1 heet").follow("Wat elke maatregel verlaagt: M1 verlaagt R1")
    assert "R1" in at.values()["row-0-risk"]
    at.fill(row__0__risk="R2").press("Bewaren").sees_not("M1 verlaagt R1")


def test_a_module_that_is_gone_stays_ticked_and_says_so(ours: Portal) -> None:
    at = a_draft(ours)
    place = next(at for at, each in enumerate(body(ours)["measures"]) if each["modules"])
    [name, *_] = body(ours)["measures"][place]["modules"]
    at_part(at, "modules").press(f"Weghalen: Onderdeel {name}")
    at_part(at, "measures").sees(f"{name} (is er niet meer)").press("Bewaren")
    at.sees(f"Er is geen onderdeel dat {name} heet.")
    assert name in body(ours)["measures"][place]["modules"]


# --- What can go wrong -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("part", "given", "sentence"),
    [
        ("about", {"row__0__made_on__day": "31", "row__0__made_on__month": "2"}, "Schrijf een datum als"),
        ("about", {"row__0__review_on__year": "2020"}, "De dag van herziening ligt na"),
        ("about", {"row__0__summary": ""}, "Schrijf in enkele zinnen"),
        ("modules", {"row__0__name": ""}, "Schrijf de tekst op."),
        ("dimensions", {"row__3__level": ""}, "Kies een niveau"),
        ("dimensions", {"row__3__text": ""}, "D4: Soorten gegevens, Zo wordt het gebruikt: Schrijf de tekst op."),
        ("risks", {"row__0__chance": "low", "row__0__chance_after": "high"}, "niet groter dan ervoor"),
        ("measures", {"row__0__by": ""}, "Kies een van de antwoorden."),
        ("measures", {"row__0__evidence": ""}, "Waaruit blijkt dat de maatregel er is?"),
        ("lowers", {"row__0__risk": ""}, "Kies welk risico de maatregel verlaagt."),
        ("lowers", {"row__0__chance": "0", "row__0__impact": "0"}, "Kies of de kans of het gevolg lager wordt."),
    ],
)
def test_what_cannot_be_is_kept_and_named_next_to_its_field(
    ours: Portal, part: str, given: dict[str, str], sentence: str
) -> None:
    at = at_part(a_draft(ours), part).fill(**given).press("Bewaren").sees(sentence)
    for name, value in given.items():
        assert at.values()[name.replace("__", "-")] == [value]
    assert "has-fault" in at.response.text
    at.follow("Overzicht van het concept").sees("nodig voordat u kunt publiceren").sees_not("Bekijk het gevolg")


def test_a_title_too_long_for_a_draft_is_refused_and_nothing_typed_is_lost(ours: Portal) -> None:
    at = at_part(a_draft(ours), "about").fill(row__0__title="t" * 201, row__0__summary="Blijft staan.")
    assert at.press("Bewaren").status == 422
    assert "row-0-title" in at.faults()
    assert at.values()["row-0-summary"] == ["Blijft staan."]
    assert draft(ours).changes == 1


def test_a_measure_that_a_colleague_took_out_is_named_and_its_row_can_go(ours: Portal) -> None:
    at = at_part(a_draft(ours), "lowers")
    other = ours.sign_in(SANNE).open(at.address.replace("lowers", "measures"))
    other.press("Weghalen: Maatregel M1")
    assert at.fill(row__1__chance="2").press("Bewaren").status == 422
    at.sees("Maatregel M1 is er niet meer. Haal deze regel weg.")
    assert at.values()["row-1-chance"] == ["2"]


def test_what_is_sent_by_force_makes_no_rows_of_its_own_and_no_fault(ours: Portal) -> None:
    at = a_draft(ours)
    root, before = at.address.split("?")[0], body(ours)

    def force(part: str, **fields: Any) -> int:
        at.open(f"{root}/{part}")
        seen = at.values()["seen"][0]
        return at.post(f"{root}/{part}", {"seen": seen, **{k.replace("__", "-"): v for k, v in fields.items()}}).status

    assert force("dimensions", row__0__id="D99", row__0__text="x", do="remove:0") == 302
    assert force("dimensions", do="add") == 302
    assert body(ours) == before
    assert force("conditions", row__0__id="../x", row__0__text="a", row__1__id="data", row__1__text="b") == 302
    assert [each["id"] for each in body(ours)["conditions"]] == ["C3", "C4"]
    assert force("lowers", row__0__measure="M99", row__0__risk="R1", row__0__chance="²") == 422
    assert force("lowers", row__0__measure="M1", row__0__risk="R1", row__0__chance="²", row__0__impact="-1") == 302
    assert body(ours)["measures"][0]["lowers"] == [{"risk": "R1", "chance": 0, "impact": 0}]
    assert force("lowers", do="add:999") == 302
    assert force("measures", do="nonsense") == 404
    assert force("measures", do="restore", gone_place="1", gone__id="M1", gone__lowers="a:b") == 302
    assert at.open(f"{root}/nothing").status == 404
    at.open(root)


def test_a_draft_without_measures_or_risks_says_where_to_begin(ours: Portal) -> None:
    at = at_part(a_draft(ours, EMPTY), "lowers").sees("Schrijf eerst de maatregelen op", "Schrijf eerst de risico's op")
    seen = at.values()["seen"][0]
    assert at.post(at.address, {"seen": seen, "do": "add"}).status == 302
    assert body(ours) == model.empty().body()


def test_a_file_with_more_rows_than_a_page_holds_is_refused(ours: Portal) -> None:
    rows = [{"id": f"C{number}", "text": "x"} for number in range(501)]
    at = from_file(ours, said(conditions=rows))
    assert at.status == 422
    at.sees("conditions heeft te veel regels")
    measures = said()["measures"]
    measures[0]["lowers"] = [{"risk": "R1", "chance": 1, "impact": 1}] * 501
    at = from_file(ours, said(measures=measures))
    assert at.status == 422
    at.sees("lowers heeft te veel regels")


def test_hostile_text_in_every_field_is_only_text(ours: Portal) -> None:
    hostile = "<script>alert(1)</script> {{7*11111}} {% for %} ${x} \x00\u202e& <img src=x>"
    content = said(title=hostile, maker=hostile, summary=hostile, product_version=hostile, made_on=hostile)
    for name in ("modules", "conditions", "dimensions", "risks", "measures"):
        content[name] = [{key: hostile if isinstance(value, str) and key != "id" else value for key, value in row.items()} for row in content[name]]  # fmt: skip
    content["measures"][0] |= {"id": hostile, "modules": [hostile], "lowers": [{"risk": hostile, "chance": 1, "impact": 0}]}  # fmt: skip
    at = from_file(ours, content).sees("<script>alert(1)</script> {{7*11111}}")
    for part in PARTS:
        at = at_part(at, part)
        assert at.status == 200 and not [each for each in at.all("img") if each.get("src") == "x"], part
        assert at.press("Bewaren").status == 200, part
    assert at.follow("Overzicht van het concept").sees("{{7*11111}}").sees_not("77777").status == 200


# --- Two authors -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("part", "field"),
    [
        ("about", "row__0__summary"),
        ("modules", "row__0__name"),
        ("dimensions", "row__4__text"),
        ("risks", "row__0__text"),
        ("measures", "row__0__evidence"),
    ],
)
def test_a_stale_tab_overwrites_nothing_and_shows_both(ours: Portal, part: str, field: str) -> None:
    first = at_part(a_draft(ours), part)
    second = ours.sign_in(SANNE).open(first.address)
    first.fill(**{field: "Van de een"}).press("Bewaren")
    assert second.fill(**{field: "Van de ander"}).press("Bewaren").status == 409
    second.sees("intussen gewijzigd", "[vervallen: een]", "[toegevoegd: ander]")
    assert "Van de een" in json.dumps(body(ours))
    second.press("Bewaren")
    assert "Van de ander" in json.dumps(body(ours)) and "Van de een" not in json.dumps(body(ours))


def test_a_stale_tab_of_what_measures_lower_shows_both_too(ours: Portal) -> None:
    first = at_part(a_draft(ours), "lowers")
    second = ours.sign_in(SANNE).open(first.address)
    first.fill(row__0__risk="R3").press("Bewaren")
    assert second.fill(row__0__risk="R4").press("Bewaren").status == 409
    second.sees("[vervallen: R3]", "[toegevoegd: R4]")
    assert body(ours)["measures"][0]["lowers"][0]["risk"] == "R3"


def test_two_people_write_measures_and_what_they_lower_at_once(ours: Portal) -> None:
    first = at_part(a_draft(ours), "measures")
    second = ours.sign_in(SANNE).open(first.address.replace("measures", "lowers"))
    first.fill(row__0__text="Van de een").press("Bewaren")
    assert second.fill(row__0__risk="R4").press("Bewaren").status == 200
    [measure, *_] = body(ours)["measures"]
    assert (measure["text"], measure["lowers"][0]["risk"]) == ("Van de een", "R4")


# --- Who ---------------------------------------------------------------------------------------------------------


def test_nobody_else_finds_the_parts_of_a_draft(ours: Portal) -> None:
    at = at_part(a_draft(ours), "measures")
    a_rights_holder(ours)
    a_role(ours, NOOR, the_supplier(ours), Role.PRIVACY_OFFICER)  # of the supplier, but not one who publishes
    before = body(ours)
    for someone in (NOOR, LOTTE):
        other = ours.sign_in(someone)
        assert other.open(at.address).status == 404
        other.open("/account")
        assert other.post(at.address, {"do": "save"}).status == 404
    assert ours.browser().open(at.address).sees("Inloggen")
    assert ours.sign_in(KIM).open(at.address.replace("modellen/concepten", "concepten")).status == 404
    assert body(ours) == before


# --- Whatever stands in it ---------------------------------------------------------------------------------------

WORDS = st.text(st.sampled_from("abR1D:-. "), max_size=6)
LOWERED = st.builds(lambda risk, steps: {"risk": risk, "chance": steps, "impact": -steps}, WORDS, st.integers(-1, 4))
MEASURES = st.builds(
    lambda name, words, critical, modules, lowers: {
        "id": name, "text": words, "critical": critical, "by": words, "evidence": words, "modules": modules,
        "lowers": lowers,
    },
    st.sampled_from(["M1", "M2", "meta", "M 1", ""]), WORDS, st.booleans(), st.lists(WORDS, max_size=2, unique=True),
    st.lists(LOWERED, max_size=3),
)  # fmt: skip


@given(measures=st.lists(MEASURES, max_size=4), sides=st.lists(st.sampled_from(["D1", "D2", "D77"]), max_size=3))
def test_every_part_of_any_file_can_be_shown_saved_and_says_what_is_wrong_at_a_field_that_is_there(
    measures: list[dict[str, Any]], sides: list[str]
) -> None:
    uses = [{"id": side, "text": side, "level": len(side)} for side in sides]
    found = files.read(json.dumps(said(measures=measures, dimensions=uses)))
    for each in parts.unfinished(found):
        if each.field:
            assert int(each.field.split("-")[1]) < len(parts.rows(found, each.part))
            assert each.part.column_at(each.field)
    again = found
    for part in PARTS.values():
        again = parts.with_rows(again, part, parts.rows(again, part))
    assert files.read(files.written(again)) == again
    ids = [each["id"] for each in again.said["measures"]]
    assert len(set(ids)) == len(ids) == len(measures)
    for part in PARTS.values():  # what was mended by saving stays as it is
        assert parts.with_rows(again, part, parts.rows(again, part)) == again
    assert isinstance(again, DpiaModel)
