"""Attacks on signing in: finding out who has an account, guessing, replaying, going round the second factor."""

import re
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from types import FrameType

import pytest

from portal.database import act
from portal.parties import people, recovery
from portal.views.sign_in import FORGOT_TAKES
from tests.account_pages import PASSWORD, Browser, Portal, a_portal
from tests.builders import EVA, IRIS, OURS, Someone
from tests.builders import Portal as WholePortal
from tests.conftest import Tell
from tests.guards import plain
from tests.test_accounts import NEW_PASSWORD, _block
from workflows.vocabulary import Role

pytestmark = pytest.mark.any_database

ANN, BAS = "ann@school.example", "bas@school.example"
NOBODY, INVITED, BLOCKED = "niemand@school.example", "nieuw@school.example", "dicht@school.example"
EVERYBODY = (NOBODY, ANN, BAS, INVITED, BLOCKED)
WRONG = "niet dit wachtwoord"
TOO_OFTEN = re.compile("te vaak|Wacht een kwartier|kwartier")
HASHING = {"hash_secret", "verify_secret"}
LINK = re.compile(r"http://127\.0\.0\.1:8000(/wachtwoord-vergeten/\S+)")


@pytest.fixture
def portal(tmp_path: Path) -> Iterator[Portal]:
    """Somebody with a password, somebody with an app as well, somebody who was only invited, and who is blocked."""
    portal = a_portal(tmp_path)
    portal.person(ANN)
    portal.person(BAS, Role.SIGNATORY, app=True)
    portal.person(BLOCKED)
    portal.invited(INVITED, Role.READER)
    _block(portal, BLOCKED)
    yield portal
    portal.database.engine.dispose()


# --- Who has an account ------------------------------------------------------------------------------------------


def test_a_wrong_password_does_not_tell_who_has_an_account(portal: Portal, tell: Tell) -> None:
    """Row 20: the same status, page, headers and cookies, and the same slow work."""
    seen = []
    for email in EVERYBODY:
        browser = portal.browser()
        browser.get("/inloggen")
        with hashing() as hashed:
            page = browser.post("/inloggen", {"email": email, "password": WRONG})
        seen.append((plain(page, without=email), len(hashed)))
        assert seen[-1] == seen[0], email
    assert seen[0][1] == 1
    tell("who has an account, signing in", len(seen), len(seen))


def test_a_forgotten_password_does_not_tell_who_has_an_account(portal: Portal, tell: Tell) -> None:
    """Row 20: the work differs, so that every answer waits for as long as the longest takes."""
    seen = []
    for email in EVERYBODY:
        browser = portal.browser()
        browser.get("/wachtwoord-vergeten")
        started = time.monotonic()
        seen.append(plain(browser.post("/wachtwoord-vergeten", {"email": email}), without=email))
        assert time.monotonic() - started >= FORGOT_TAKES, email
        assert seen[-1] == seen[0], email
    assert [each.to for each in portal.letters] == [ANN, BAS]
    tell("who has an account, a forgotten password", len(seen), len(seen))


@contextmanager
def hashing() -> Iterator[list[str]]:
    """Each time that argon2 is at work in this thread: where an answer takes long."""
    done: list[str] = []

    def look(frame: FrameType, event: str, _argument: object) -> None:
        code = frame.f_code
        if event == "call" and code.co_name in HASHING and code.co_filename.endswith("argon2/low_level.py"):
            done.append(code.co_name)

    sys.setprofile(look)
    try:
        yield done
    finally:
        sys.setprofile(None)


def test_registering_and_inviting_do_not_tell_who_has_an_account(registered: WholePortal, tell: Tell) -> None:
    known, unknown = Someone("Pia Groen", IRIS.email), Someone("Pia Groen", "pia@elders.example")
    seen = []
    for someone in (known, unknown):
        stranger = registered.browser().open("/inschrijven")
        stranger.post("/inschrijven", {"email": someone.email})
        seen.append([plain(stranger.response, without=someone.email)])
        eva = registered.sign_in(EVA).open(f"/organisaties/{registered.organisation(OURS)}/mensen")
        invited = {"name": someone.name, "email": someone.email, "role": "reader"}
        eva.post(eva.address.replace("/mensen", "/uitnodigen"), invited)
        seen[-1].append(plain(eva.response, without=someone.email))
    assert seen[0] == seen[1]
    tell("who has an account, registering and inviting", 4, 4)


# --- Guessing ----------------------------------------------------------------------------------------------------


def halfway(portal: Portal, email: str = BAS) -> Browser:
    """Past the password, before the code."""
    browser = portal.browser()
    browser.fill("/inloggen", {"email": email, "password": PASSWORD})
    assert "/tweede-factor/code" in browser.page.location
    return browser


def inside(portal: Portal, email: str = ANN) -> Browser:
    browser = portal.browser()
    browser.sign_in(email)
    return browser


def past_the_proof(portal: Portal) -> Browser:
    """Signed in so long ago that the password is asked once more."""
    browser = inside(portal)
    portal.later(minutes=11)
    return browser


GUESSES: dict[str, tuple[Callable[[Portal], Browser], str, dict[str, str], int]] = {
    "passwords of one account": (Portal.browser, "/inloggen", {"email": ANN, "password": WRONG}, 10),
    "accounts from one place": (Portal.browser, "/inloggen", {"email": "?", "password": WRONG}, 10),
    "codes": (halfway, "/tweede-factor/code", {"code": "000000"}, 10),
    "recovery codes": (halfway, "/tweede-factor/herstelcode", {"code": "abcd-efgh-ijkl"}, 10),
    "the password, signed in": (past_the_proof, "/bevestigen", {"password": WRONG, "code": ""}, 10),
    "the password of now": (
        inside,
        "/wachtwoord-wijzigen",
        {"password": WRONG, "new_password": NEW_PASSWORD, "new_password_confirm": NEW_PASSWORD},
        10,
    ),
    "codes of a new app": (inside, "/tweede-factor", {"code": "000000"}, 20),
    "reset links": (Portal.browser, "/wachtwoord-vergeten/?", {"password": NEW_PASSWORD}, 20),
    "mails to one address": (Portal.browser, "/wachtwoord-vergeten", {"email": ANN}, 5),
}


@pytest.mark.parametrize("guess", GUESSES.values(), ids=GUESSES)
def test_guessing_is_stopped_with_a_sentence(
    portal: Portal, guess: tuple[Callable[[Portal], Browser], str, dict[str, str], int], tell: Tell
) -> None:
    """Row 20: whichever address the proxy's header claims."""
    start, address, fields, most = guess
    browser, stopped_after = start(portal), 0
    browser.get(address.partition("?")[0].rstrip("/"))
    for number in range(most + 1):
        typed = {name: value.replace("?", f"{number}@school.example") for name, value in fields.items()}
        claimed = {"X-Forwarded-For": f"10.0.0.{number}", "X-Real-IP": f"10.0.1.{number}"}
        page = browser.post(address.replace("?", f"x{number}"), typed, headers=claimed)
        if page.status_code == 429:
            break
        stopped_after += 1
        browser.get(address.partition("?")[0].rstrip("/"))
    assert page.status_code == 429
    assert TOO_OFTEN.search(page.text)
    assert 0 < stopped_after <= most
    tell(f"guessing {address}", stopped_after + 1, stopped_after + 1)


# --- Replaying, and going round the second factor ----------------------------------------------------------------

BEHIND = ("/", "/zaken", "/account", "/account/gegevens", "/tweede-factor", "/herstelcodes", "/wachtwoord-wijzigen")


def is_in(browser: Browser) -> bool:
    return browser.get("/").text.startswith("Hallo") and browser.page.text != "Hallo bezoeker"


def test_half_a_sign_in_opens_nothing(portal: Portal, tell: Tell) -> None:
    browser = halfway(portal)
    for address in BEHIND[2:]:
        assert browser.get(address).location.startswith("/inloggen"), address
    for address in ("/tweede-factor/uitzetten", "/account/overal-uitloggen", "/herstelcodes", "/tweede-factor"):
        browser.get("/tweede-factor/code")
        assert browser.post(address, {}).location.startswith("/inloggen"), address
    assert not is_in(browser)
    assert portal.column(BAS, "has_second_factor")
    tell("half a sign-in", len(BEHIND) + 2, len(BEHIND) + 2)


def test_a_code_counts_once_wherever_it_is_replayed(portal: Portal, tell: Tell) -> None:
    first, second, other = halfway(portal), halfway(portal), past_the_proof(portal)
    code = portal.code(BAS)
    assert first.fill("/tweede-factor/code", {"code": code}).status_code == 302
    assert second.fill("/tweede-factor/code", {"code": code}).status_code == 422
    assert other.fill("/bevestigen", {"password": WRONG, "code": code}).status_code == 422
    assert not portal.code_counts(BAS, code)
    assert not is_in(second)
    tell("a replayed code", 3, 3)


def test_a_code_of_somebody_else_does_not_count(portal: Portal, tell: Tell) -> None:
    portal.person("pia@school.example", Role.SIGNATORY, app=True)
    browser = halfway(portal)
    assert browser.fill("/tweede-factor/code", {"code": portal.code("pia@school.example")}).status_code == 422
    assert not is_in(browser)
    tell("a code of somebody else", 1, 1)


def test_no_link_goes_round_the_second_factor(portal: Portal, tell: Tell) -> None:
    """Row 20: a reset, an invitation to another role, and a reset in the middle of signing in."""
    middle = halfway(portal)
    reset, link = a_reset(portal, BAS)
    assert not is_in(reset)
    portal.later(seconds=31)
    middle.post("/tweede-factor/code", {"code": portal.code(BAS)})
    assert not is_in(middle)
    for browser in (middle, reset):
        assert browser.fill("/inloggen", {"email": BAS, "password": NEW_PASSWORD}).location.endswith("/code")
        assert not is_in(browser)
    token = portal.invited(BAS, Role.READER)
    visitor = portal.browser()
    visitor.get(f"/uitnodiging/{token}")
    visitor.post(f"/uitnodiging/{token}", {"password": NEW_PASSWORD, "password_confirm": NEW_PASSWORD, "name": "x"})
    assert not is_in(visitor)
    assert "al gebruikt" in replayed(portal, link)
    assert portal.column(BAS, "has_second_factor")
    tell("round the second factor", 5, 5)


def a_reset(portal: Portal, email: str) -> tuple[Browser, str]:
    """A new password by the mailed link."""
    browser = portal.browser()
    browser.fill("/wachtwoord-vergeten", {"email": email})
    found = LINK.search(portal.letters[-1].text)
    assert found is not None
    browser.fill(found[1], {"password": NEW_PASSWORD, "password_confirm": NEW_PASSWORD})
    return browser, found[1]


def replayed(portal: Portal, link: str) -> str:
    browser = portal.browser()
    browser.get(link)
    return browser.follow().text


def test_reset_links_die_with_time_use_block_and_another_password(portal: Portal, tell: Tell) -> None:
    links = []
    for email in (ANN, ANN, BAS):
        portal.browser().fill("/wachtwoord-vergeten", {"email": email})
        found = LINK.search(portal.letters[-1].text)
        assert found is not None
        links.append(found[1])
    browser = inside(portal)
    form = {"password": PASSWORD, "new_password": NEW_PASSWORD, "new_password_confirm": NEW_PASSWORD}
    browser.fill("/wachtwoord-wijzigen", form)
    assert "werkt niet of is al gebruikt" in replayed(portal, links[0])
    assert "werkt niet of is al gebruikt" in replayed(portal, links[1])
    _block(portal, BAS)
    assert "werkt niet of is al gebruikt" in replayed(portal, links[2])
    portal.browser().fill("/wachtwoord-vergeten", {"email": ANN})
    late = LINK.search(portal.letters[-1].text)
    assert late is not None
    portal.app.config["SECURITY_RESET_PASSWORD_WITHIN"] = timedelta(seconds=-1)  # its age goes by the machine's clock
    assert "Deze link is verlopen" in replayed(portal, late[1])
    tell("dead reset links", 4, 4)


def test_a_recovery_code_counts_once_and_only_for_its_owner(portal: Portal, tell: Tell) -> None:
    with portal.opened(), act() as session:
        bas = people.by_email(session, BAS)
        assert bas is not None
        code = recovery.new_codes(session, bas, secret=portal.settings.secret("totp"))[0]
    portal.person("pia@school.example", Role.SIGNATORY, app=True)
    tries = [(halfway(portal, "pia@school.example"), 422), (halfway(portal), 302), (halfway(portal), 422)]
    for browser, status in tries:
        assert browser.fill("/tweede-factor/herstelcode", {"code": code}).status_code == status
    tell("a recovery code", len(tries), len(tries))
