"""A session that is over is dead at once: after signing out, another password, a block, or the end of a role."""

from collections.abc import Callable

import pytest

from portal.parties import memberships
from portal.parties.tables import Membership, Person
from tests.account_pages import PASSWORD, Browser, Portal
from tests.builders import EVA, OURS, PRODUCT, SCHOOL, TOM, Someone, accepted_terms
from tests.builders import Portal as WholePortal
from tests.conftest import Tell
from tests.test_accounts import NEW_PASSWORD, _block
from tests.test_sign_in_attacks import ANN, a_reset, inside, is_in, portal

pytestmark = pytest.mark.any_database

__all__ = ["portal"]


def _signs_out(portal: Portal, browser: Browser) -> None:
    browser.get("/account")
    browser.post("/uitloggen", {})


def _signs_out_everywhere(portal: Portal, browser: Browser) -> None:
    elsewhere = inside(portal)
    elsewhere.get("/account")
    elsewhere.post("/account/overal-uitloggen", {})


def _changes_the_password(portal: Portal, browser: Browser) -> None:
    form = {"password": PASSWORD, "new_password": NEW_PASSWORD, "new_password_confirm": NEW_PASSWORD}
    inside(portal).fill("/wachtwoord-wijzigen", form)


ENDS: dict[str, Callable[[Portal, Browser], object]] = {
    "sign-out": _signs_out,
    "sign-out everywhere": _signs_out_everywhere,
    "another password": _changes_the_password,
    "a reset": lambda portal, _: a_reset(portal, ANN),
    "a block": lambda portal, _: _block(portal, ANN),
    "an hour of nothing": lambda portal, _: portal.later(minutes=61),
}


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
def test_a_stolen_session_is_dead_at_once_after(
    portal: Portal, end: Callable[[Portal, Browser], object], tell: Tell
) -> None:
    victim = inside(portal)
    thief = portal.browser()
    assert victim.cookie is not None
    thief.client.set_cookie("tekenpoort", victim.cookie)
    assert is_in(thief)
    thief.get("/account")
    end(portal, victim)
    assert thief.post("/account/wijzigen", {"name": "Dief", "function": "x", "phone": ""}).status_code in (302, 400)
    assert not is_in(thief)
    assert thief.get("/account").location.startswith("/inloggen")
    assert portal.column(ANN, "name") == "Ann"
    tell("a stolen session", 3, 3)


def test_a_role_that_ended_opens_nothing_in_a_session_that_is_still_open(in_force: WholePortal, tell: Tell) -> None:
    """Row 20: pages, spreadsheets, documents and acts, from one request to the next."""
    accepted_terms(in_force, TOM)
    ours, document = in_force.organisation(OURS), in_force.document(in_force.case("board_declaration")).id
    eva, tom = in_force.sign_in(EVA), in_force.sign_in(TOM)
    pages = [f"/organisaties/{ours}{part}" for part in ("", "/mensen", "/mensen.csv", "/stukken", "/zaken.csv")]
    pages += [f"/stukken/{document}.pdf", f"/zaken/{in_force.case('board_declaration')}"]
    report = f"/rapporten/{PRODUCT}/{SCHOOL}"
    assert {eva.open(each).status for each in pages} == {200}
    assert tom.open(report).status == 200
    in_force.do(lambda session: [memberships.end_membership(session, each) for each in roles_of(session, EVA, TOM)])
    assert {eva.open(each).status for each in pages} == {404}
    assert tom.open(report).status == 404
    invited = {"name": "Pia", "email": "pia@ons.example", "role": "reader"}
    assert eva.post(f"/organisaties/{ours}/uitnodigen", invited).status == 404
    assert eva.post(f"/zaken/begin/board_declaration?organisation={ours}").status == 404
    tell("a role that ended", len(pages) + 3, len(pages) + 3)


def roles_of(session, *everyone: Someone) -> list[Membership]:  # type: ignore[no-untyped-def]
    emails = [each.email for each in everyone]
    found: list[Membership] = session.query(Membership).join(Person).filter(Person.email.in_(emails)).all()
    return found
