"""The register of agreements: what holds with whom, for which schools, and whom to reach when data leaked."""

import csv
import io
import uuid

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from portal.cases.tables import InForce
from portal.database import reader
from portal.offers.agreements.agreement import Agreement
from portal.offers.tables import Publication
from tests.browser import Browser
from tests.builders import ANN, BAS, EVA, IRIS, NOOR, OURS, SANNE, THEIRS, TOM, Portal, a_role, sign
from tests.test_processor_agreement import an_agreement, offered
from tests.test_two_sides import SAM, the_supplier
from workflows.vocabulary import Role

__all__ = ["offered"]
COLUMNS = {"Doelen", "Van wie", "Soorten gegevens", "Ontvangers", "Doorgifte buiten de EER", "Bewaartermijnen"}


def in_force_with(portal: Portal) -> uuid.UUID:
    """An agreement of our board, signed by both sides."""
    case_id = an_agreement(portal)
    for each in (ANN, BAS, SAM):
        sign(portal, case_id, each)
    portal.work()
    return case_id


@pytest.fixture
def agreed(offered: Portal) -> Portal:
    """Our board and the supplier agreed; Tom reads reports at one of its schools."""
    in_force_with(offered)
    school = offered.ask(
        lambda: reader.scalars(
            select(InForce.organisation_id).where(InForce.organisation_id != InForce.on_behalf_of).limit(1)
        ).one()
    )
    a_role(offered, TOM, school, Role.READER)
    return offered


def register_of(portal: Portal, key: str = OURS) -> str:
    return f"/organisaties/{portal.organisation(key)}/overeenkomsten"


def rows_of(browser: Browser, address: str) -> list[dict[str, str]]:
    """The lines of a spreadsheet, by column."""
    text = browser.open(address).response.data.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text), delimiter=";"))


def tweak(portal: Portal, **parts: object) -> None:
    """The publication says something else in its leaflet: as if it had been published so."""

    def change(session) -> None:  # type: ignore[no-untyped-def]
        text = session.scalars(select(Publication).filter_by(kind="processor_agreement")).one()
        body = dict(text.body)
        body["leaflet"] = {**body["leaflet"], **parts}
        assert Agreement.of(body, title=text.title, version=text.version)
        text.body = body

    portal.do(change)


# --- What stands there -------------------------------------------------------------------------------------------


def test_a_board_sees_what_holds_with_whom_and_reaches_the_contact_for_leaks_in_one_click(agreed: Portal) -> None:
    eva = agreed.sign_in(EVA).open(f"/organisaties/{agreed.organisation(OURS)}").follow("Overeenkomsten")
    eva.sees("1 overeenkomst", "Voorbeeldleverancier B.V.", "versie 2026-11", "van kracht", "in het portaal")
    eva.sees("Voorbeeldhosting B.V. (Nederland): Datacentrum", "lek@voorbeeldleverancier.example", "binnen 24 uur")
    eva.follow("Onderwijsresultatenmonitor")
    eva.sees("Bij een datalek", "030 000 00 00", "Toetsresultaten en referentieniveaus", "Drie schooljaren", "geen")
    eva.sees_not("030 000 00 01")


def test_the_first_page_and_the_page_of_the_organisation_lead_to_it(agreed: Portal) -> None:
    eva = agreed.sign_in(EVA).open("/van-kracht").follow("Verwerkersovereenkomst, versie 2026-11")
    eva.sees("Bij een datalek")
    eva.open(f"/organisaties/{agreed.organisation(OURS)}").follow("Verwerkersovereenkomst, versie 2026-11 (")
    eva.sees("Bij een datalek")


def test_the_sealed_file_is_one_click_away(agreed: Portal) -> None:
    noor = agreed.sign_in(NOOR).open(register_of(agreed))
    noor.open(noor.link("PDF"))
    assert noor.response.mimetype == "application/pdf"
    assert noor.response.data.startswith(b"%PDF-")


def test_the_spreadsheets_hold_what_article_30_asks(agreed: Portal) -> None:
    eva = agreed.sign_in(EVA)
    [row] = rows_of(eva, register_of(agreed) + ".csv")
    assert row.keys() >= COLUMNS
    assert row["Doorgifte buiten de EER"] == "geen"
    assert "Voorbeeldmail GmbH: Berichten versturen, Naam en e-mailadres, Duitsland" in row["Ontvangers"]
    assert row["Contact van de verantwoordelijke"] == "Noor Kaya noor@ons.example"
    assert "binnen 24 uur" in row["Melden van een datalek"]
    assert "ISO 27001" in row["Beveiliging in het kort"]
    sheet = load_workbook(io.BytesIO(eva.open(register_of(agreed) + ".xlsx").response.data)).active
    assert sheet is not None
    head, line = sheet.iter_rows(values_only=True)
    assert [str(each) for each in head] == list(row)
    assert dict(zip(head, line, strict=True))["Ontvangers"] == row["Ontvangers"]


def test_a_text_that_begins_as_a_formula_is_a_text_in_both_spreadsheets(agreed: Portal) -> None:
    tweak(agreed, purposes=[{"purpose": "=HYPERLINK(1)", "functions": "x", "need": "needed"}])
    eva = agreed.sign_in(EVA)
    [row] = rows_of(eva, register_of(agreed) + ".csv")
    assert row["Doelen"] == "'=HYPERLINK(1)"
    sheet = load_workbook(io.BytesIO(eva.open(register_of(agreed) + ".xlsx").response.data)).active
    assert sheet is not None
    cells = {each.value: each.data_type for each in next(sheet.iter_rows(min_row=2))}
    assert cells["=HYPERLINK(1)"] == "s"


def test_what_leaves_the_eea_is_named_and_can_be_filtered(agreed: Portal) -> None:
    eva = agreed.sign_in(EVA).open(register_of(agreed) + "?state=outside").sees("Niets gevonden")
    abroad = {"what": "Opslag", "country": "Verenigde Staten", "in_eea": "no", "basis": "Modelbepalingen"}
    tweak(agreed, places=[abroad])
    eva.open(register_of(agreed) + "?state=outside").sees("1 overeenkomst", "Verenigde Staten: Modelbepalingen")
    eva.open(register_of(agreed) + "?q=hosting").sees("1 overeenkomst")
    eva.open(register_of(agreed) + "?q=bestaatniet").sees("Niets gevonden")
    eva.open(register_of(agreed) + "?state=ended").sees("Niets gevonden")


def test_a_newer_version_is_named(agreed: Portal) -> None:
    def publish(session) -> None:  # type: ignore[no-untyped-def]
        old = session.scalars(select(Publication).filter_by(kind="processor_agreement")).one()
        new = {"kind": old.kind, "version": "2027-01", "title": old.title, "body": old.body, "sha256": old.sha256}
        session.add(Publication(product_id=old.product_id, since=agreed.moment, **new))

    agreed.do(publish)
    agreed.later(minutes=1)
    eva = agreed.sign_in(EVA).open(register_of(agreed) + "?state=newer").sees("versie 2027-01 is er")
    eva.follow("Onderwijsresultatenmonitor").sees("Er is een nieuwere versie", "Getekend is versie 2026-11")


def test_without_agreements_the_page_says_so(registered: Portal) -> None:
    registered.sign_in(EVA).open(register_of(registered)).sees("Nog geen overeenkomsten")


# --- Who sees what -----------------------------------------------------------------------------------------------


def test_a_school_sees_its_own_part_and_no_other_school(agreed: Portal) -> None:
    everybody = rows_of(agreed.sign_in(EVA), register_of(agreed) + ".csv")[0]["Scholen"].split("; ")
    assert len(everybody) > 1
    tom = agreed.sign_in(TOM)
    home = next(each for each in tom.open("/organisaties").all("a") if "/organisaties/" in each.get("href", ""))
    tom.open(home.get("href", "") + "/overeenkomsten").sees("1 overeenkomst", "1 school", "binnen 24 uur")
    [row] = rows_of(tom, home.get("href", "") + "/overeenkomsten.csv")
    assert row["Scholen"] in everybody
    tom.open(home.get("href", "") + "/overeenkomsten").follow("Onderwijsresultatenmonitor").sees("Bij een datalek")
    tom.open(tom.link("Bekijk het getekende stuk"))
    assert tom.response.mimetype == "application/pdf"


def test_others_find_nothing_there(agreed: Portal) -> None:
    ours = register_of(agreed)
    eva = agreed.sign_in(EVA).open(ours)
    one = eva.link("Onderwijsresultatenmonitor")
    addresses = (ours, ours + ".csv", ours + ".xlsx", one, one + ".pdf")
    for someone in (IRIS, TOM):
        for address in addresses:
            assert agreed.sign_in(someone).open(address).status == 404, (someone, address)
    for address in addresses:
        assert agreed.browser().open(address).address.startswith("/inloggen")
    elsewhere = one.replace(str(agreed.organisation(OURS)), str(agreed.organisation(THEIRS)))
    assert agreed.sign_in(IRIS).open(elsewhere).status == 404
    assert agreed.sign_in(SANNE).open(ours).sees("1 overeenkomst").status == 200


def test_the_supplier_sees_its_boards_and_an_organisation_without_agreements_has_no_register(agreed: Portal) -> None:
    supplier = the_supplier(agreed)
    sam = agreed.sign_in(SAM).open(f"/organisaties/{supplier}/overeenkomsten")
    sam.sees("1 overeenkomst", f"Stichting Voorbeeld {OURS}").follow("Onderwijsresultatenmonitor").sees("Schoolbestuur")
    operator = agreed.sign_in(SANNE).open("/organisaties").link("Servicedesk")
    assert agreed.sign_in(SANNE).open(f"{operator}/overeenkomsten").status == 404


def test_nothing_is_in_force_that_was_not_agreed(agreed: Portal) -> None:
    found = [each for each in agreed.findings("decisions") if "tekenbevoegdheid" not in each.what]
    assert found == []

    def more(session) -> None:  # type: ignore[no-untyped-def]
        row = session.scalars(select(InForce).where(InForce.organisation_id != InForce.on_behalf_of)).first()
        session.delete(row)

    agreed.do(more)
    assert any("iets anders van kracht" in each.what for each in agreed.findings("decisions"))
