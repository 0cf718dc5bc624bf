"""The gate before any application: what a proxy is told is what the page says, and it is told nothing else."""

import datetime as dt
import itertools
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from portal import clock, dossier
from portal.commands import portal as command
from portal.config import Settings
from portal.database import reader
from portal.dossier import deciding
from portal.dossier.deciding_statement import BY_PERSON, BY_SESSION
from portal.errors import SettingError
from portal.gate.conditions import CONDITIONS
from portal.gate.judge import Condition
from portal.offers.tables import Product
from portal.parties import register
from portal.parties.tables import Person
from tests.builders import ANN, IRIS, OTHER_SCHOOL, PRODUCT, SANNE, SCHOOL, TOM, Portal, accepted_terms
from tests.gates import CHECK, FROM_THE_PROXY, RESOURCE, SECRET, ask
from tests.test_gate_random import what_decides

# --- Who is told what ----------------------------------------------------------------------------------------------


def test_who_did_all_that_was_asked_comes_in_under_a_mark_that_says_nothing(gated: Portal) -> None:
    accepted_terms(gated, TOM)
    tom = gated.sign_in(TOM)
    assert ask(tom) == (204, None)
    told = tom.response.headers
    assert told["X-Gate-Organisation"] == SCHOOL
    person = gated.visitor(TOM).person_id
    for name in ("X-Gate-User", "X-Gate-Trace"):
        assert len(told[name]) == 26 and told[name].isalnum() and TOM.name.split()[0].lower() not in told[name]
        assert str(person).replace("-", "") not in told[name]


def test_the_mark_stays_the_same_and_the_trace_is_of_one_day(gated: Portal) -> None:
    accepted_terms(gated, TOM)

    def told() -> tuple[str, str]:
        tom = gated.sign_in(TOM)
        assert ask(tom) == (204, None)
        return tom.response.headers["X-Gate-User"], tom.response.headers["X-Gate-Trace"]

    user, trace = told()
    assert told() == (user, trace)
    gated.later(days=1)
    later = told()
    assert later[0] == user and later[1] != trace


def test_the_operator_learns_from_a_trace_who_was_there_and_on_which_day(gated: Portal, tmp_path: Path) -> None:
    accepted_terms(gated, TOM)
    tom = gated.sign_in(TOM)
    assert ask(tom) == (204, None)
    file = tmp_path / "uit de toepassing.csv"
    file.write_text(f"cijfers;{tom.response.headers['X-Gate-Trace'].upper()}\n")
    environ = {"TEKENPOORT_DATA": str(gated.settings.data), "TEKENPOORT_DATABASE_URL": gated.settings.database_url}
    today = clock.day_of(gated.moment)

    def said(day: dt.date, *more: str) -> tuple[int, str]:
        result = CliRunner().invoke(command, ["trace", str(file), "--day", day.isoformat(), *more], env=environ)
        return result.exit_code, result.output

    whole = f"{TOM.name}, {PRODUCT} of {SCHOOL}, on {today.isoformat()}"
    assert said(today)[0] == 0 and whole in said(today)[1]
    assert said(today + dt.timedelta(days=9), "--days", "10") == said(today)
    assert said(today + dt.timedelta(days=1)) == (1, "There is no mark in this file.\n")
    undated = CliRunner().invoke(command, ["trace", str(file)], env=environ)
    assert undated.exit_code == 1 and "--day" in undated.output


def test_who_is_not_signed_in_is_told_so(gated: Portal) -> None:
    stranger = gated.browser()
    assert ask(stranger) == (401, None)
    stranger.client.set_cookie("tekenpoort", "made-up")
    assert ask(stranger) == (401, None)
    assert ask(gated.browser(), f"/gate/check?r={PRODUCT}/00AA00") == (401, None), "what is there is not told"


def test_who_is_halfway_signing_in_is_not_signed_in(gated: Portal) -> None:
    half = gated.browser().open("/inloggen")
    assert ask(half) == (401, None)


def test_a_member_is_told_which_conditions_are_not_met(gated: Portal) -> None:
    assert ask(gated.sign_in(TOM)) == (403, "terms")


@pytest.mark.parametrize(
    "resource",
    [
        "", "x", PRODUCT, f"{PRODUCT}/", f"/{SCHOOL}", f"{PRODUCT}/00AA00", f"nonsense/{SCHOOL}", f"{PRODUCT}/{SCHOOL.lower()}",
        f"{PRODUCT}/{SCHOOL}/", f"{PRODUCT}//{SCHOOL}", f"{PRODUCT}/../{SCHOOL}", f"{RESOURCE}&r={RESOURCE}", f"{RESOURCE}&x=1",
        f"{RESOURCE}%00", f"{RESOURCE}%0A", f"{RESOURCE}%20", "%F0%9F%92%A9", "x" * 5000, f"{RESOURCE};r={RESOURCE}",
    ],
)  # fmt: skip
def test_a_resource_that_is_not_there_is_shut_without_a_reason(gated: Portal, resource: str) -> None:
    accepted_terms(gated, TOM)
    assert ask(gated.sign_in(TOM), f"/gate/check?r={resource}") == (403, None)
    for query in ("", "?", f"?R={RESOURCE}", f"?r[]={RESOURCE}", f"?x=1&r={RESOURCE}"):
        assert ask(gated.sign_in(TOM), f"/gate/check{query}") == (403, None), query


def test_who_has_nothing_to_do_with_the_school_is_told_nothing(gated: Portal) -> None:
    for someone in (IRIS, SANNE):
        assert ask(gated.sign_in(someone)) == (403, None)


def test_only_a_get_is_answered(gated: Portal) -> None:
    accepted_terms(gated, TOM)
    tom = gated.sign_in(TOM)
    for method in ("HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "get"):
        assert ask(tom, method=method) == (405, None), method
        assert tom.response.headers["Allow"] == "GET"


# --- Only the proxy is answered ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "said", [None, "", "x", SECRET[:-1], f"{SECRET} ", f"{SECRET},{SECRET}", SECRET.upper(), "é" * 32]
)
def test_without_the_secret_there_is_nothing_here(gated: Portal, said: str | None) -> None:
    accepted_terms(gated, TOM)
    tom = gated.sign_in(TOM)
    headers = {"X-Gate-Secret": said} if said is not None else {}
    for method in ("GET", "POST"):
        tom.send(method, CHECK, headers=headers)
        assert (tom.status, tom.response.data) == (404, b"")


def test_a_portal_without_the_setting_has_no_such_address(in_force: Portal) -> None:
    accepted_terms(in_force, TOM)
    for headers in ({}, {"X-Gate-Secret": ""}, FROM_THE_PROXY):
        assert in_force.sign_in(TOM).send("GET", CHECK, headers=headers).status == 404


@pytest.mark.parametrize(
    "secret", ["short", "x" * 31, "x" * 201, "x" * 31 + '"', "x" * 31 + "$", "x" * 31 + " ", "x" * 31 + "\n"]
)
def test_a_secret_that_is_easily_guessed_or_breaks_a_configuration_stops_the_start(secret: str) -> None:
    with pytest.raises(SettingError, match="TEKENPOORT_GATE_SECRET"):
        Settings.from_environ({"TEKENPOORT_GATE_SECRET": secret})


def test_the_secret_is_not_shown_with_the_settings() -> None:
    assert SECRET not in repr(Settings.from_environ({"TEKENPOORT_GATE_SECRET": SECRET}))


def test_nothing_that_a_client_can_send_changes_the_answer(gated: Portal) -> None:
    forged = {
        "X-Gate-User": "x", "X-Gate-Organisation": SCHOOL, "X-Gate-Trace": "x", "X-Original-URI": "/", "X-Original-URL": CHECK,
        "X-Rewrite-URL": CHECK, "X-Forwarded-Uri": f"/{RESOURCE}", "X-Forwarded-Method": "GET", "X-HTTP-Method-Override": "GET",
        "X-Forwarded-For": "127.0.0.1", "X-Real-IP": "127.0.0.1", "X-Forwarded-User": ANN.email, "Remote-User": ANN.email,
        "Authorization": "Basic YW5uOmFubg==", "Forwarded": "for=127.0.0.1", "HX-Request": "true",
    }  # fmt: skip
    assert ask(gated.browser(), **forged) == (401, None)
    assert ask(gated.sign_in(TOM), **forged) == (403, "terms")
    assert ask(gated.sign_in(IRIS), **forged) == (403, None)


# --- As the page says it -------------------------------------------------------------------------------------------


@pytest.mark.row(14, "page and proxy say the same")
def test_the_proxy_is_told_what_the_page_says_for_everybody_at_every_school(gated: Portal) -> None:
    accepted_terms(gated, ANN)
    someones = {each.email: each for each in (ANN, TOM, IRIS, SANNE)}
    for someone in someones.values():
        browser = gated.sign_in(someone)
        for code in (SCHOOL, OTHER_SCHOOL, "03LN00"):
            page = browser.open(f"/rapporten/{PRODUCT}/{code}").status
            told, reasons = ask(browser, f"/gate/check?r={PRODUCT}/{code}")
            assert told == {200: 204, 403: 403, 404: 403}[page], (someone, code)
            assert bool(reasons) == (page == 403), (someone, code)


def test_a_cookie_of_nobody_is_nobody_also_where_there_is_no_such_gate(gated: Portal) -> None:
    """Nothing at all is found then, which is no fault of ours."""
    for resource in (RESOURCE, f"nonsense/{SCHOOL}", "x"):
        stranger = gated.browser()
        stranger.client.set_cookie("tekenpoort", "of-nobody")
        assert ask(stranger, f"/gate/check?r={resource}") == (401, None), resource


def test_a_condition_that_raises_shuts_the_gate(gated: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_facts: object) -> None:
        raise ZeroDivisionError

    accepted_terms(gated, TOM)
    known = CONDITIONS["terms"]
    monkeypatch.setitem(CONDITIONS, "terms", Condition(known.code, known.title, known.unmet, known.lacks, broken))  # type: ignore[arg-type]
    assert ask(gated.sign_in(TOM)) == (403, "terms")


def test_a_fault_of_ours_shuts_the_gate(
    gated: Portal, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    accepted_terms(gated, TOM)
    gated.do(lambda session: setattr(session.query(Product).one(), "conditions", ["nonsense"]))
    tom = gated.browser(expects_fault=True)
    cookie = gated.sign_in(TOM).client.get_cookie("tekenpoort")
    assert cookie
    tom.client.set_cookie("tekenpoort", cookie.value)
    assert ask(tom) == (503, None)
    assert "gate fault" in caplog.text


def test_what_the_proxy_is_judged_by_is_what_the_page_adds_its_words_to(gated: Portal) -> None:
    accepted_terms(gated, ANN)
    for someone, code in itertools.product((ANN, TOM, IRIS, SANNE), (SCHOOL, OTHER_SCHOOL, "03LN00")):
        person_id = gated.visitor(someone).person_id
        assert person_id is not None
        with gated.opened():
            person, location = reader.get_one(Person, person_id), register.location(code)
            product = reader.scalars(select(Product)).one()
            assert location is not None
            page = dossier.facts(reader(), person, location, product, at=gated.moment, contact="x@example.nl")
            proxy = deciding.of_person(reader(), person_id, product.name, code, at=gated.moment).facts(gated.moment)
        assert what_decides(page) == what_decides(proxy), (someone, code)


def test_no_table_is_read_from_end_to_end_however_many_people_there_are(gated: Portal) -> None:
    """Without this, a quarter of a million persons made an answer a hundred times as slow."""
    engine = gated.database.engine
    if engine.dialect.name != "sqlite":
        return  # PostgreSQL counts its rows, and plans by that
    for compiled in (BY_PERSON.compile(dialect=engine.dialect), BY_SESSION.sql(engine.dialect)):
        with engine.connect() as connection:
            nothing = ("",) * len(compiled.positiontup or ())
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}", nothing)
            said = [str(row[3]) for row in plan]
        assert len(said) > 20
        assert not [
            each for each in said if each.startswith("SCAN") and each.split()[1] not in ("who", "place", "found")
        ], said
        assert not [each for each in said if "AUTOMATIC" in each or "ix_in_force_product" in each], said


# --- For people ----------------------------------------------------------------------------------------------------


def test_a_person_comes_from_an_application_to_the_page_that_explains(gated: Portal) -> None:
    tom = gated.sign_in(TOM).open(f"/poort?r={RESOURCE}").sees("Er is nog één ding nodig")
    assert tom.address == f"/rapporten/{PRODUCT}/{SCHOOL}/poort"


def test_who_is_not_signed_in_signs_in_first_and_then_sees_the_gate(gated: Portal) -> None:
    stranger = gated.browser().send("GET", f"/poort?r={RESOURCE}")
    assert stranger.response.location == f"/inloggen?next=/poort?r%3D{PRODUCT}/{SCHOOL}"


@pytest.mark.parametrize(
    "query", ["", "?r=", "?r=//kwaad.example/x", "?r=https://kwaad.example", f"?r={RESOURCE}/../x", "?r=x/%5C"]
)
def test_there_is_no_way_to_elsewhere(gated: Portal, query: str) -> None:
    assert gated.sign_in(TOM).open(f"/poort{query}").status == 404


def test_a_gate_of_another_school_is_not_there(gated: Portal) -> None:
    assert gated.sign_in(IRIS).open(f"/poort?r={RESOURCE}").status == 404
