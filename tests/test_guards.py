"""A check that cannot fail proves nothing: a flawed twin for each detector, which it must catch."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
from flask import Flask, redirect, request, session
from flask_wtf.csrf import CSRFProtect
from markupsafe import Markup
from sqlalchemy import text

from portal.database import Base, Database, connect, reader
from portal.parties.tables import Organisation, Person
from tests.browser import Browser
from tests.crowd import at_once
from tests.guards import Watch, plain, refuse_unlisted, statements
from tests.test_forged_forms import refuse_forgery
from tests.test_outsiders import Address, Comparison

PAGE = '<!doctype html><html lang="nl"><head><title>x</title></head><body><main>{}</main></body></html>'
OURS, NOT_THERE = "/zaken/ours", "/zaken/not-there"
View = Callable[..., object]


@dataclass
class Twin:
    """A tiny portal on a database of its own, to be made wrong in one place."""

    app: Flask
    database: Database
    watch: Watch

    def opened(self) -> AbstractContextManager[None]:
        return self.database.opened()

    def shows(self, view: View, address: str = "/", *, method: str = "GET") -> Browser:
        """A browser on this portal, which has this view."""
        self.app.add_url_rule(address, address, view, methods=[method])
        return Browser(self)


@pytest.fixture
def twin(tmp_path: Path) -> Iterator[Twin]:
    database, app, watch = connect(f"sqlite:///{tmp_path}/twin.db"), Flask("twin"), Watch()
    app.secret_key = "x"
    Base.metadata.create_all(database.engine)
    watch.on(database.engine)
    watch.after_each_request(app)
    yield Twin(app, database, watch)
    database.engine.dispose()


def html(inside: str) -> Callable[[], str]:
    return lambda: PAGE.format(inside)


# --- At every request --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("inside", "fault"),
    [
        ("<p>a<b>b</p>", "no sound HTML"),
        ("<p>a</p></div>", "no sound HTML"),
        ("<table><p>x</p></table>", "no sound HTML"),
        ("<p>a & b &nosuchthing; </p>", "no sound HTML"),
        ('<p id="a"></p><p id="a"></p>', "more than once"),
        ('<label for="b">x</label>', "belong to nothing"),
    ],
)
def test_unsound_html_is_seen(twin: Twin, inside: str, fault: str) -> None:
    with pytest.raises(AssertionError, match=fault):
        twin.shows(html(inside)).send("GET", "/")


def test_a_text_that_is_not_escaped_is_seen(twin: Twin) -> None:
    with pytest.raises(AssertionError, match="no sound HTML"):
        twin.shows(html(Markup("<p>{}</p>").format(Markup("<b>Ann")))).send("GET", "/")


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO organisation (id, kind, name) VALUES ('x', 'board', 'x')",
        "update person set name = 'x'",
        'DELETE FROM "membership"',
    ],
)
def test_a_page_that_writes_is_seen(twin: Twin, statement: str) -> None:
    def writes() -> str:
        reader.execute(text(statement).execution_options(autocommit=True))
        return PAGE

    with pytest.raises(AssertionError, match=r"wrote to (organisation|person|membership)"):
        twin.shows(writes, method="GET").send("GET", "/")


def test_what_is_left_unsaved_is_seen(twin: Twin) -> None:
    def forgets() -> str:
        reader.add(Organisation(kind="board", name="Vergeten"))
        return PAGE

    with pytest.raises(AssertionError, match="left unsaved"):
        twin.shows(forgets, method="POST").send("POST", "/")


def test_a_fault_of_ours_is_seen(twin: Twin) -> None:
    with pytest.raises(AssertionError, match="gave 500"):
        twin.shows(lambda: ("fout", 500)).send("GET", "/")


@pytest.mark.parametrize("name", ["Location", "HX-Redirect", "HX-Location", "HX-Push-Url", "Refresh"])
@pytest.mark.parametrize("to", ["//kwaad.example", "https://kwaad.example", "/\t/kwaad.example", "elders"])
def test_a_way_out_of_the_portal_is_seen(twin: Twin, name: str, to: str) -> None:
    with pytest.raises(AssertionError, match=f"by {name}"):
        twin.shows(lambda: ("", 302, {name: to})).send("GET", "/")


def test_a_backslash_that_browsers_read_as_a_slash_is_seen(twin: Twin) -> None:
    """In Location itself werkzeug makes it harmless."""
    with pytest.raises(AssertionError, match="by HX-Redirect"):
        twin.shows(lambda: ("", 200, {"HX-Redirect": "/\\kwaad.example"})).send("GET", "/")


def test_an_open_redirect_is_seen(twin: Twin) -> None:
    with pytest.raises(AssertionError, match=r"leads to //kwaad\.example"):
        twin.shows(lambda: redirect(request.args["next"])).send("GET", "/", query_string={"next": "//kwaad.example"})


# --- Access ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "access",
    [
        {"public": frozenset({"static"})},
        {"public": frozenset({"static", "x"}), "member": frozenset({"x"})},
        {"public": frozenset({"static", "x", "gone"})},
    ],
    ids=["in no list", "in two lists", "no longer there"],
)
def test_an_endpoint_that_is_not_in_exactly_one_list_is_seen(twin: Twin, access: dict[str, frozenset[str]]) -> None:
    twin.app.add_url_rule("/x", "x", html("x"))
    with pytest.raises(AssertionError, match="not in exactly one list"):
        refuse_unlisted(twin.app, access)


def test_lists_that_are_right_pass(twin: Twin) -> None:
    refuse_unlisted(twin.app, {"public": frozenset({"static"})})


@pytest.mark.parametrize(
    "answer",
    [
        lambda is_ours: (PAGE.format("x"), 200 if is_ours else 404),
        lambda is_ours: (PAGE.format("Niet voor u" if is_ours else "Er is niets"), 404),
        lambda is_ours: (PAGE.format("x"), 404, {"X-Case": "BV-1"} if is_ours else {}),
        lambda is_ours: (PAGE.format("x"), 404, {"Set-Cookie": "seen=1"} if is_ours else {}),
        lambda is_ours: (PAGE.format("x"), 404 if request.method == "GET" or not is_ours else 409),
        lambda is_ours: (PAGE.format("x"), 404 if not request.headers.get("HX-Request") or not is_ours else 403),
        lambda is_ours: (PAGE.format("x"), 404 if request.method != "DELETE" or not is_ours else 204),
        lambda _: (PAGE.format("Alles van iedereen"), 200),
    ],
    ids=["status", "words", "header", "cookie", "post", "htmx", "method", "open to all"],
)
def test_a_page_that_tells_a_stranger_what_is_there_is_seen(twin: Twin, answer: Callable[[bool], object]) -> None:
    methods = ["GET", "POST", "PUT", "PATCH", "DELETE"]
    twin.app.add_url_rule("/zaken/<name>", "zaken", lambda name: answer(name == "ours"), methods=methods)
    with pytest.raises(AssertionError, match=r"differs from|gave"):
        list(Comparison(twin, Browser(twin)).of(Address("zaken", OURS, NOT_THERE)))


def test_a_page_that_tells_a_stranger_nothing_passes(twin: Twin) -> None:
    twin.app.add_url_rule(
        "/zaken/<name>", "zaken", lambda name: (PAGE.format(request.path), 404), methods=["GET", "POST"]
    )
    assert list(Comparison(twin, Browser(twin)).of(Address("zaken", OURS, NOT_THERE)))


# --- Forms -------------------------------------------------------------------------------------------------------


def test_a_form_without_a_guard_is_seen(twin: Twin) -> None:
    def unguarded() -> str:
        return PAGE

    CSRFProtect(twin.app).exempt(unguarded)
    twin.app.add_url_rule("/open", "open", unguarded, methods=["POST"])
    browser = twin.shows(html("gedaan"), "/guarded", method="POST")
    assert refuse_forgery(browser, "/guarded", "foreign")
    with pytest.raises(AssertionError, match="takes a form"):
        refuse_forgery(browser, "/open", "foreign")


def test_a_form_that_takes_any_token_is_seen(twin: Twin) -> None:
    def takes_any() -> tuple[str, int]:
        return PAGE, 200 if len(request.form.get("csrf_token", "")) > 1 else 400

    with pytest.raises(AssertionError, match="takes a form"):
        refuse_forgery(twin.shows(takes_any, method="POST"), "/", "foreign")


def test_a_refused_form_that_was_carried_out_all_the_same_is_seen(twin: Twin) -> None:
    def too_late() -> tuple[str, int]:
        reader.execute(text("delete from person"))
        return PAGE, 400

    with pytest.raises(AssertionError, match="wrote to"):
        refuse_forgery(twin.shows(too_late, method="POST"), "/", "foreign")


# --- Counting and comparing --------------------------------------------------------------------------------------


def test_a_list_that_asks_once_for_each_row_is_seen(twin: Twin) -> None:
    def asked_for(many: int) -> int:
        with twin.opened(), statements(twin.database.engine) as asked:
            for _ in range(many):
                reader.query(Person).first()
        return len(asked)

    assert asked_for(50) > asked_for(5)
    assert asked_for(5) == asked_for(5)


@pytest.mark.parametrize("differs", ["status", "words", "header", "cookie"])
def test_answers_that_are_not_equal_are_seen(twin: Twin, differs: str) -> None:
    def tells() -> tuple[str, int, dict[str, str]]:
        known = {request.form["email"]} & {"ann@school.example"}
        page = PAGE.format(request.form["email"] + ("!" if known and differs == "words" else ""))
        headers = {"header": {"X-Known": "1"}, "cookie": {"Set-Cookie": "known=1"}}.get(differs, {}) if known else {}
        return page, 422 if known and differs == "status" else 200, headers

    browser = twin.shows(tells, method="POST")
    seen = []
    for email in ("ann@school.example", "niemand@school.example", "iemand@school.example"):
        seen.append(plain(browser.send("POST", "/", data={"email": email}).response, without=email))
    assert seen[0] != seen[1] == seen[2]


def test_what_is_done_once_for_each_of_many_at_once_is_seen(twin: Twin) -> None:
    done: list[int] = []
    answers = at_once([partial(lambda: done.append(1) or len(done))] * 20)
    assert len(done) == 20 and len(set(answers)) > 1


def test_a_session_that_only_reads_may_be_noted(twin: Twin) -> None:
    def looks() -> str:
        session["seen"] = "yes"
        reader.query(Person).all()
        return PAGE.format("x")

    assert twin.shows(looks).send("GET", "/").status == 200
