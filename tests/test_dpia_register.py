"""The register of DPIAs: what a board decided about which product, for which schools, and when it looks again."""

import csv
import io
import uuid

import pytest
from openpyxl import load_workbook

from portal.database import reader
from portal.offers.tables import Product
from tests import guards
from tests.builders import ANN, BAS, EVA, IRIS, NOOR, OTHER_SCHOOL, OURS, SANNE, SCHOOL, THEIRS, TOM, Portal
from tests.dpia_decisions import FG, OUTCOMES, a_decision, a_model, reuse

LATE = reuse(subject={"in_use": True, "start": "2026-09-01"}, timing={"earlier": False, "why": "Er was nog niets."})


def register_of(portal: Portal, key: str = OURS, *, as_file: str = "") -> str:
    return f"/organisaties/{portal.organisation(key)}/dpia{as_file}"


@pytest.fixture
def decided(in_force: Portal) -> Portal:
    """Our board decided: first that there must be a DPIA of its own, then, late, that it reuses the model."""
    a_model(in_force)
    a_decision(in_force, OUTCOMES["own_dpia"])
    a_decision(in_force.later(days=1), LATE)
    return in_force


def test_it_says_what_was_decided_for_whom_by_whom_and_when_it_is_looked_at_again(decided: Portal) -> None:
    noor = decided.sign_in(NOOR).open(register_of(decided))
    noor.sees("2 besluiten", "Hergebruik", "Eigen DPIA nodig", "van kracht", "niet meer actueel", "te laat gemaakt")
    noor.sees("Resultatenmonitor in het basisonderwijs", "versie 2026-06", "1 juni 2028", "24 november 2026")
    noor.sees(f"{ANN.name}, {BAS.name}", "2 scholen").sees_not("voorbij")
    noor.follow("Onderwijsresultatenmonitor")
    assert noor.status == 200
    decided.later(days=600)
    decided.sign_in(NOOR).open(register_of(decided)).sees("voorbij")


def test_it_is_searched_filtered_and_sorted(decided: Portal) -> None:
    noor = decided.sign_in(NOOR)
    noor.open(register_of(decided) + "?state=ended").sees("1 besluit", "Eigen DPIA nodig").sees_not("Hergebruik")
    noor.open(register_of(decided) + "?state=late").sees("1 besluit", "te laat gemaakt")
    noor.open(register_of(decided) + "?q=bestaatniet").sees("Niets gevonden")
    noor.open(register_of(decided) + "?sort=-decided&q=basisonderwijs").sees("2 besluiten")
    noor.open(register_of(decided) + "?sort=nonsense&state=nonsense").sees("2 besluiten")


def test_it_comes_as_a_spreadsheet_of_both_kinds(decided: Portal) -> None:
    noor = decided.sign_in(NOOR)
    text = noor.open(register_of(decided, as_file=".csv")).response.data.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text), delimiter=";"))
    assert [(each["Uitkomst"], each["Te laat gemaakt"], each["Status"]) for each in rows] == [
        ("Hergebruik", "ja", "van kracht"),
        ("Eigen DPIA nodig", "nee", "niet meer actueel"),
    ]
    assert rows[0]["Getekend door"] == f"{ANN.name}; {BAS.name}" and rows[0]["Opnieuw beoordelen"] == "2028-06-01"
    sheet = load_workbook(io.BytesIO(noor.open(register_of(decided, as_file=".xlsx")).response.data)).active
    assert sheet is not None and sheet.max_row == 3


def test_a_school_and_the_fg_see_it_too_and_nobody_else(decided: Portal) -> None:
    tom = decided.sign_in(TOM).open(register_of(decided, SCHOOL))
    tom.sees("2 besluiten", "1 school").sees_not("2 scholen")
    decided.sign_in(FG).open(register_of(decided)).sees("2 besluiten")
    decided.sign_in(SANNE).open(register_of(decided)).sees("2 besluiten")
    iris = decided.sign_in(IRIS)
    for as_file in ("", ".csv", ".xlsx"):
        assert iris.open(register_of(decided, as_file=as_file)).status == 404
    iris.open(register_of(decided, THEIRS)).sees("Nog geen besluiten over een DPIA")
    supplier = decided.ask(lambda: reader.query(Product).one().supplier_id)
    assert decided.sign_in(SANNE).open(f"/organisaties/{supplier}/dpia").status == 404
    assert decided.sign_in(EVA).open(f"/organisaties/{uuid.uuid4()}/dpia").status == 404


def test_the_page_of_the_organisation_leads_to_it(decided: Portal) -> None:
    eva = decided.sign_in(EVA).open(f"/organisaties/{decided.organisation(OURS)}").follow("DPIA’s")
    eva.sees("2 besluiten")


@pytest.mark.parametrize(("page", "words"), [("dpia", "5 besluiten"), ("maatregelen", "6 maatregelen")])
def test_more_decisions_ask_the_database_no_more(decided: Portal, page: str, words: str) -> None:
    address = f"/organisaties/{decided.organisation(OURS)}/{page}"

    def statements() -> int:
        eva = decided.sign_in(EVA).open(address)
        with guards.statements(decided.database.engine) as asked:
            eva.open(address)
        eva.sees_not("Wachtwoord vergeten")
        return len(asked)

    first = OUTCOMES["measures_first"]
    a_decision(decided.later(days=1), first)
    few = statements()
    for school in (SCHOOL, OTHER_SCHOOL):
        a_decision(decided.later(days=1), {**first, "subject": {**first["subject"], "schools": [school]}})
    assert statements() <= few
    decided.sign_in(EVA).open(address).sees(words)
