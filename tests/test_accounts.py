"""Coming in: invitation, password, second factor, recovery, and everything that must be refused on the way."""

import re
import threading
import uuid
from collections.abc import Iterator
from pathlib import Path

import html5lib
import pytest
from flask_security.recoverable import send_reset_password_instructions
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from portal import clock
from portal.database import act, reader
from portal.errors import ExpiredError, NotFoundError, PortalError, RefusedError, TooManyError
from portal.parties import authenticator, memberships, passwords, people, recovery
from portal.parties.tables import Invitation, Membership, Organisation, Person, WebSession
from portal.views.afterwards import run_afterwards
from portal.views.sign_in import own_path
from tests.account_pages import PASSWORD, Portal, a_portal
from workflows.vocabulary import Role

ANN = "ann@school.example"
NEW_PASSWORD = "achttien natte laarzen op zolder"


@pytest.fixture
def portal(tmp_path: Path) -> Iterator[Portal]:
    portal = a_portal(tmp_path)
    yield portal
    portal.database.engine.dispose()


def test_an_invitation_leads_through_password_and_second_factor_into_the_portal(portal: Portal) -> None:
    token = portal.invited(ANN, Role.SIGNATORY)
    browser = portal.browser()
    page = browser.get(f"/uitnodiging/{token}?next=/zaken")
    assert "Tekenbevoegde bij De Regenboog" in page.text
    browser.post(
        f"/uitnodiging/{token}",
        {"name": "Ann de Wit", "function": "Voorzitter", "password": PASSWORD, "password_confirm": PASSWORD},
    )
    page = browser.follow()
    assert page.request.path == "/tweede-factor"
    assert "Dit is eerst nodig" in page.text
    page = browser.post("/tweede-factor", {"code": _code_on(page.text, portal)})
    page = browser.follow()
    assert page.request.path == "/herstelcodes"
    page = browser.post("/herstelcodes", {})
    assert len(re.findall(r"<li><code>", page.text)) == recovery.HOW_MANY
    browser.get("/ingelogd")
    assert browser.follow().text == "De zaken"
    assert portal.column(ANN, "name") == "Ann de Wit"
    assert portal.acts_told() == [
        "invitation_accepted",
        "signed_in",
        "second_factor_set",
        "recovery_codes_made",
    ]
    assert [letter.kind for letter in portal.letters] == ["second_factor_set"]


def _code_on(page: str, portal: Portal) -> str:
    """The code that an app would show which scanned the QR code of this page."""
    key = re.search(r'<code class="hash">([A-Z2-7-]+)</code>', page)
    assert key is not None
    from passlib.totp import TOTP

    return str(TOTP(key=key.group(1).replace("-", "")).generate(time=portal.moment.timestamp()).token)


def test_a_wrong_first_code_keeps_the_same_qr_code(portal: Portal) -> None:
    browser = portal.browser()
    portal.person(ANN)
    browser.sign_in(ANN)
    first = browser.get("/tweede-factor").text
    again = browser.post("/tweede-factor", {"code": "000000"})
    assert again.status_code == 422
    assert "<title>Fout:" in again.text
    assert re.search(r'src="data:[^"]+"', first)[0] == re.search(r'src="data:[^"]+"', again.text)[0]  # type: ignore[index]
    assert not portal.column(ANN, "has_second_factor")


def test_a_used_invitation_says_so(portal: Portal) -> None:
    token = portal.invited(ANN, Role.READER)
    form = {"name": "Ann", "function": "Leraar", "password": PASSWORD, "password_confirm": PASSWORD}
    portal.browser().fill(f"/uitnodiging/{token}", form)
    page = portal.browser().get(f"/uitnodiging/{token}")
    assert page.status_code == 410
    assert "Deze uitnodiging is al gebruikt. Log in" in page.text


def test_an_expired_invitation_says_since_when(portal: Portal) -> None:
    token = portal.invited(ANN, Role.READER)
    portal.later(days=7)
    page = portal.browser().get(f"/uitnodiging/{token}")
    assert page.status_code == 410
    assert "Deze uitnodiging is verlopen op 8 september 2026" in page.text


def test_a_second_invitation_replaces_the_first(portal: Portal) -> None:
    first, second = portal.invited(ANN, Role.READER), portal.invited(ANN, Role.READER)
    assert portal.browser().get(f"/uitnodiging/{first}").status_code == 410
    assert portal.browser().get(f"/uitnodiging/{second}").status_code == 200


def test_an_unknown_invitation_does_not_exist(portal: Portal) -> None:
    assert portal.browser().get("/uitnodiging/niets").status_code == 404


def test_the_database_does_not_hold_the_link(portal: Portal) -> None:
    token = portal.invited(ANN, Role.READER)
    with portal.opened():
        kept = reader.scalars(select(Invitation)).one()
        assert token not in (kept.token_hash, str(kept.id))


def test_an_invitation_posted_twice_at_once_is_used_once(portal: Portal) -> None:
    token = portal.invited(ANN, Role.READER)
    barrier = threading.Barrier(4)
    outcomes: list[str] = []

    def accept() -> None:
        with portal.opened():
            found = people.find_invitation(token)
            barrier.wait()
            try:
                with act() as session:
                    people.accept(session, found, password_hash="x", name="Ann", function="Leraar")
                outcomes.append("accepted")
            except PortalError as fault:
                outcomes.append(type(fault).__name__)

    threads = [threading.Thread(target=accept) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["ExpiredError"] * 3 + ["accepted"]


def test_somebody_with_an_account_says_yes_to_a_new_role_with_one_button(portal: Portal) -> None:
    portal.person(ANN)
    token = portal.invited(ANN, Role.READER)
    browser = portal.browser()
    page = browser.get(f"/uitnodiging/{token}")
    assert "U hebt al een account" in page.text
    assert 'name="password"' not in page.text
    page = browser.sign_in(ANN)
    assert "Uitnodiging aannemen" in page.text
    browser.post(f"/uitnodiging/{token}", {})
    assert "Rapportlezer bij De Regenboog" in browser.get("/account").text


def test_an_invitation_never_changes_the_password_of_an_account(portal: Portal) -> None:
    portal.person(ANN)
    token = portal.invited(ANN, Role.READER)
    before = portal.column(ANN, "password")
    browser = portal.browser()
    browser.get("/inloggen")
    form = {"name": "X", "function": "X", "password": NEW_PASSWORD, "password_confirm": NEW_PASSWORD}
    browser.post(f"/uitnodiging/{token}", form)
    assert portal.column(ANN, "password") == before
    with portal.opened(), pytest.raises(RefusedError), act() as session:
        people.accept(session, people.find_invitation(token), password_hash="x", name="X", function="X")


def test_somebody_else_cannot_take_the_invitation(portal: Portal) -> None:
    portal.person(ANN)
    portal.person("bas@school.example")
    token = portal.invited(ANN, Role.READER)
    browser = portal.browser()
    browser.sign_in("bas@school.example")
    assert "Deze uitnodiging is voor iemand anders" in browser.get(f"/uitnodiging/{token}").text
    browser.post(f"/uitnodiging/{token}", {})
    with portal.opened():
        assert reader.scalars(select(Membership.status)).all() == ["invited"]


def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(portal: Portal) -> None:
    portal.person(ANN)
    portal.invited("nieuw@school.example", Role.READER)
    answers = []
    for email in (ANN, "niemand@school.example", "nieuw@school.example"):
        browser = portal.browser()
        page = browser.fill("/inloggen", {"email": email, "password": "niet dit wachtwoord"})
        answers.append((page.status_code, _without_what_was_typed(page.text, email)))
    assert answers[0][0] == 422
    assert "horen niet bij elkaar" in answers[0][1]
    assert answers[0] == answers[1] == answers[2]
    assert portal.acts_told() == ["sign_in_failed"] * 3


def _without_what_was_typed(page: str, email: str) -> str:
    return re.sub(r'name="csrf_token"[^>]*>', "", page.replace(email, "ADRES"))


def test_a_forgotten_password_is_answered_alike_for_known_and_unknown(portal: Portal) -> None:
    portal.person(ANN)
    answers = []
    for email in (ANN, "niemand@school.example"):
        page = portal.browser().fill("/wachtwoord-vergeten", {"email": email})
        answers.append((page.status_code, _without_what_was_typed(page.text, email)))
    assert answers[0] == answers[1]
    assert "Kijk in uw mail" in answers[0][1]
    assert [letter.to for letter in portal.letters] == [ANN]


def test_a_reset_keeps_the_second_factor_and_ends_the_sessions(portal: Portal) -> None:
    portal.person(ANN, app=True)
    elsewhere = portal.browser()
    elsewhere.sign_in(ANN)
    browser = portal.browser()
    browser.fill("/wachtwoord-vergeten", {"email": ANN})
    link = re.search(r"http://127\.0\.0\.1:8000(/wachtwoord-vergeten/\S+)", portal.letters[0].text)
    assert link is not None
    form = {"password": NEW_PASSWORD, "password_confirm": NEW_PASSWORD}
    page = browser.fill(link.group(1), form)
    assert page.location == "/inloggen"
    assert browser.get("/").text == "Hallo bezoeker"
    assert elsewhere.get("/").text == "Hallo bezoeker"
    page = browser.fill("/inloggen", {"email": ANN, "password": NEW_PASSWORD})
    assert "/tweede-factor/code" in page.location
    assert browser.get("/").text == "Hallo bezoeker"
    portal.later(seconds=31)
    browser.fill("/tweede-factor/code", {"code": portal.code(ANN)})
    assert browser.follow().text == "Hallo Ann"
    assert "password_reset" in portal.acts_told()
    assert [letter.kind for letter in portal.letters] == ["password_reset", "password_chosen"]


def test_a_reset_link_works_once(portal: Portal) -> None:
    portal.person(ANN)
    browser = portal.browser()
    browser.fill("/wachtwoord-vergeten", {"email": ANN})
    link = re.search(r"(/wachtwoord-vergeten/\S+)", portal.letters[0].text)
    assert link is not None
    form = {"password": NEW_PASSWORD, "password_confirm": NEW_PASSWORD}
    browser.fill(link.group(1), form)
    browser.get(link.group(1))
    assert "Deze link werkt niet of is al gebruikt" in browser.follow().text


def test_a_reset_link_follows_the_settings_and_not_the_host_that_was_asked(portal: Portal) -> None:
    portal.person(ANN)
    with portal.opened(), portal.app.test_request_context(base_url="http://kwaad.example"):
        person = people.by_email(reader, ANN)
        send_reset_password_instructions(person)
        run_afterwards(portal.app.response_class())
    assert "http://127.0.0.1:8000/wachtwoord-vergeten/" in portal.letters[-1].text
    assert "kwaad.example" not in portal.letters[-1].text + portal.letters[-1].html


def test_a_code_signs_in_once(portal: Portal) -> None:
    portal.person(ANN, app=True)
    portal.later(minutes=1)
    code = portal.code(ANN)
    for browser, outcome in ((portal.browser(), 302), (portal.browser(), 422)):
        browser.fill("/inloggen", {"email": ANN, "password": PASSWORD})
        assert browser.fill("/tweede-factor/code", {"code": code}).status_code == outcome
    assert "code_failed" in portal.acts_told()


def test_a_code_used_at_sign_in_is_refused_at_signing(portal: Portal) -> None:
    portal.person(ANN, app=True)
    portal.later(minutes=1)
    code = portal.code(ANN)
    browser = portal.browser()
    browser.fill("/inloggen", {"email": ANN, "password": PASSWORD})
    browser.fill("/tweede-factor/code", {"code": code})
    assert not portal.code_counts(ANN, code)
    portal.later(seconds=30)
    assert portal.code_counts(ANN, portal.code(ANN))


def test_two_codes_of_the_demonstration_within_one_step_both_work(portal: Portal) -> None:
    portal.person(ANN, app=True)
    portal.later(minutes=1)
    codes = []
    for _ in range(2):
        codes.append(portal.code(ANN))
        assert portal.code_counts(ANN, codes[-1])
    assert codes[0] != codes[1]
    assert not portal.code_counts(ANN, portal.code(ANN))  # the third is two steps early


def test_a_code_used_at_signing_is_refused_at_sign_in(portal: Portal) -> None:
    portal.person(ANN, app=True)
    portal.later(minutes=1)
    code = portal.code(ANN)
    assert portal.code_counts(ANN, code)
    browser = portal.browser()
    browser.fill("/inloggen", {"email": ANN, "password": PASSWORD})
    assert browser.fill("/tweede-factor/code", {"code": code}).status_code == 422
    assert browser.get("/").text == "Hallo bezoeker"


def test_one_code_in_eight_acts_at_once_counts_once(portal: Portal) -> None:
    portal.person(ANN, app=True)
    portal.later(minutes=1)
    code = portal.code(ANN)
    barrier = threading.Barrier(8)
    counted: list[bool] = []

    def sign() -> None:
        barrier.wait()
        counted.append(portal.code_counts(ANN, code))

    threads = [threading.Thread(target=sign) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counted.count(True) == 1


@pytest.mark.parametrize(("seconds", "good"), [(-61, False), (-30, True), (0, True), (30, True), (61, False)])
def test_a_code_may_be_one_step_early_or_late(portal: Portal, seconds: int, good: bool) -> None:
    portal.person(ANN, app=True)
    portal.moment = portal.moment.replace(second=0)
    code = portal.code(ANN)
    portal.later(seconds=seconds)
    assert portal.code_counts(ANN, code) is good


def test_after_five_wrong_codes_no_code_is_looked_at_for_a_quarter(portal: Portal) -> None:
    portal.person(ANN, app=True)
    for _ in range(5):
        with pytest.raises(RefusedError), portal.opened(), act() as session:  # as signing does: the act undoes itself
            person = people.by_email(session, ANN)
            assert person is not None
            assert not authenticator.code_is_good(session, person.id, _wrong(portal), totp_secrets=portal.keys)
            raise RefusedError("Deze code klopt niet.")
    portal.later(minutes=1)
    with pytest.raises(TooManyError):
        portal.code_counts(ANN, portal.code(ANN))
    portal.later(minutes=15)
    assert portal.code_counts(ANN, portal.code(ANN))


def _wrong(portal: Portal) -> str:
    return f"{(int(portal.code(ANN)) + 1) % 1_000_000:06}"


def test_no_code_counts_for_whoever_has_no_app_or_is_blocked(portal: Portal) -> None:
    portal.person(ANN)
    assert not portal.code_counts(ANN, "123456")
    portal.person("bas@school.example", app=True)
    code = portal.code("bas@school.example")
    _block(portal, "bas@school.example")
    assert not portal.code_counts("bas@school.example", code)


def test_a_recovery_code_lets_in_once_and_never_signs(portal: Portal) -> None:
    portal.person(ANN, app=True)
    code = _recovery_codes(portal)[0]
    for browser, outcome in ((portal.browser(), 302), (portal.browser(), 422)):
        browser.fill("/inloggen", {"email": ANN, "password": PASSWORD})
        page = browser.fill("/tweede-factor/herstelcode", {"code": code.upper().replace("-", " ")})
        assert page.status_code == outcome
    assert not portal.code_counts(ANN, code)
    assert "recovery_code_used" in portal.acts_told()


def _recovery_codes(portal: Portal) -> list[str]:
    with portal.opened(), act() as session:
        person = people.by_email(session, ANN)
        assert person is not None
        return recovery.new_codes(session, person, secret=portal.settings.secret("totp"))


def test_recovery_codes_are_kept_as_hmacs_and_shown_once(portal: Portal) -> None:
    portal.person(ANN, app=True)
    browser = portal.browser()
    browser.sign_in(ANN)
    browser.get("/herstelcodes")
    shown = re.findall(r"<li><code>([^<]+)</code>", browser.post("/herstelcodes", {}).text)
    assert len(shown) == 8
    assert not set(shown) & set(portal.column(ANN, "mf_recovery_codes"))
    assert shown[0] not in browser.get("/herstelcodes").text


def test_changing_the_app_asks_for_password_and_code_again_after_ten_minutes(portal: Portal) -> None:
    portal.person(ANN, app=True)
    browser = portal.browser()
    browser.sign_in(ANN)
    assert browser.get("/tweede-factor").status_code == 200
    portal.later(minutes=11)
    assert browser.get("/tweede-factor").location == "/bevestigen"
    assert browser.fill("/bevestigen", {"password": PASSWORD, "code": "000000"}).status_code == 422
    assert browser.fill("/bevestigen", {"password": "fout", "code": portal.code(ANN)}).status_code == 422
    portal.later(seconds=31)
    assert browser.fill("/bevestigen", {"password": PASSWORD, "code": portal.code(ANN)}).location == "/tweede-factor"


def test_a_new_app_replaces_the_old_one(portal: Portal) -> None:
    portal.person(ANN, app=True)
    browser = portal.browser()
    browser.sign_in(ANN)
    page = browser.get("/tweede-factor")
    old = portal.column(ANN, "tf_totp_secret")
    browser.post("/tweede-factor", {"code": _code_on(page.text, portal)})
    assert browser.page.location == "/herstelcodes"
    assert portal.column(ANN, "tf_totp_secret") != old


def test_the_app_can_be_taken_away_by_whoever_has_it_by_choice(portal: Portal) -> None:
    portal.person(ANN, Role.READER, app=True)
    portal.person("bas@school.example", Role.SIGNATORY, app=True)
    for email, left in ((ANN, False), ("bas@school.example", True)):
        browser = portal.browser()
        browser.sign_in(email)
        browser.get("/account")
        browser.post("/tweede-factor/uitzetten", {})
        assert portal.column(email, "has_second_factor") is left


@pytest.mark.parametrize("address", ["/", "/zaken", "/account", "/wachtwoord-wijzigen", "/nergens"])
def test_a_signatory_without_second_factor_is_sent_to_set_it_from_any_page(portal: Portal, address: str) -> None:
    portal.person(ANN, Role.SIGNATORY)
    browser = portal.browser()
    browser.sign_in(ANN)
    assert browser.get(address).location == "/tweede-factor"
    assert browser.post("/zaken", {}).status_code in (302, 400)


def test_a_reader_needs_no_second_factor(portal: Portal) -> None:
    portal.person(ANN, Role.READER)
    assert portal.browser().sign_in(ANN).text == "Hallo Ann"


def test_after_signing_in_one_is_where_one_wanted_to_go(portal: Portal) -> None:
    portal.person(ANN, app=True)
    browser = portal.browser()
    browser.get("/inloggen?next=/zaken")
    assert browser.sign_in(ANN).text == "De zaken"


@pytest.mark.parametrize(
    "elsewhere", ["//kwaad.example", "https://kwaad.example/x", "/\\kwaad.example", "\\\\kwaad.example", "javascript:x"]
)
def test_a_next_on_another_host_is_ignored(portal: Portal, elsewhere: str) -> None:
    portal.person(ANN)
    browser = portal.browser()
    browser.get("/inloggen", query_string={"next": elsewhere})
    assert browser.post("/inloggen", {"email": ANN, "password": PASSWORD, "next": elsewhere}).status_code == 400
    browser.get("/inloggen", query_string={"next": elsewhere})
    browser.post("/inloggen", {"email": ANN, "password": PASSWORD})
    assert "kwaad" not in browser.page.location
    assert browser.follow().text == "Hallo Ann"


@given(st.text(max_size=40))
def test_an_own_path_is_always_on_this_host(text: str) -> None:
    path = own_path(text)
    assert path is None or (path == text and re.fullmatch(r"/(?![/\\])[^\\\s]*", path))


@pytest.mark.parametrize(
    ("address", "fields"),
    [
        ("/inloggen", {"email": ANN, "password": PASSWORD}),
        ("/wachtwoord-vergeten", {"email": ANN}),
        ("/uitloggen", {}),
        ("/zaken", {}),
    ],
)
def test_a_post_without_csrf_token_is_refused_with_a_sentence(
    portal: Portal, address: str, fields: dict[str, str]
) -> None:
    portal.person(ANN)
    browser = portal.browser()
    browser.sign_in(ANN) if address in ("/uitloggen", "/zaken") else browser.get(address)
    page = browser.post(address, fields, token=None)
    assert page.status_code == 400
    assert "Ga terug, ververs de pagina" in page.text


def test_signing_out_when_the_session_is_already_over_just_goes_home(portal: Portal) -> None:
    assert portal.browser().get("/").status_code == 200
    browser = portal.browser()
    assert browser.get("/inloggen").status_code == 200
    assert browser.post("/uitloggen", {}, token=None).location == "/"


def test_json_is_no_way_in(portal: Portal) -> None:
    portal.person(ANN)
    browser = portal.browser()
    page = browser.get("/inloggen")
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.text)
    assert token is not None
    with portal.opened():
        answer = browser.client.post(
            "/inloggen?include_auth_token",
            json={"email": ANN, "password": PASSWORD},
            headers={"X-CSRFToken": token.group(1)},
        )
    assert answer.status_code == 400
    assert "token" not in answer.text


def test_there_is_no_remember_me(portal: Portal) -> None:
    portal.person(ANN)
    browser = portal.browser()
    browser.fill("/inloggen", {"email": ANN, "password": PASSWORD, "remember": "y"})
    assert browser.client.get_cookie("remember_token") is None


def test_ten_wrong_passwords_and_the_account_has_to_wait(portal: Portal) -> None:
    portal.person(ANN)
    for email in (ANN, "niemand@school.example"):
        for _ in range(10):
            browser = portal.browser()
            browser.fill("/inloggen", {"email": email, "password": "fout"}, environ_base=_somewhere())
        page = browser.fill("/inloggen", {"email": email, "password": PASSWORD}, environ_base=_somewhere())
        assert page.status_code == 429
        assert "U hebt dit te vaak geprobeerd" in page.text


def _somewhere() -> dict[str, str]:
    return {"REMOTE_ADDR": f"10.0.{uuid.uuid4().int % 250}.{uuid.uuid4().int % 250}"}


def test_forgetting_too_often_is_stopped(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portal.views.sign_in.FORGOT_TAKES", 0)
    statuses = [
        portal.browser().fill("/wachtwoord-vergeten", {"email": "a@school.example"}).status_code for _ in range(6)
    ]
    assert statuses == [200] * 5 + [429]


def test_limits_can_be_switched_off(portal: Portal) -> None:
    portal.app.config["RATELIMIT_ENABLED"] = False
    for _ in range(11):
        page = portal.browser().fill("/inloggen", {"email": ANN, "password": "fout"})
    assert page.status_code == 422


def test_every_page_has_the_headers_that_keep_it_safe(tmp_path: Path) -> None:
    portal = a_portal(tmp_path, public_url="https://poort.example")
    page = portal.browser().get("/inloggen", base_url="https://poort.example")
    policy = page.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self';")
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert page.headers["Referrer-Policy"] == "same-origin"
    assert page.headers["X-Content-Type-Options"] == "nosniff"
    assert page.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert page.headers["Strict-Transport-Security"].startswith("max-age=31536000")
    assert page.headers["Cache-Control"] == "no-store"
    cookie = page.headers["Set-Cookie"]
    assert cookie.startswith("__Host-tekenpoort=")
    assert all(part in cookie for part in ("; Secure", "; HttpOnly", "; SameSite=Lax", "; Path=/"))
    portal.database.engine.dispose()


def test_a_pdf_may_stand_in_our_own_page(portal: Portal) -> None:
    portal.app.add_url_rule("/stuk.pdf", "stuk", lambda: portal.app.response_class(b"%PDF", mimetype="application/pdf"))
    assert portal.browser().get("/stuk.pdf").headers["Content-Security-Policy"] == "frame-ancestors 'self'"


def test_nothing_behind_sign_in_is_stored_by_the_browser(portal: Portal) -> None:
    portal.person(ANN)
    browser = portal.browser()
    browser.sign_in(ANN)
    for address in ("/", "/account", "/zaken"):
        assert browser.get(address).headers["Cache-Control"] == "no-store"


def test_a_blocked_person_is_out_at_once_and_stays_out(portal: Portal) -> None:
    portal.person(ANN)
    browser = portal.browser()
    browser.sign_in(ANN)
    _block(portal, ANN)
    assert browser.get("/").text == "Hallo bezoeker"
    page = portal.browser().fill("/inloggen", {"email": ANN, "password": PASSWORD})
    assert page.status_code == 422
    with portal.opened(), act() as session:
        person = people.by_email(session, ANN)
        assert person is not None
        people.unblock(session, person)
    assert portal.browser().sign_in(ANN).text == "Hallo Ann"


def _block(portal: Portal, email: str) -> None:
    with portal.opened(), act() as session:
        person = people.by_email(session, email)
        assert person is not None
        people.block(session, person, at=clock.now())


def test_a_changed_password_ends_the_other_sessions_and_is_told(portal: Portal) -> None:
    portal.person(ANN)
    here, there = portal.browser(), portal.browser()
    here.sign_in(ANN)
    there.sign_in(ANN)
    form = {"password": PASSWORD, "new_password": NEW_PASSWORD, "new_password_confirm": NEW_PASSWORD}
    assert here.fill("/wachtwoord-wijzigen", form).location == "/account"
    assert here.get("/").text == "Hallo Ann"
    assert there.get("/").text == "Hallo bezoeker"
    assert portal.acts_told()[-1] == "password_changed"
    assert portal.letters[-1].kind == "password_changed"
    assert portal.browser().sign_in(ANN, NEW_PASSWORD).text == "Hallo Ann"


def test_a_common_password_is_refused_with_the_reason(portal: Portal) -> None:
    portal.person(ANN)
    browser = portal.browser()
    browser.sign_in(ANN)
    form = {"password": PASSWORD, "new_password": "Welkom2026Welkom!", "new_password_confirm": "Welkom2026Welkom!"}
    page = browser.fill("/wachtwoord-wijzigen", form)
    assert page.status_code == 422
    assert "te makkelijk te raden" in page.text


def test_details_are_changed_on_the_account_page(portal: Portal) -> None:
    portal.person(ANN)
    browser = portal.browser()
    browser.sign_in(ANN)
    browser.fill("/account/wijzigen", {"name": "Ann <b>Wit</b>", "function": "Rector", "phone": "030 123 45 67"})
    page = browser.follow()
    assert "Ann &lt;b&gt;Wit&lt;/b&gt;" in page.text
    assert portal.column(ANN, "phone") == "030 123 45 67"


@pytest.mark.parametrize(
    "address",
    [
        "/account",
        "/account/wijzigen",
        "/wachtwoord-wijzigen",
        "/herstelcodes",
        "/tweede-factor",
        "/bevestigen",
    ],
)
def test_the_account_pages_ask_to_sign_in_first(portal: Portal, address: str) -> None:
    assert portal.browser().get(address).location == f"/inloggen?next={address}"


def test_the_code_page_without_a_password_leads_back_to_signing_in(portal: Portal) -> None:
    browser = portal.browser()
    for address in ("/tweede-factor/code", "/tweede-factor/herstelcode"):
        assert browser.get(address).location == "/inloggen"


def test_the_code_page_after_signing_in_signs_nobody_out(portal: Portal) -> None:
    portal.person(ANN, app=True)
    browser = portal.browser()
    browser.sign_in(ANN)
    browser.get("/tweede-factor/code")
    assert browser.follow().text == "Hallo Ann"


def test_every_account_page_is_html_that_parses(portal: Portal) -> None:
    token = portal.invited("nieuw@school.example", Role.READER)
    portal.person(ANN, Role.SIGNATORY, app=True)
    stranger, ann = portal.browser(), portal.browser()
    pages = [stranger.get(address).text for address in ("/inloggen", "/wachtwoord-vergeten", f"/uitnodiging/{token}")]
    ann.fill("/inloggen", {"email": ANN, "password": PASSWORD})
    pages += [ann.get(address).text for address in ("/tweede-factor/code", "/tweede-factor/herstelcode")]
    ann.sign_in(ANN)
    pages += [
        ann.get(address).text
        for address in (
            "/account",
            "/account/wijzigen",
            "/wachtwoord-wijzigen",
            "/tweede-factor",
            "/herstelcodes",
            "/bevestigen",
        )
    ]
    for page in pages:
        html5lib.HTMLParser(strict=True).parse(page)
        assert "<h1" in page


# --- people, without pages


def test_joining_twice_gives_one_role_and_makes_it_active(portal: Portal) -> None:
    portal.person(ANN, Role.READER)
    with portal.opened(), act() as session:
        person = people.by_email(session, ANN.upper())
        school = session.query(Organisation).one()
        assert person is not None
        first = memberships.join(session, person, school, Role.FG, acts=["order"])
        second = memberships.join(session, person, school, Role.FG, status="active")
        assert first is second
        assert (second.status, second.acts) == ("active", ["order"])
        assert {m.role for m in memberships.memberships_of(person, session=session)} == {Role.READER, Role.FG}
        memberships.end_membership(session, second)
        assert {m.role for m in memberships.memberships_of(person, session=session)} == {Role.READER}
        assert [m.role for m in memberships.people_of(school.id, session=session)] == [Role.READER]


def test_an_invited_role_gives_no_right(portal: Portal) -> None:
    portal.invited(ANN, Role.SIGNATORY)
    with portal.opened():
        person = people.by_email(reader, ANN)
        assert person is not None
        assert memberships.memberships_of(person) == []
        assert [m.status for m in memberships.people_of(reader.scalars(select(Organisation.id)).one())] == ["invited"]


def test_one_address_is_one_person(portal: Portal) -> None:
    with portal.opened(), act() as session:
        one = people.a_person(session, name="Ann", email="Ann@School.example ")
        assert people.a_person(session, name="Anders", email=ANN) is one
        assert one.name == "Ann"


def test_signing_out_everywhere_ends_half_finished_sign_ins_too(portal: Portal) -> None:
    portal.person(ANN, app=True)
    here, halfway = portal.browser(), portal.browser()
    here.sign_in(ANN)
    halfway.fill("/inloggen", {"email": ANN, "password": PASSWORD})
    here.get("/account")
    here.post("/account/overal-uitloggen", {})
    assert here.get("/").text == "Hallo bezoeker"
    assert halfway.get("/tweede-factor/code").location == "/inloggen"
    with portal.opened():
        assert reader.scalars(select(WebSession).where(WebSession.person.is_not(None))).all() == []


def test_an_unknown_person_has_no_code(portal: Portal) -> None:
    with portal.opened(), pytest.raises(NotFoundError), act() as session:
        authenticator.code_is_good(session, uuid.uuid4(), "123456", totp_secrets=portal.keys)
    with pytest.raises(RefusedError):
        authenticator.unused_code(Person(name="Ann", email=ANN), totp_secrets=portal.keys)


def test_an_invitation_of_a_blocked_person_is_closed(portal: Portal) -> None:
    token = portal.invited(ANN, Role.READER)
    _block(portal, ANN)
    with portal.opened(), pytest.raises(ExpiredError):
        people.find_invitation(token)


# --- passwords


@pytest.mark.parametrize(
    "common",
    [
        "Welkom2026Welkom!", "W3lk0mT3k3np00rt!", "123456789012345", "qwertyuiopasdfg", "aaaaaaaaaaaaaaaa",
        "wachtwoordwachtwoord", "abcabcabcabcabc", "Zomer2026Zomer2026", "Ann de Wit 1971!", "Regenboog.Regenboog",
        "kort",
    ],
)  # fmt: skip
def test_a_common_password_has_a_fault(common: str) -> None:
    assert passwords.fault_of(common, own_words=["Ann de Wit"])


@pytest.mark.parametrize("good", [PASSWORD, NEW_PASSWORD, "correct paard batterij nietje", "x8!kQ0z;Lw2pV#s9"])
def test_a_sentence_or_something_random_will_do(good: str) -> None:
    assert passwords.fault_of(good, own_words=["Ann de Wit"]) is None


@given(st.text(max_size=200))
def test_whatever_is_typed_gets_an_answer_and_short_ones_a_no(text: str) -> None:
    fault = passwords.fault_of(text)
    assert fault is not None or passwords.SHORTEST <= len(text) <= passwords.LONGEST


@given(st.text(alphabet="abcdefghij", min_size=1, max_size=7), st.integers(min_value=3, max_value=10))
def test_one_piece_repeated_is_never_good(piece: str, times: int) -> None:
    assert passwords.fault_of(piece * times) is not None
