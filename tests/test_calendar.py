"""Deadlines as a calendar: sound by RFC 5545, only titles and links, and a secret address that can be taken back."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from portal import clock
from portal.cases.tables import InForce
from portal.dossier.deadlines import Deadline
from portal.parties.tables import CalendarAddress, Mandate
from portal.views.calendar import ics
from tests.browser import Browser
from tests.builders import ANN, BAS, EVA, IRIS, OURS, TOM, Portal, a_declaration, accepted_terms, sign
from tests.test_usage_terms import a_new_version

SIGNED_BY = dt.date(2026, 12, 7)


def events(page: Browser) -> dict[str, dict[str, object]]:
    """The events of a calendar file, by their title."""
    assert page.response.mimetype == "text/calendar"
    calendar = Calendar.from_ical(page.response.data)
    return {str(each["summary"]): dict(each.items()) for each in calendar.walk("VEVENT")}


def days(page: Browser) -> dict[str, dt.date]:
    return {title: each["DTSTART"].dt for title, each in events(page).items()}  # type: ignore[attr-defined]


# --- What stands in it -------------------------------------------------------------------------------------------


def test_the_day_by_which_a_signature_is_expected_stands_in_the_calendar(to_sign: Portal) -> None:
    found = days(to_sign.sign_in(ANN).open("/agenda.ics"))
    assert found["Bestuursverklaring BV-2026-00001 wacht op u"] == SIGNED_BY
    assert found["Bestuursverklaring BV-2026-00001 vervalt als er niets gebeurt"] > SIGNED_BY


def test_who_has_signed_waits_no_longer(to_sign: Portal) -> None:
    sign(to_sign, to_sign.case("board_declaration"), ANN)
    titles = list(days(to_sign.sign_in(ANN).open("/agenda.ics")))
    assert titles == ["Bestuursverklaring BV-2026-00001 vervalt als er niets gebeurt"]
    assert "Bestuursverklaring BV-2026-00001 wacht op u" in days(to_sign.sign_in(BAS).open("/agenda.ics"))


def test_what_ends_at_the_beginning_of_a_day_has_the_day_before_as_its_last(in_force: Portal) -> None:
    """A mandate and a declaration until 1 January hold through 31 December, in Amsterdam."""
    new_year = clock.start_of(dt.date(2027, 1, 1))

    def end(session) -> None:  # type: ignore[no-untyped-def]
        ann = in_force.visitor(ANN).person_id
        session.query(Mandate).filter_by(person_id=ann).one().until = new_year
        for row in session.query(InForce).filter_by(kind="board_declaration"):
            row.until = new_year

    in_force.do(end)
    found = days(in_force.sign_in(ANN).open("/agenda.ics"))
    assert set(found.values()) == {dt.date(2026, 12, 31)}
    assert len(found) == 2  # the schools of one declaration end once
    in_force.sign_in(ANN).open("/agenda").sees("donderdag 31 december 2026", "2 termijnen")


def test_the_end_of_the_grace_of_earlier_terms_is_a_deadline(in_force: Portal) -> None:
    accepted_terms(in_force, TOM)
    a_new_version(in_force, in_days=0, grace_days=14)
    [(title, last_day)] = days(in_force.sign_in(TOM).open("/agenda.ics")).items()
    assert title == "Laatste dag zonder akkoord op de nieuwe voorwaarden van Onderwijsresultatenmonitor"
    assert dt.date(2026, 12, 6) <= last_day <= dt.date(2026, 12, 7)


def test_an_event_warns_fourteen_days_before_and_holds_a_title_and_a_link_only(to_sign: Portal) -> None:
    page = to_sign.sign_in(ANN).open("/agenda.ics")
    text = page.response.text
    assert "TRIGGER:-P14D" in text
    for event in events(page).values():
        assert set(event) == {"UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "URL", "TRANSP", "CLASS"}
        assert str(event["URL"]).startswith(to_sign.settings.public_url + "/")
    assert BAS.name not in text


def test_one_deadline_is_downloaded_by_itself_by_who_has_it(to_sign: Portal) -> None:
    address = f"/agenda/termijn/task-{to_sign.case('board_declaration')}.ics"
    assert list(events(to_sign.sign_in(ANN).open(address))) == ["Bestuursverklaring BV-2026-00001 wacht op u"]
    assert to_sign.sign_in(IRIS).open(address).status == 404
    assert to_sign.browser().open(address).address.startswith("/inloggen")
    assert to_sign.sign_in(ANN).open("/agenda/termijn/task-x.ics").status == 404


def test_the_page_is_searched_sorted_filtered_and_exported(to_sign: Portal) -> None:
    a_declaration(to_sign, board="31189", by=IRIS)
    ann = to_sign.sign_in(ANN).open("/agenda").sees("2 termijnen", "maandag 7 december 2026", "binnenkort")
    ann.open("/agenda?kind=lapses").sees("1 termijn").open("/agenda?q=qqq").sees("Niets gevonden")
    assert "2026-12-07" in ann.open("/agenda.csv?sort=-day").response.text
    to_sign.sign_in(EVA).open("/agenda?kind=task").sees_not("wacht op u")


# --- The secret address ------------------------------------------------------------------------------------------


def subscription(page: Browser) -> str:
    """The address that stands on the page, as a path."""
    address = next(word for word in page.text.split() if "/agenda/abonnement/" in word)
    return address.removeprefix(page.portal.settings.public_url)  # type: ignore[attr-defined]


def test_a_calendar_reads_the_deadlines_at_a_secret_address_without_signing_in(to_sign: Portal) -> None:
    page = to_sign.sign_in(ANN).open("/agenda").press("Agenda-adres maken").sees("Uw agenda-adres")
    address = subscription(page)
    assert days(to_sign.browser().open(address)) == days(to_sign.sign_in(ANN).open("/agenda.ics"))
    assert to_sign.sign_in(IRIS).open(address).response.mimetype == "text/calendar"  # it is the address that opens


def test_the_database_does_not_hold_the_address(to_sign: Portal) -> None:
    address = subscription(to_sign.sign_in(ANN).open("/agenda").press("Agenda-adres maken"))
    token = address.rpartition("/")[2].removesuffix(".ics")
    [kept] = to_sign.ask(lambda: [each.token_hash for each in _rows()])
    assert token not in kept
    assert len(token) >= 43  # 256 bits


def _rows() -> list[CalendarAddress]:
    from portal.database import reader

    return reader.query(CalendarAddress).all()


def test_another_address_ends_the_one_before_and_taking_it_back_ends_all(to_sign: Portal) -> None:
    page = to_sign.sign_in(ANN).open("/agenda").press("Agenda-adres maken")
    first = subscription(page)
    second = subscription(page.press("Nieuw adres maken"))
    assert first != second
    assert to_sign.browser().open(first).status == 404
    assert to_sign.browser().open(second).status == 200
    page.press("Adres intrekken").sees("werkt niet meer", "Agenda-adres maken")
    assert to_sign.browser().open(second).status == 404


def test_who_is_blocked_has_no_calendar(to_sign: Portal) -> None:
    from portal.parties import people

    address = subscription(to_sign.sign_in(ANN).open("/agenda").press("Agenda-adres maken"))
    ann = to_sign.visitor(ANN).person_id
    to_sign.do(lambda session: people.block(session, session.get_one(people.Person, ann), at=to_sign.moment))
    assert to_sign.browser().open(address).status == 404


@pytest.mark.parametrize("token", ["x", "%00", "a" * 500, "../agenda", "é"])
def test_an_address_that_nobody_made_opens_nothing(to_sign: Portal, token: str) -> None:
    assert to_sign.browser().open(f"/agenda/abonnement/{token}.ics").status == 404


def test_an_address_opens_the_calendar_and_nothing_else(to_sign: Portal) -> None:
    browser = to_sign.browser()
    browser.open(subscription(to_sign.sign_in(ANN).open("/agenda").press("Agenda-adres maken")))
    assert browser.open("/agenda").address.startswith("/inloggen")
    assert to_sign.count(CalendarAddress, person_id=to_sign.organisation(OURS)) == 0


# --- RFC 5545 ----------------------------------------------------------------------------------------------------

WORDS = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=200)


@given(WORDS, st.dates(dt.date(2000, 1, 1), dt.date(2100, 1, 1)))
def test_any_title_comes_out_as_it_went_in_and_no_line_is_too_long(title: str, day: dt.date) -> None:
    """Folded at 75 octets, escaped, read back by the same standard: nothing of a title becomes a line of its own."""
    deadline = Deadline("task-1", "task", day, title, ("home.index", {}))
    content = ics([deadline], page=lambda _: "https://portaal.example/", host="portaal.example")
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))
    assert content.count(b"BEGIN:VEVENT") == 1
    [event] = Calendar.from_ical(content).walk("VEVENT")
    assert str(event["summary"]) == title
    assert event["dtstart"].dt == day
    assert str(event["uid"]) == "task-1@portaal.example"


@pytest.mark.parametrize("title", ["een\r\nEND:VEVENT", "twee\nregels", "met\x00nul"])
def test_a_title_with_line_ends_stays_one_title(title: str) -> None:
    deadline = Deadline("task-1", "task", dt.date(2026, 12, 1), title, ("home.index", {}))
    content = ics([deadline], page=lambda _: "https://portaal.example/", host="portaal.example")
    assert content.count(b"\r\nEND:VEVENT") == 1
    assert len(Calendar.from_ical(content).walk("VEVENT")) == 1
