"""New sub-processors: announced, told to each board by its own agreement, objected to, answered, closed."""

import datetime as dt
import uuid

import pytest
from sqlalchemy import select

from portal.cases.agreements import objecting, stands, subprocessors
from portal.cases.agreements.stands import Stand
from portal.cases.agreements.tables import SubprocessorAnswer, SubprocessorNotice
from portal.cases.tables import InForce
from portal.database import reader
from portal.offers.tables import Publication
from portal.record.ledger import Entry
from tests.browser import Browser
from tests.builders import EVA, IRIS, NOOR, OURS, SANNE, TOM, Portal
from tests.test_agreement_register import agreed, register_of, rows_of
from tests.test_processor_agreement import offered
from tests.test_two_sides import SAM, the_supplier

__all__ = ["agreed", "offered"]
MAILER = {
    "name": "Snelpost SpA",
    "task": "Berichten versturen",
    "data": "Naam en e-mailadres",
    "country": "Italië",
    "in_eea": "yes",
}
LAST, FIRST = "woensdag 23 december 2026", dt.date(2026, 12, 23)
"""Announced on Monday 23 November with thirty days."""


def on(browser: Browser, day: dt.date) -> Browser:
    return browser.fill(effective__day=str(day.day), effective__month=str(day.month), effective__year=str(day.year))


def announcing(portal: Portal, **other: str) -> Browser:
    """Sam fills in the form, and has not sent it."""
    browser = portal.sign_in(SAM).open(f"/organisaties/{the_supplier(portal)}/subverwerkers/nieuw")
    typed = {**MAILER, **other}
    browser.choose("in_eea", typed.pop("in_eea"))
    return browser.fill(**typed)


def announced(portal: Portal, day: dt.date = dt.date(2027, 1, 4), **other: str) -> uuid.UUID:
    """Sam announced one; the boards were mailed."""
    on(announcing(portal, **other), day).press("Melden").sees("De besturen met een overeenkomst krijgen bericht.")
    portal.work()
    newest = select(SubprocessorNotice.id).order_by(SubprocessorNotice.announced_at.desc())
    return portal.ask(lambda: reader.scalars(newest).first())  # type: ignore[return-value]


def at_board(portal: Portal, notice_id: uuid.UUID, someone=NOOR) -> Browser:  # type: ignore[no-untyped-def]
    return portal.sign_in(someone).open(f"/organisaties/{portal.organisation(OURS)}/subverwerkers/{notice_id}")


def at_supplier(portal: Portal, notice_id: uuid.UUID) -> Browser:
    where = f"/organisaties/{the_supplier(portal)}/subverwerkers/{notice_id}"
    return portal.sign_in(SAM).open(where)


def stand(portal: Portal, notice_id: uuid.UUID) -> Stand:
    board = portal.organisation(OURS)
    return portal.ask(lambda: stands.stand(objecting.found(reader(), notice_id, board), at=portal.moment))


def all_is_well(portal: Portal) -> bool:
    assert [each for each in portal.findings() if "tekenbevoegdheid" not in each.what] == []
    return True


def with_parameters(portal: Portal, **changed: str) -> None:
    """As if our board had agreed with other numbers."""

    def change(session) -> None:  # type: ignore[no-untyped-def]
        text = session.scalars(select(Publication).filter_by(kind="processor_agreement")).one()
        text.body = {**text.body, "parameters": {**text.body["parameters"], **changed}}

    portal.do(change)


# --- Announcing --------------------------------------------------------------------------------------------------


def test_a_supplier_announces_one_and_each_side_sees_both_clocks(agreed: Portal) -> None:
    notice_id = announced(agreed)
    for someone in (NOOR, EVA):
        assert agreed.mails(someone.email)[0].startswith(
            f"Nieuwe subverwerker bij Onderwijsresultatenmonitor: bezwaar kan tot en met {LAST}"
        )
    letter = agreed.letter(NOOR.email, "Nieuwe subverwerker")
    assert "geldt dat als geen bezwaar" in letter
    noor = agreed.sign_in(NOOR).open(agreed.mailed_link(NOOR.email, "Nieuwe subverwerker"))
    noor.sees("Snelpost SpA", LAST, "maandag 4 januari 2027", "kan nog bezwaar maken")
    sam = at_supplier(agreed, notice_id).sees("1 bestuur", "bezwaar nog mogelijk bij 1", LAST)
    sam.follow("Stichting Voorbeeld").sees(LAST, "maandag 4 januari 2027")
    assert not any(each.startswith("Nieuwe subverwerker") for each in agreed.mails(IRIS.email))
    assert all_is_well(agreed)


def test_it_stands_in_the_tasks_of_who_speaks_for_the_board_and_on_its_page(agreed: Portal) -> None:
    announced(agreed)
    noor = agreed.sign_in(NOOR).open("/").sees("Subverwerker Snelpost SpA", "Nieuwe subverwerker bekijken")
    noor.follow("Subverwerker Snelpost SpA").sees("Bezwaar maken")
    agreed.sign_in(EVA).open(f"/organisaties/{agreed.organisation(OURS)}").follow("Snelpost SpA voor").sees(LAST)
    agreed.sign_in(EVA).open(register_of(agreed)).follow("Nieuwe subverwerkers").sees("Snelpost SpA", LAST)
    agreed.sign_in(TOM).open("/").sees_not("Snelpost")


def test_the_first_day_is_not_before_the_time_that_the_agreements_give(agreed: Portal) -> None:
    browser = on(announcing(agreed), FIRST - dt.timedelta(days=1)).press("Melden")
    assert browser.status == 422
    assert "woensdag 23 december 2026" in browser.faults()["effective"]
    assert browser.values()["name"] == ["Snelpost SpA"]
    announced(agreed, FIRST)
    with_parameters(agreed, notice_days="60")
    browser = on(announcing(agreed, name="Later B.V."), FIRST).press("Melden")
    assert "vrijdag 22 januari 2027" in browser.faults()["effective"]


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"name": ""}, "name"),
        ({"task": "x" * 2001}, "task"),
        ({"country": ""}, "country"),
        ({"in_eea": "no", "country": "Verenigde Staten"}, "basis"),
    ],
)
def test_what_is_not_right_is_said_at_the_field_and_nothing_is_announced(
    agreed: Portal, changed: dict[str, str], field: str
) -> None:
    browser = on(announcing(agreed, **changed), dt.date(2027, 1, 4)).press("Melden")
    assert (browser.status, list(browser.faults())) == (422, [field])
    assert agreed.count(SubprocessorNotice) == 0


def test_a_day_that_does_not_exist_is_named(agreed: Portal) -> None:
    browser = announcing(agreed).fill(effective__day="31", effective__month="2", effective__year="2027").press("Melden")
    assert browser.status == 422
    assert list(browser.faults()) == ["effective"]


def test_pressing_twice_announces_once(agreed: Portal) -> None:
    browser = on(announcing(agreed), dt.date(2027, 1, 4))
    address, fields = browser.would_send("Melden")
    for _ in range(2):
        browser.send("POST", address, data=fields)
    assert agreed.count(SubprocessorNotice) == 1
    agreed.work()
    assert sum(each.startswith("Nieuwe subverwerker") for each in agreed.mails(NOOR.email)) == 1


def test_the_service_desk_announces_on_behalf_and_others_find_no_form(agreed: Portal) -> None:
    address = f"/organisaties/{the_supplier(agreed)}/subverwerkers/nieuw"
    agreed.sign_in(SANNE).open(address).sees("Subverwerker melden")
    for someone in (NOOR, IRIS, TOM):
        assert agreed.sign_in(someone).open(address).status == 404
    ours = f"/organisaties/{agreed.organisation(OURS)}/subverwerkers/nieuw"
    assert agreed.sign_in(EVA).open(ours).status == 404


def test_telling_boards_again_tells_nobody_twice(agreed: Portal) -> None:
    notice_id = announced(agreed)
    before = agreed.mails(NOOR.email)
    agreed.ask(lambda: subprocessors.tell(notice_id))
    assert agreed.mails(NOOR.email) == before


def test_a_withdrawn_announcement_asks_nothing_any_more(agreed: Portal) -> None:
    notice_id = announced(agreed)
    at_supplier(agreed, notice_id).follow("Aankondiging intrekken").press("Ja, trek in").sees("ingetrokken")
    agreed.work()
    assert any(each.startswith("Ingetrokken: nieuwe subverwerker") for each in agreed.mails(NOOR.email))
    at_board(agreed, notice_id).sees("aankondiging ingetrokken").sees_not("Akkoord geven")
    agreed.sign_in(NOOR).open("/").sees_not("Snelpost")
    agreed.later(days=60)
    agreed.sign_in(EVA).open(register_of(agreed)).sees_not("Snelpost")
    assert all_is_well(agreed)


def test_of_what_nobody_heard_nobody_hears_that_it_was_withdrawn(agreed: Portal) -> None:
    on(announcing(agreed), dt.date(2027, 1, 4)).press("Melden")
    newest = select(SubprocessorNotice.id)
    notice_id = agreed.ask(lambda: reader.scalars(newest).one())
    at_supplier(agreed, notice_id).follow("Aankondiging intrekken").press("Ja, trek in").sees("ingetrokken")
    agreed.work()
    assert not [each for each in agreed.mails(NOOR.email) if "subverwerker" in each]


def test_what_has_begun_is_not_withdrawn(agreed: Portal) -> None:
    notice_id = announced(agreed)
    sam = at_supplier(agreed, notice_id).follow("Aankondiging intrekken")
    agreed.later(days=50)
    assert agreed.sign_in(SAM).open(sam.address).press("Ja, trek in").status == 409
    at_supplier(agreed, notice_id).sees_not("Aankondiging intrekken")


# --- Silence, and the clock --------------------------------------------------------------------------------------


def test_silence_is_no_objection_and_the_register_has_it_from_its_first_day(agreed: Portal) -> None:
    notice_id = announced(agreed)
    agreed.moment = dt.datetime(2026, 12, 23, 22, 59, 59, tzinfo=dt.UTC)
    assert stand(agreed, notice_id) == Stand.OPEN
    agreed.moment = dt.datetime(2026, 12, 23, 23, 0, tzinfo=dt.UTC)  # midnight in Amsterdam
    assert stand(agreed, notice_id) == Stand.SILENT
    eva = agreed.sign_in(EVA)
    assert "Snelpost" not in rows_of(eva, register_of(agreed) + ".csv")[0]["Ontvangers"]
    agreed.moment = dt.datetime(2027, 1, 3, 23, 0, tzinfo=dt.UTC)
    [row] = rows_of(agreed.sign_in(EVA), register_of(agreed) + ".csv")
    assert "Snelpost SpA: Berichten versturen, Naam en e-mailadres, Italië (vanaf 4 januari 2027)" in row["Ontvangers"]


def test_where_each_asks_a_yes_silence_is_none_and_a_late_yes_counts(agreed: Portal) -> None:
    with_parameters(agreed, consent="specific")
    notice_id = announced(agreed)
    at_board(agreed, notice_id).sees("dan is er geen toestemming")
    agreed.later(days=45)
    assert stand(agreed, notice_id) == Stand.NO_CONSENT
    agreed.sign_in(EVA).open(register_of(agreed)).sees_not("Snelpost")
    at_board(agreed, notice_id).sees("geen toestemming", "Wat uw overeenkomst hierover zegt").press("Akkoord geven")
    assert stand(agreed, notice_id) == Stand.AGREED
    agreed.sign_in(EVA).open(register_of(agreed)).sees("Snelpost SpA (Italië)")
    assert agreed.findings("agreements") == ()


def test_days_are_whole_days_in_amsterdam_also_when_the_clock_goes_forward(agreed: Portal) -> None:
    agreed.moment = dt.datetime(2027, 3, 1, 22, 30, tzinfo=dt.UTC)  # summer time begins on 28 March
    notice_id = announced(agreed, dt.date(2027, 4, 12))
    [answer] = agreed.ask(lambda: reader.scalars(select(SubprocessorAnswer)).all())
    assert answer.closes_at == dt.datetime(2027, 3, 31, 22, 0, tzinfo=dt.UTC)  # thirty days on: through 31 March
    at_board(agreed, notice_id).sees("woensdag 31 maart 2027")
    notice = agreed.ask(lambda: reader.get_one(SubprocessorNotice, notice_id).effective_at)
    assert notice == dt.datetime(2027, 4, 11, 22, 0, tzinfo=dt.UTC)


def test_a_week_before_the_end_who_said_nothing_is_reminded_once(agreed: Portal) -> None:
    notice_id = announced(agreed)

    def reminded() -> int:
        agreed.ask(subprocessors.remind_all)
        return sum(each.startswith("Herinnering: bezwaar") for each in agreed.mails(NOOR.email))

    agreed.moment = dt.datetime(2026, 12, 15, 8, 0, tzinfo=dt.UTC)
    assert reminded() == 0
    agreed.later(days=1)
    assert (reminded(), reminded()) == (1, 1)
    at_board(agreed, notice_id).press("Akkoord geven")
    agreed.later(days=1)
    assert reminded() == 1


# --- Objecting ---------------------------------------------------------------------------------------------------


def test_an_objection_is_answered_and_dropped(agreed: Portal) -> None:
    notice_id = announced(agreed)
    at_board(agreed, notice_id).fill(words="Wij willen geen tweede mailer.").press("Bezwaar maken").sees("bezwaar")
    assert any(each.startswith(f"Bezwaar van Stichting Voorbeeld {OURS}") for each in agreed.mails(SAM.email))
    sam = agreed.sign_in(SAM).open("/").follow("Subverwerker Snelpost SpA").sees("Wij willen geen tweede mailer.")
    sam.fill(words="Deze neemt het over van de eerste.").press("Antwoord versturen").sees("bezwaar beantwoord")
    noor = agreed.sign_in(NOOR).open(agreed.mailed_link(NOOR.email, "Antwoord op uw bezwaar"))
    noor.sees("Deze neemt het over van de eerste.").press("Bezwaar intrekken").sees("bezwaar ingetrokken")
    assert stand(agreed, notice_id) == Stand.DROPPED
    agreed.later(days=60)
    agreed.sign_in(EVA).open(register_of(agreed)).sees("Snelpost SpA (Italië)")
    acts = agreed.ask(
        lambda: [
            each.act
            for each in reader.scalars(
                select(Entry).filter_by(subject=f"subprocessor:{notice_id}").order_by(Entry.number)
            )
        ]
    )
    assert acts == ["announce", "object", "answer_objection", "close_objection"]
    assert all_is_well(agreed)


def test_an_objection_that_stands_says_what_the_agreement_says_and_keeps_it_out_of_the_register(agreed: Portal) -> None:
    notice_id = announced(agreed)
    noor = at_board(agreed, notice_id).fill(words="Nee.").press("Bezwaar maken")
    noor.sees("De leverancier heeft nog niet geantwoord").sees_not("Bij het bezwaar blijven?")
    noor.post(noor.address, {"say": "upheld"})
    assert noor.status == 409
    at_supplier(agreed, notice_id).follow("Stichting Voorbeeld").fill(words="Toch wel.").press("Antwoord versturen")
    at_board(agreed, notice_id).press("Bij het bezwaar blijven").sees("Komen beide er niet uit")
    agreed.later(days=60)
    agreed.sign_in(EVA).open(register_of(agreed)).sees_not("Snelpost")
    at_supplier(agreed, notice_id).sees("blijft bij bezwaar", ", bezwaar bij 1.")
    [row] = rows_of(agreed.sign_in(SAM), f"/organisaties/{the_supplier(agreed)}/subverwerkers/{notice_id}.csv")
    assert (row["Status"], row["Bezwaar"], row["Antwoord"]) == ("blijft bij bezwaar", "Nee.", "Toch wel.")
    assert all_is_well(agreed)


def test_a_supplier_that_never_answers_does_not_keep_an_objection_open(agreed: Portal) -> None:
    notice_id = announced(agreed)
    at_board(agreed, notice_id).fill(words="Nee.").press("Bezwaar maken")
    agreed.later(days=60)
    at_board(agreed, notice_id).press("Bij het bezwaar blijven").sees("blijft bij bezwaar")


def test_objecting_asks_a_reason_and_comes_in_time(agreed: Portal) -> None:
    notice_id = announced(agreed)
    browser = at_board(agreed, notice_id).press("Bezwaar maken")
    assert (browser.status, list(browser.faults())) == (422, ["words"])
    at_board(agreed, notice_id).press("Akkoord geven").fill(words="Toch niet.").press("Bezwaar maken").sees(
        "Toch niet."
    )
    other = announced(agreed.later(minutes=1), name="Nog een B.V.")
    waiting = at_board(agreed, other)
    agreed.later(days=31)
    late = agreed.sign_in(NOOR).open("/account")
    late.post(waiting.address, {"say": "object", "words": "Te laat"})
    assert late.status == 409
    assert stand(agreed, other) == Stand.SILENT


def test_pressing_objection_twice_is_one(agreed: Portal) -> None:
    notice_id = announced(agreed)
    noor = at_board(agreed, notice_id).fill(words="Nee.")
    address, fields = noor.would_send("Bezwaar maken")
    for _ in range(2):
        noor.send("POST", address, data=fields)
        assert noor.status == 302
    assert agreed.count(Entry, act="object") == 1
    fields["words"] = "Iets anders."
    assert noor.send("POST", address, data=fields).status == 409


def test_who_does_not_speak_for_the_board_says_nothing_for_it(agreed: Portal) -> None:
    notice_id = announced(agreed)
    address = f"/organisaties/{agreed.organisation(OURS)}/subverwerkers/{notice_id}"
    for someone in (SAM, IRIS, TOM, SANNE):
        browser = agreed.sign_in(someone).open("/account")
        browser.post(address, {"say": "agree"})
        assert browser.status == 404, someone
    assert agreed.sign_in(SANNE).open(address).sees_not("Akkoord geven").status == 200
    for someone in (SAM, IRIS, TOM):
        assert agreed.sign_in(someone).open(address).status == 404, someone
    theirs = f"/organisaties/{the_supplier(agreed)}/subverwerkers/{notice_id}"
    for address in (theirs, theirs + ".csv", theirs + "/intrekken", f"{theirs}/besturen/{agreed.organisation(OURS)}"):
        for someone in (NOOR, IRIS, TOM):
            assert agreed.sign_in(someone).open(address).status == 404, (someone, address)
    assert stand(agreed, notice_id) == Stand.OPEN
    nonsense = agreed.sign_in(NOOR).open("/account")
    assert nonsense.post(address.partition("/besturen")[0], {"say": "x"}).status == 404


def test_only_boards_with_an_agreement_in_force_get_time(agreed: Portal) -> None:
    def end(session) -> None:  # type: ignore[no-untyped-def]
        for row in session.scalars(select(InForce).filter_by(kind="processor_agreement")):
            row.until = agreed.moment

    agreed.do(end)
    notice_id = announced(agreed.later(minutes=1), agreed.moment.date() + dt.timedelta(days=1))
    assert agreed.count(SubprocessorAnswer) == 0
    at_supplier(agreed, notice_id).sees("0 besturen", "Geen besturen")


# --- The witness -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("name", "Iemand anders"),
        ("effective_at", dt.datetime(2026, 12, 1, tzinfo=dt.UTC)),
        ("withdrawn_at", dt.datetime(2026, 12, 1, tzinfo=dt.UTC)),
    ],
)
def test_a_notice_that_was_changed_behind_our_back_is_named(agreed: Portal, column: str, value: object) -> None:
    notice_id = announced(agreed)
    agreed.do(lambda session: setattr(session.get_one(SubprocessorNotice, notice_id), column, value))
    assert [each.where for each in agreed.findings("agreements")] == [f"subverwerker {notice_id}"]


@pytest.mark.parametrize(
    ("column", "value"),
    [("answer", "agreed"), ("outcome", "dropped"), ("consent", "specific"), ("words", "Niets aan de hand")],
)
def test_so_is_an_answer(agreed: Portal, column: str, value: str) -> None:
    notice_id = announced(agreed)
    at_board(agreed, notice_id).fill(words="Nee.").press("Bezwaar maken")
    board = agreed.organisation(OURS)
    agreed.do(lambda session: setattr(session.get_one(SubprocessorAnswer, (notice_id, board)), column, value))
    assert len(agreed.findings("agreements")) == 1
