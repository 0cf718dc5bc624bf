"""What a browser's session promises: nothing kept for nothing, another token for another person, ended means ended."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import session as content
from sqlalchemy import func, select

from portal.database import act, reader
from portal.parties.tables import WebSession
from portal.views.sessions import hash_of, remove_expired
from tests.account_pages import PASSWORD, Portal, a_portal

ANN = "ann@school.example"


@pytest.fixture
def portal(tmp_path: Path) -> Iterator[Portal]:
    portal = a_portal(tmp_path)
    portal.app.add_url_rule("/traag", view_func=ended_meanwhile)
    portal.person(ANN)
    yield portal
    portal.database.engine.dispose()


def ended_meanwhile() -> str:
    """A page that is still under way when all sessions are ended."""
    with act() as session:
        session.query(WebSession).delete()
    content["left"] = "something"
    return "klaar"


def rows(portal: Portal) -> int:
    with portal.opened():
        return reader.scalar(select(func.count()).select_from(WebSession)) or 0


def test_a_visitor_who_only_reads_gets_no_row_and_no_cookie(portal: Portal) -> None:
    browser = portal.browser()
    browser.get("/")
    assert browser.cookie is None
    assert rows(portal) == 0


def test_the_database_knows_only_the_hash_of_the_cookie(portal: Portal) -> None:
    browser = portal.browser()
    browser.sign_in(ANN)
    assert browser.cookie is not None
    assert len(browser.cookie) >= 43  # 256 bits
    with portal.opened():
        kept = reader.scalars(select(WebSession)).one()
        assert kept.token_hash == hash_of(browser.cookie)
        assert browser.cookie not in kept.content


def test_signing_in_gives_another_token_and_the_one_before_is_dead(portal: Portal) -> None:
    browser = portal.browser()
    browser.get("/inloggen")
    planted = browser.cookie
    browser.sign_in(ANN)
    assert planted is not None
    assert browser.cookie != planted
    victim = portal.browser()
    victim.client.set_cookie("tekenpoort", planted)
    assert victim.get("/").text == "Hallo bezoeker"
    assert rows(portal) == 1


def test_signing_out_ends_the_session_at_the_server(portal: Portal) -> None:
    browser = portal.browser()
    browser.sign_in(ANN)
    stolen = browser.cookie
    browser.get("/account")
    browser.post("/uitloggen", {})
    assert browser.follow().text == "Hallo bezoeker"
    assert stolen is not None
    thief = portal.browser()
    thief.client.set_cookie("tekenpoort", stolen)
    assert thief.get("/").text == "Hallo bezoeker"
    assert portal.acts_told()[-1] == "session_ended"


def test_what_a_person_left_in_the_session_is_gone_after_signing_out(portal: Portal) -> None:
    browser = portal.browser()
    browser.sign_in(ANN)
    browser.get("/tweede-factor")
    browser.get("/account")
    browser.post("/uitloggen", {})
    with portal.opened():
        kept = reader.scalars(select(WebSession)).one()
        assert set(kept.content) and "new_app" not in kept.content and "_user_id" not in kept.content


def test_an_invented_or_foreign_cookie_opens_nothing(portal: Portal) -> None:
    browser = portal.browser()
    for invented in ("x", "A" * 4000, "é€\udc80".encode("utf-8", "replace").decode(), hash_of("x")):
        browser.client.set_cookie("tekenpoort", invented)
        assert browser.get("/").text == "Hallo bezoeker"


def test_a_session_ends_after_an_hour_of_nothing(portal: Portal) -> None:
    browser = portal.browser()
    browser.sign_in(ANN)
    portal.later(minutes=59)
    assert browser.get("/").text == "Hallo Ann"
    portal.later(minutes=59)
    assert browser.get("/").text == "Hallo Ann"
    portal.later(minutes=60)
    assert browser.get("/").text == "Hallo bezoeker"


def test_a_session_ends_after_twelve_hours_whatever_one_does(portal: Portal) -> None:
    browser = portal.browser()
    browser.sign_in(ANN)
    for _ in range(15):
        portal.later(minutes=47)
        browser.get("/")
    assert browser.page.text == "Hallo Ann"
    portal.later(minutes=47)
    assert browser.get("/").text == "Hallo bezoeker"


def test_reading_on_writes_at_most_once_a_minute(portal: Portal) -> None:
    browser = portal.browser()
    browser.sign_in(ANN)
    seen = _seen(portal)
    portal.later(seconds=59)
    browser.get("/")
    assert _seen(portal) == seen
    portal.later(seconds=1)
    browser.get("/")
    assert _seen(portal) > seen


def _seen(portal: Portal) -> float:
    with portal.opened():
        return reader.scalars(select(WebSession.seen_at)).one().timestamp()


def test_a_page_does_not_wait_for_an_act_that_is_busy(portal: Portal) -> None:
    browser = portal.browser()
    browser.sign_in(ANN)
    with portal.opened(), act():
        assert browser.get("/").text == "Hallo Ann"


def test_a_session_that_must_be_written_waits_until_the_act_is_done(portal: Portal) -> None:
    browser = portal.browser()
    browser.sign_in(ANN)
    portal.later(minutes=2)
    began, release = threading.Event(), threading.Event()

    def long_act() -> None:
        with portal.opened(), act():
            began.set()
            release.wait(5)

    busy = threading.Thread(target=long_act)
    busy.start()
    began.wait(5)
    threading.Timer(0.3, release.set).start()
    assert browser.get("/").text == "Hallo Ann"
    busy.join()


def test_a_request_under_way_does_not_bring_back_an_ended_session(portal: Portal) -> None:
    browser = portal.browser()
    browser.sign_in(ANN)
    cookie = browser.cookie

    assert browser.get("/traag").text == "klaar"
    assert browser.cookie == cookie
    assert rows(portal) == 0
    assert browser.get("/").text == "Hallo bezoeker"


def test_the_account_page_shows_where_one_is_signed_in(portal: Portal) -> None:
    here, there = portal.browser(), portal.browser()
    here.sign_in(ANN)
    there.sign_in(ANN)
    page = here.get("/account").text
    assert page.count("Dit apparaat") == 1
    assert page.count("Ander apparaat") == 1


def test_expired_sessions_are_removed(portal: Portal) -> None:
    portal.browser().sign_in(ANN)
    portal.later(minutes=61)
    portal.browser().fill("/inloggen", {"email": ANN, "password": "fout"})
    with portal.opened():
        assert remove_expired() == 1
    assert rows(portal) == 1


def test_static_files_need_no_session(portal: Portal) -> None:
    browser = portal.browser()
    browser.sign_in(ANN)
    portal.later(minutes=5)
    seen = _seen(portal)
    page = browser.get("/static/tokens.css")
    assert page.status_code == 200
    assert "Set-Cookie" not in page.headers
    page.close()
    assert _seen(portal) == seen


def test_a_signed_in_password_is_nowhere_in_the_session(portal: Portal) -> None:
    portal.browser().sign_in(ANN)
    with portal.opened():
        assert PASSWORD not in reader.scalars(select(WebSession.content)).one()
