"""A processor agreement as it is written: complete by article 28, within its bounds, and read back as it was."""

import copy
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.errors import InvalidError
from portal.offers.agreements import files
from portal.offers.agreements.agreement import Agreement, filled
from portal.offers.agreements.annexes import all_columns, outside_the_eea
from portal.offers.agreements.changes import annex_changes
from portal.offers.agreements.duties import DUTIES, PARAMETERS
from portal.offers.publications import SHIPPED
from portal.offers.section_changes import RowChange

EXAMPLE = (SHIPPED / "processor_agreement_2026-11.json").read_text(encoding="utf-8")


def changed(**parts: Any) -> Agreement:
    """The example, in which some parts are otherwise."""
    return files.read(json.dumps({**json.loads(EXAMPLE), **parts}))


def with_row(annex: str, section: str, at: int, **values: str) -> Agreement:
    said = copy.deepcopy(json.loads(EXAMPLE))
    said[annex][section][at] |= values
    return files.read(json.dumps(said))


def faults(agreement: Agreement) -> dict[str, str]:
    return dict(agreement.faults())


@pytest.mark.parametrize("name", ["processor_agreement_2026-11.json", "portal_agreement_2026-11.json"])
def test_an_example_can_be_published_and_says_that_it_is_one(name: str) -> None:
    example = files.read((SHIPPED / name).read_text(encoding="utf-8"))
    assert faults(example) == {}
    assert "voorbeeldtekst" in example.introduction
    assert example.missing_duties() == []
    assert outside_the_eea(example.leaflet) == []


def test_what_is_written_is_read_back_as_it_was() -> None:
    example = files.read(EXAMPLE)
    assert files.read(files.written(example)) == example
    assert Agreement.of(example.body(), title=example.title, version=example.version).body() == example.body()


@pytest.mark.parametrize("duty", DUTIES)
def test_each_duty_of_article_28_that_no_clause_fulfils_stops_it(duty: str) -> None:
    said = json.loads(EXAMPLE)
    for clause in said["clauses"]:
        clause["duties"] = [each for each in clause["duties"] if each != duty]
    found = files.read(json.dumps(said))
    assert found.missing_duties() == [duty]
    assert "artikel 28" in faults(found)["duties"]


@pytest.mark.parametrize("hours", ["0", "49", "900", "-1", "1.5", "²", "", "9" * 400, "vierentwintig"])
def test_a_number_out_of_bounds_is_named(hours: str) -> None:
    said = json.loads(EXAMPLE)
    found = changed(parameters={**said["parameters"], "breach_hours": hours})
    assert "parameters-breach_hours" in faults(found)


@given(st.sampled_from([each for each in PARAMETERS if each.is_number]), st.integers(-10, 1000))
def test_a_number_is_good_exactly_within_its_bounds(parameter: Any, value: int) -> None:
    said = json.loads(EXAMPLE)
    found = changed(parameters={**said["parameters"], parameter.name: value})
    within = parameter.least <= value <= parameter.most
    assert (f"parameters-{parameter.name}" not in faults(found)) is within


@given(st.sampled_from(list(all_columns())))
def test_no_value_that_is_asked_can_be_left_out(where: Any) -> None:
    annex, section, column = where
    said = json.loads(EXAMPLE)
    if said[annex][section.name]:
        named = faults(with_row(annex, section.name, 0, **{column.name: ""}))
        assert (f"{annex}-{section.name}-0-{column.name}" in named) is not column.optional


@pytest.mark.parametrize(
    ("annex", "section", "values", "place"),
    [
        ("leaflet", "data", {"category": "absence"}, "leaflet-data-0-category"),
        ("leaflet", "data", {"category": "shoe_size"}, "leaflet-data-0-category"),
        ("leaflet", "retention", {"category": "care"}, "leaflet-retention-0-category"),
        ("leaflet", "places", {"in_eea": "no"}, "leaflet-places-0-basis"),
        ("leaflet", "subprocessors", {"in_eea": "no", "country": "Verenigde Staten"}, "leaflet-subprocessors-0-basis"),
        ("leaflet", "contact", {"privacy": "geen adres"}, "leaflet-contact-0-privacy"),
        ("leaflet", "version", {"day": "2026-02-30"}, "leaflet-version-0-day"),
        ("security", "breach", {"hours": "36"}, "security-breach-0-hours"),
        ("security", "breach", {"hours": "snel"}, "security-breach-0-hours"),
        ("security", "measures", {"theme": "roles"}, "security-measures"),
    ],
)
def test_what_does_not_agree_within_the_annexes_is_named(
    annex: str, section: str, values: dict[str, str], place: str
) -> None:
    assert place in faults(with_row(annex, section, 0, **values))


@pytest.mark.parametrize("name", ["duration", "", "Met Hoofdletter"])
def test_each_clause_has_an_id_of_its_own(name: str) -> None:
    said = json.loads(EXAMPLE)
    said["clauses"][0]["id"] = name
    assert "clauses-0-id" in faults(files.read(json.dumps(said)))


def test_a_place_for_a_parameter_that_is_not_known_is_named_and_stays_as_it_is_written() -> None:
    assert filled("binnen {breach_hours} uur, {anders}", {"breach_hours": "24"}) == "binnen 24 uur, {anders}"
    said = json.loads(EXAMPLE)
    said["clauses"][0]["text"] += " {anders}"
    assert "anders" in faults(files.read(json.dumps(said)))["clauses-0-text"]


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (lambda said: said.pop("format"), "format"),
        (lambda said: said.update(extra=1), "extra"),
        (lambda said: said.update(clauses={}), "clauses"),
        (lambda said: said["clauses"][2].pop("text"), "clauses[3]"),
        (lambda said: said["clauses"][2].update(colour="red"), "clauses[3].colour"),
        (lambda said: said.update(leaflet=[]), "leaflet"),
        (lambda said: said["leaflet"].update(shoes=[]), "leaflet.shoes"),
        (lambda said: said["leaflet"]["data"].append("x"), "leaflet.data[5]"),
        (lambda said: said["leaflet"]["data"][0].update(which=["x"]), "leaflet.data[1].which"),
        (lambda said: said.update(parameters=[1]), "parameters"),
        (lambda said: said.update(title={"a": 1}), "title"),
    ],
)
def test_a_file_of_another_shape_is_refused_with_the_place(change: Any, named: str) -> None:
    said = json.loads(EXAMPLE)
    change(said)
    with pytest.raises(InvalidError) as refused:
        files.read(json.dumps(said))
    assert named in refused.value.fields["file"]


@pytest.mark.parametrize("text", ["", "x", "[]", "null", "1", '{"format": 1}', "[" * 100_000, "\ud800", '{"a":NaN}'])
def test_whatever_is_sent_there_is_a_sentence(text: str) -> None:
    with pytest.raises(InvalidError):
        files.read(text)


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=5), lambda x: st.lists(x, max_size=3) | st.dictionaries(st.sampled_from(["clauses", "leaflet", "security", "parameters", "id", "text", "data", "title", "deviations"]), x, max_size=4), max_leaves=12))  # fmt: skip
def test_no_shape_of_file_is_a_fault_of_our_own(value: Any) -> None:
    said = {"format": files.FORMAT, **(value if isinstance(value, dict) else {"clauses": value})}
    try:
        list(files.read(json.dumps(said)).faults())
    except InvalidError as refused:
        assert refused.fields["file"]


# --- What changed between two versions ---------------------------------------------------------------------------


def changes(said: dict[str, Any]) -> list[RowChange]:
    return annex_changes(files.read(EXAMPLE).body(), files.read(json.dumps(said)).body())


def test_a_new_subprocessor_and_one_other_country_are_exactly_what_changed() -> None:
    said = json.loads(EXAMPLE)
    new = {"name": "Nieuwhost", "task": "Kopie", "data": "Alles", "country": "Ierland", "in_eea": "yes", "basis": ""}
    said["leaflet"]["subprocessors"].insert(0, new)
    said["leaflet"]["subprocessors"][1]["country"] = "België"
    added, changed_ = changes(said)
    assert (added.kind, added.name) == ("added", "Nieuwhost")
    assert (changed_.kind, changed_.name) == ("changed", "Voorbeeldhosting B.V.")
    assert changed_.cells == (("Land", (("removed", "Nederland"), ("added", "België"))),)


def test_what_only_moved_is_the_same_and_what_went_is_named() -> None:
    said = json.loads(EXAMPLE)
    said["security"]["measures"].reverse()
    assert changes(said) == []
    del said["leaflet"]["optional"][0]
    [gone] = changes(said)
    assert (gone.kind, gone.section) == ("removed", "Wat de school zelf aan of uit zet")


@given(st.lists(st.sampled_from("abc"), max_size=5), st.lists(st.sampled_from("abc"), max_size=5))
def test_the_changes_of_rows_turn_one_version_into_the_other(before: list[str], after: list[str]) -> None:
    def body(names: list[str]) -> dict[str, Any]:
        said = json.loads(EXAMPLE)
        said["leaflet"]["exchange"] = [{"system": name, "what": name, "direction": "uit"} for name in names]
        return files.read(json.dumps(said)).body()

    found = annex_changes(body(before), body(after))
    came = [each.name for each in found if each.kind == "added"]
    went = [each.name for each in found if each.kind == "removed"]
    assert sorted([*before, *came]) == sorted([*after, *went])
    assert not set(came) & set(went)
    assert annex_changes(body(before), body(before)) == []
