"""The reports on DUO's figures behind the gate of a school and of a board: opened by a product, read through pages."""

import pytest
from sqlalchemy import select

from portal.database import reader
from portal.parties import register
from portal.reports import catalogue
from portal.reports.duo_tables import PupilCount
from tests.builders import ANN, OURS, PRODUCT, SANNE, SCHOOL, TOM, Portal, accepted_terms

REPORT = f"/rapporten/{PRODUCT}/{SCHOOL}"
BOARD = f"/rapporten/{PRODUCT}/bestuur/{OURS}"
OURS_ALL = (catalogue.LEVELS, catalogue.PUPILS, catalogue.TEACHERS, catalogue.SECONDARY_SCHOOL)


@pytest.fixture
def opened(in_force: Portal) -> Portal:
    """The product opens the reports on DUO's figures; Tom and Ann accepted the terms."""
    page = in_force.sign_in(SANNE).open(f"/servicedesk/producten/{PRODUCT}/wijzigen")
    page.choose("reports", *OURS_ALL).press("Opslaan")
    accepted_terms(in_force, TOM)
    accepted_terms(in_force, ANN)
    return in_force


def test_the_reports_of_a_school_stand_beside_each_other(opened: Portal) -> None:
    tom = opened.sign_in(TOM).open(REPORT).sees("Referentieniveaus per vak", "Rekenen", "Bron: DUO")
    tom.follow("Leerlingen").sees("Leerlingen naar leeftijd", "De komende vijf jaar", "geen officiële raming")
    tom.follow("Personeelsprognose").sees("Rekenmodel van dit portaal, geen Mirror-raming", "Als het anders gaat")
    tom.sees_not("Voortgezet onderwijs")
    tom.open(f"{REPORT}/{catalogue.SECONDARY_SCHOOL}").sees("DUO geeft deze cijfers niet voor een basisschool.")


def test_own_numbers_count_and_what_is_wrong_stands_beside_its_field(opened: Portal) -> None:
    tom = opened.sign_in(TOM).open(f"{REPORT}/leerlingen?inflow=30&inflow_margin=0")
    tom.sees("leerlingen van 4 jaar bij: 30.")
    tom.open(f"{REPORT}/personeel?ratio=99&outflow=veel").sees(
        "Vul een getal in van 5 tot en met 40.", "Vul een getal in van 0 tot en met 30."
    )
    assert all(f'value="{typed}"' in tom.response.text for typed in ("99", "veel"))


def test_the_pupils_of_a_board_are_those_whose_gate_is_open(opened: Portal) -> None:
    ann = opened.sign_in(ANN).open(f"{BOARD}/leerlingen").sees("School voor school", "Bron: DUO")
    names = opened.ask(
        lambda: [
            each.name
            for each in register.locations_of(OURS)
            if reader.scalar(select(PupilCount.code).where(PupilCount.code == each.code).limit(1))
        ]
    )
    assert names
    assert any(name in ann.response.text for name in names)
    assert ann.open(f"{BOARD}/referentieniveaus").status == 404  # of a school, not of a board


def test_what_a_product_does_not_open_is_not_there(in_force: Portal) -> None:
    accepted_terms(in_force, TOM)
    page = in_force.sign_in(SANNE).open(f"/servicedesk/producten/{PRODUCT}/wijzigen")
    page.choose("reports", catalogue.SCHOOL_CARD).press("Opslaan")
    tom = in_force.sign_in(TOM).open(REPORT).sees("Schoolkaart")
    for name in OURS_ALL:
        assert tom.open(f"{REPORT}/{name}").status == 404


@pytest.mark.parametrize(
    ("report", "shown"),
    [(catalogue.LEVELS, "Taalverzorging"), (catalogue.PUPILS, "12 jaar"), (catalogue.TEACHERS, "Als het anders gaat")],
)
@pytest.mark.parametrize("kind", ["csv", "xlsx", "pdf"])
def test_each_of_them_goes_along_as_a_file_that_says_what_the_page_says(
    opened: Portal, report: str, shown: str, kind: str
) -> None:
    page = opened.sign_in(TOM).open(f"{REPORT}/{report}").follow("Downloaden of delen")
    page = (
        page.choose("whom", "myself")
        .choose("kind", kind)
        .fill(purpose="Voor de teamvergadering")
        .press("Maak het klaar")
    )
    file = page.open(f"{page.address}/bestand")
    assert file.status == 200
    if kind == "csv":
        text = file.response.data.decode("utf-8-sig")
        assert shown in text
        assert "Vertrouwelijk" in text
        assert "Bron: DUO" in text


def test_what_a_product_no_longer_opens_goes_along_no_longer(opened: Portal) -> None:
    page = opened.sign_in(TOM).open(f"{REPORT}/leerlingen").follow("Downloaden of delen")
    page = page.choose("whom", "myself").choose("kind", "csv").fill(purpose="Voor het team").press("Maak het klaar")
    address = page.address
    desk = opened.sign_in(SANNE).open(f"/servicedesk/producten/{PRODUCT}/wijzigen")
    desk.choose("reports", catalogue.SCHOOL_CARD).press("Opslaan")
    tom = opened.sign_in(TOM)
    assert tom.open(f"{address}/bestand").status == 409
    assert tom.open(f"{REPORT}/leerlingen/delen").status == 404
    assert tom.open(f"{REPORT}/nonsense/delen").status == 404
