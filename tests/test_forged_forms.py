"""Forged forms and links: no form without the token of its own session, no way out of the portal by a redirect."""

import pytest

from tests.browser import HTMX, Browser
from tests.builders import ANN, EVA, IRIS, PASSWORD, PRODUCT, SCHOOL, TOM, Portal, Someone
from tests.conftest import Tell
from tests.guards import MAY_WRITE_ON_GET, NOWHERE
from tests.test_outsiders import lived_in, ours_in

pytestmark = pytest.mark.any_database

__all__ = ["lived_in"]
OUTSIDE = (
    "//kwaad.example",
    "///kwaad.example",
    "////kwaad.example/zaken",
    "/\\kwaad.example",
    "\\\\kwaad.example",
    "/\t/kwaad.example",
    "/\n/kwaad.example",
    "/\u2028/kwaad.example",
    "\u3000//kwaad.example",
    " //kwaad.example",
    "https://kwaad.example/x",
    "https:kwaad.example",
    "HTTPS:/kwaad.example",
    "http://127.0.0.1:8000@kwaad.example",
    "//127.0.0.1:8000@kwaad.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "/zaken\r\nLocation: //kwaad.example",
)
CLAIMS = {
    "Host": "kwaad.example",
    "X-Forwarded-Host": "kwaad.example",
    "X-Forwarded-Prefix": "//kwaad.example",
    "Forwarded": "host=kwaad.example",
    "Referer": "https://kwaad.example/",
    "Origin": "https://kwaad.example",
    "HX-Current-URL": "https://kwaad.example/",
    "HX-Prompt": "https://kwaad.example/",
    "X-Original-URL": "//kwaad.example",
    "X-Rewrite-URL": "//kwaad.example",
}


# --- Without a token ---------------------------------------------------------------------------------------------


def posts(portal: Portal) -> list[str]:
    """One address of ours for each endpoint that takes a form."""
    known = {**ours_in(portal), "token": ["x"], "workflow_name": ["usage_terms"]}
    found = []
    with portal.opened(), portal.app.test_request_context():
        for rule in portal.app.url_map.iter_rules():
            if "POST" in (rule.methods or ()) and rule.endpoint not in NOWHERE:
                values = {name: (rule.defaults or {}).get(name) or known[name][0] for name in rule.arguments}
                found.append(portal.app.url_for(rule.endpoint, **values))
    return found


def refuse_forgery(browser: Browser, address: str, foreign: str) -> int:
    """Without a token, with an invented one and with that of somebody else a form is refused, and nothing is written."""
    tries: list[dict[str, dict[str, str]]] = [
        {"data": {"email": "x"}},
        {"data": {"email": "x", "csrf_token": "x"}},
        {"data": {"email": "x", "csrf_token": foreign}},
        {"data": {"email": "x"}, "headers": {**HTMX, "X-CSRFToken": foreign}},
    ]
    for each in tries:
        browser.send("POST", address, **each)  # type: ignore[arg-type]
        assert browser.status == 400, f"{address} takes a form with {each}: {browser.status}"
        written = set(browser.portal.watch.written) - MAY_WRITE_ON_GET
        assert not written, f"{address} refused a form and wrote to {written}"
    return len(tries)


@pytest.mark.parametrize("someone", [ANN, IRIS, None], ids=["who may", "another board", "nobody"])
def test_no_form_is_taken_without_the_token_of_its_own_session(
    lived_in: Portal, someone: Someone | None, tell: Tell
) -> None:
    """Row 16: every address that takes a form."""
    foreign = lived_in.sign_in(EVA).open("/account").token
    assert foreign
    browser = lived_in.sign_in(someone) if someone else lived_in.browser()
    browser.open("/account" if someone else "/inloggen")
    every = [each for each in posts(lived_in) if someone or each != "/uitloggen"]  # nobody is led home
    tried = sum(refuse_forgery(browser, each, foreign) for each in every)
    assert len(every) > 50
    tell(f"forged forms, {someone.name if someone else 'nobody'}", tried, tried)


# --- Out of the portal; the browser of every test refuses to be led there ----------------------------------------


def test_nobody_is_led_out_of_the_portal_by_signing_in(in_force: Portal, tell: Tell) -> None:
    """Row 16: `next` on the page, in the form, and on the way through a forgotten password."""
    for outside in OUTSIDE:
        by_link, by_form = in_force.browser(), in_force.browser()
        for page in ("/wachtwoord-vergeten", "/inloggen"):
            by_link.send("GET", page, query_string={"next": outside})
        by_link.fill(email=TOM.email, password=PASSWORD).press("Inloggen").open("/account").sees(TOM.name)
        by_form.open("/inloggen").post("/inloggen", {"email": TOM.email, "password": PASSWORD, "next": outside})
        assert by_form.status == 400
        by_form.send("POST", "/inloggen", query_string={"next": outside}, data={"csrf_token": by_form.token})
    tell("out of the portal by signing in", 3 * len(OUTSIDE), 3 * len(OUTSIDE))


def test_nobody_is_led_out_of_the_portal_once_signed_in(in_force: Portal, tell: Tell) -> None:
    """Row 16: where a procedure returns to, where an invitation leads, where a language is chosen, and on the way out."""
    eva = in_force.sign_in(EVA)
    for outside in OUTSIDE:
        begun = in_force.sign_in(TOM).open("/")
        begun.post(f"/zaken/begin/usage_terms?product={PRODUCT}", {"product": PRODUCT, "next": outside})
        assert begun.open("/account").status == 200
        for page in ("/ingelogd", "/tweede-factor", "/bevestigen", f"/rapporten/{PRODUCT}/{SCHOOL}", "/agenda"):
            eva.send("GET", page, query_string={"next": outside, "back_to": outside, "url": outside})
            eva.send("GET", page, query_string={"next": outside, "taal": "en"}).send(
                "GET", page, query_string={"taal": "nl"}
            )
        eva.send("GET", outside if outside.startswith("/") else "/" + outside, query_string={"taal": "en"})
    tell("out of the portal once signed in", 17 * len(OUTSIDE), 17 * len(OUTSIDE))


def test_the_terms_lead_back_to_a_page_of_ours_whatever_the_form_said(in_force: Portal, tell: Tell) -> None:
    tom = in_force.sign_in(TOM).open(f"/zaken/begin/usage_terms?product={PRODUCT}")
    tom.post(tom.address, {"product": PRODUCT, "next": OUTSIDE[0]}).open(tom.response.location)
    keys = [each.get("value", "") for each in tom.all("input") if each.get("name") == "confirmed"]
    tom.choose("confirmed", *keys).press("Opslaan en verder").choose("group", "school").press("Opslaan en verder")
    assert tom.fill(name=TOM.name).press("Ik ga akkoord").status == 200
    tell("out of the portal by the terms", 1, 1)


def test_no_header_leads_anybody_out_of_the_portal(in_force: Portal, tell: Tell) -> None:
    """Row 16: what a caller claims about hosts and pages reaches no redirect."""
    tried = 0
    for headers in [{name: value} for name, value in CLAIMS.items()] + [{**CLAIMS, **HTMX}]:
        for page in ("/zaken", "/inloggen?taal=en", "/uitnodiging/x", "/rapporten", "/organisaties/", "/static"):
            in_force.browser().send("GET", page, headers=headers)
            tried += 1
    tell("out of the portal by headers", tried, tried)
