"""An application behind the gate of a product: its address is the operator's, and the portal leads there when it may."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.database import reader
from portal.offers.applications import for_school, is_address
from portal.offers.tables import Product
from tests.builders import PRODUCT, SANNE, SCHOOL, TOM, Portal, accepted_terms

DESK = f"/servicedesk/producten/{PRODUCT}"
GATE = f"/rapporten/{PRODUCT}/{SCHOOL}/poort"
ADDRESS = "https://portaal.example.nl/monitor/{school}/"


def named(portal: Portal, address: str) -> None:
    """The service desk names the application of the product."""
    desk = portal.sign_in(SANNE).open(f"{DESK}/wijzigen").fill(application=address).press("Opslaan")
    assert desk.status == 200, desk.faults()


def test_an_open_gate_leads_to_the_application_of_this_school(in_force: Portal) -> None:
    named(in_force, ADDRESS)
    tom = in_force.sign_in(TOM).open(GATE)
    tom.sees_not("Open de toepassing")
    accepted_terms(in_force, TOM)
    assert tom.open(GATE).link("Open de toepassing") == f"https://portaal.example.nl/monitor/{SCHOOL}/"


def test_without_an_application_nothing_is_said_of_one(in_force: Portal) -> None:
    accepted_terms(in_force, TOM)
    in_force.sign_in(TOM).open(GATE).sees("De poort is open").sees_not("toepassing")


def test_what_was_set_is_shown_witnessed_and_can_be_taken_away(in_force: Portal) -> None:
    named(in_force, ADDRESS)
    in_force.sign_in(SANNE).open(DESK).sees(ADDRESS)
    assert in_force.findings() == ()
    in_force.do(lambda session: session.query(Product).update({"application": "https://kwaad.example/"}))
    assert any("andere poort" in each.what for each in in_force.findings())
    named(in_force, "")
    assert in_force.ask(lambda: reader.query(Product).one().application) == ""
    assert in_force.findings() == ()


@pytest.mark.parametrize(
    "address",
    [
        "portaal.example.nl", "/monitor/", "//portaal.example.nl/", "javascript:alert(1)", "data:text/html,x", "ftp://x.example/",
        "https://", "https:///x", "https://name:secret@x.example/", "https://x.example:0/", "https://x.example:99999/",
        "https://{school}.example/", "https://x.example/?s={school}", "https://x.example/#{school}", "https://x.example/{code}",
        "https://x.example/ x", "https://x.example/\"onclick=", "https://x.example\\@kwaad.example/", "https://[::1/", "https://é.example/",
        "https://x.example/" + "x" * 500,
    ],
)  # fmt: skip
def test_an_address_that_cannot_be_right_is_refused_at_the_field_and_nothing_typed_is_lost(
    portal: Portal, address: str
) -> None:
    desk = portal.sign_in(SANNE).open(f"{DESK}/wijzigen").fill(application=address, description="Blijft staan.")
    desk.press("Opslaan")
    assert desk.status == 422 and list(desk.faults()) == ["application"]
    assert desk.values()["description"] == ["Blijft staan."] and desk.values()["application"] == [address]


@pytest.mark.parametrize(
    "address", [ADDRESS, "http://127.0.0.1:8080/monitor/{school}/", "https://x.example", "https://x.example/a?b=c#d"]
)
def test_an_address_that_can_be_right_is_taken(address: str) -> None:
    assert is_address(address)
    assert for_school(address, "00AP00") == address.replace("{school}", "00AP00")


@given(st.text(max_size=60))
def test_no_text_makes_an_address_that_a_browser_reads_otherwise(text: str) -> None:
    for address in (text, f"https://x.example/{text}", f"https://{text}/"):
        if is_address(address):
            assert address[:8].lower().startswith(("http://", "https://"))
            assert address.isascii() and address.isprintable() and not set(address) & set(' "<>\\^`|')
