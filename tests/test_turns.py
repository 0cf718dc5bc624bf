"""What people do with a case besides answering it: send back, decline, withdraw, hand over, let it lapse."""

import datetime as dt
import uuid

import pytest
from sqlalchemy import select

from portal import clock
from portal.cases import reminding
from portal.cases.tables import Case, Document, InForce, Signature
from portal.database import act, reader
from portal.record.jobs import Job
from portal.record.ledger import Entry
from tests.browser import Browser
from tests.builders import (
    ANN,
    BAS,
    EVA,
    FEMKE,
    IRIS,
    OURS,
    SCHOOL,
    TOM,
    Portal,
    Someone,
    a_declaration,
    a_role,
    accepted_terms,
    at_step,
    sign,
)
from workflows.vocabulary import Role

WHY = "De Jozefschool hoort er nog bij."


def at_case(portal: Portal, someone: Someone) -> Browser:
    return portal.sign_in(someone).open(f"/zaken/{portal.case('board_declaration')}")


def acts(portal: Portal, case_id: uuid.UUID) -> list[str]:
    told = select(Entry.act).where(Entry.subject == f"case:{case_id}").order_by(Entry.number)
    return portal.ask(lambda: list(reader.scalars(told)))


# --- Sending back ------------------------------------------------------------------------------------------------


def test_a_director_sends_the_declaration_back_and_the_secretary_mends_it(to_sign: Portal) -> None:
    case_id = to_sign.case("board_declaration")
    first = to_sign.document(case_id).id
    sign(to_sign, case_id, BAS)
    at_case(to_sign, ANN).follow("Terugsturen").fill(words=WHY).press("Ja, terugsturen").sees("is teruggestuurd")
    assert to_sign.state(case_id) == "draft"
    assert "Teruggestuurd: Bestuursverklaring BV-2026-00001" in to_sign.mails(BAS.email)
    eva = at_case(to_sign, EVA).sees("Ann de Vries stuurde de zaak terug", WHY)
    eva.follow("Welke scholen").press("Opslaan en verder")
    eva.open(f"/zaken/{case_id}/nakijken").press("Klaarzetten om te tekenen")
    to_sign.work()
    again = to_sign.document(case_id)
    assert again.id != first
    assert again.signatures == []
    sign(to_sign, case_id, ANN)
    sign(to_sign, case_id, BAS)
    assert to_sign.state(case_id) == "decided"
    eva.open(f"/zaken/{case_id}").sees("Rond").sees_not("Waarom deze zaak is afgelopen")


@pytest.mark.row(7, "sent back between viewing and signing")
def test_what_was_sent_back_cannot_be_signed_any_more(to_sign: Portal) -> None:
    document = to_sign.document(to_sign.case("board_declaration"))
    bas = to_sign.sign_in(BAS).open(f"/tekenen/{document.id}")
    at_case(to_sign, ANN).follow("Terugsturen").fill(words=WHY).press("Ja, terugsturen")
    bas.fill(typed_name=BAS.name, code=to_sign.code(BAS)).press("Teken nu")
    assert bas.status == 409
    assert to_sign.count(Signature) == 0


def test_sending_back_takes_a_reason(to_sign: Portal) -> None:
    ann = at_case(to_sign, ANN).follow("Terugsturen").press("Ja, terugsturen")
    assert ann.status == 422
    assert ann.faults()["words"].startswith("Schrijf op waarom")
    assert to_sign.state(to_sign.case("board_declaration")) == "signing"


def test_pressed_twice_sends_back_once(to_sign: Portal) -> None:
    pages = [at_case(to_sign, ANN).follow("Terugsturen").fill(words=WHY) for _ in range(2)]
    assert [page.press("Ja, terugsturen").status for page in pages] == [200, 200]
    assert acts(to_sign, to_sign.case("board_declaration")).count("sent_back") == 1


# --- Declining, withdrawing --------------------------------------------------------------------------------------


def test_a_signatory_declines_and_nothing_comes_into_force(to_sign: Portal) -> None:
    before = to_sign.count(InForce)
    at_case(to_sign, BAS).follow("Niet akkoord").fill(words=WHY).press("Ja, ik ga niet akkoord")
    assert to_sign.state(to_sign.case("board_declaration")) == "declined"
    assert to_sign.count(InForce) == before
    at_case(to_sign, EVA).sees("Niet akkoord", "Waarom deze zaak is afgelopen", WHY).sees_not("Terugsturen")
    assert "Niet akkoord: Bestuursverklaring BV-2026-00001" in to_sign.mails(ANN.email)
    to_sign.sign_in(ANN).open("/tekenen").sees("Er wacht niets op uw handtekening")


def test_the_secretary_withdraws_what_waits_for_signatures(to_sign: Portal) -> None:
    at_case(to_sign, EVA).follow("Zaak intrekken").fill(words="Het bestuur fuseert.").press("Ja, intrekken")
    assert to_sign.state(to_sign.case("board_declaration")) == "withdrawn"
    assert "Ingetrokken: Bestuursverklaring BV-2026-00001" in to_sign.mails(BAS.email)
    assert to_sign.ask(lambda: reader.scalars(select(Document.void_at)).all()[-1]) is not None


def test_a_draft_is_withdrawn_without_a_reason_after_being_asked(registered: Portal) -> None:
    a_declaration(registered, draft=True)
    ann = at_case(registered, ANN).follow("Zaak intrekken").sees("Wilt u deze zaak intrekken?")
    ann.press("Ja, intrekken").sees("is ingetrokken")
    assert registered.state(registered.case("board_declaration")) == "withdrawn"


def test_withdrawing_twice_does_so_once(registered: Portal) -> None:
    a_declaration(registered, draft=True)
    pages = [at_case(registered, ANN).follow("Zaak intrekken") for _ in range(2)]
    assert [each.press("Ja, intrekken").status for each in pages] == [200, 200]
    assert acts(registered, registered.case("board_declaration")).count("withdrawn") == 1


def test_who_registers_without_an_account_can_withdraw_too(portal: Portal) -> None:
    browser = at_step(portal, "you")
    browser.open(browser.address.rpartition("/")[0]).follow("Zaak intrekken").press("Ja, intrekken")
    assert portal.state(portal.case("registration")) == "withdrawn"


def test_a_decided_case_cannot_be_sent_back_declined_or_withdrawn(in_force: Portal) -> None:
    ann = at_case(in_force, ANN).sees_not("Terugsturen", "Niet akkoord", "Zaak intrekken")
    for turn in ("terugsturen", "afwijzen", "intrekken"):
        assert ann.post(f"/zaken/{in_force.case('board_declaration')}/{turn}", {"words": WHY}).status == 409
    assert in_force.state(in_force.case("board_declaration")) == "decided"


@pytest.mark.parametrize("turn", ["terugsturen", "afwijzen", "intrekken", "overdragen", "akkoord-intrekken"])
def test_who_has_nothing_to_do_with_the_case_finds_none_of_these_pages(to_sign: Portal, turn: str) -> None:
    iris = to_sign.sign_in(IRIS)
    address = f"/zaken/{to_sign.case('board_declaration')}/{turn}"
    assert iris.open(address).status == 404
    assert iris.post(address, {"words": WHY}).status == 404


def test_a_role_that_neither_prepares_nor_signs_can_end_nothing(to_sign: Portal) -> None:
    a_role(to_sign, FEMKE, to_sign.organisation(OURS), Role.FINANCIAL_CONTACT)
    femke = at_case(to_sign, FEMKE).sees_not("Terugsturen", "Niet akkoord", "Zaak intrekken")
    for turn in ("terugsturen", "afwijzen", "intrekken"):
        assert femke.post(f"/zaken/{to_sign.case('board_declaration')}/{turn}", {"words": WHY}).status == 409
    assert to_sign.state(to_sign.case("board_declaration")) == "signing"


# --- Handing over ------------------------------------------------------------------------------------------------


def test_the_director_hands_the_draft_to_the_secretary(registered: Portal) -> None:
    case_id = a_declaration(registered, draft=True)
    ann = at_case(registered, ANN).follow("Overdragen aan een collega")
    choice = registered.ask(lambda: str(registered._person(EVA).id))
    ann.choose("to", choice).fill(words="Wil jij dit afmaken?").press("Overdragen").sees("is overgedragen")
    assert "Wil jij dit afmaken?" in registered.letter(EVA.email, "Aan u overgedragen")
    assert registered.ask(lambda: reader.get_one(Case, case_id).assignee.name) == EVA.name  # type: ignore[union-attr]
    registered.sign_in(EVA).open(registered.mailed_link(EVA.email, "Aan u overgedragen")).sees("Antwoorden nakijken")


def test_a_draft_is_handed_to_nobody_outside_the_organisation(registered: Portal) -> None:
    case_id = a_declaration(registered, draft=True)
    iris = registered.ask(lambda: str(registered._person(IRIS).id))
    for chosen in (iris, "", "x"):
        ann = registered.sign_in(ANN).open("/").post(f"/zaken/{case_id}/overdragen", {"to": chosen})
        assert ann.status == 422
        assert "Kies een collega" in ann.faults()["to"]


# --- Taking back one's own yes -----------------------------------------------------------------------------------


def test_a_person_takes_back_the_terms_and_the_reports_close(in_force: Portal) -> None:
    case_id = accepted_terms(in_force, TOM)
    tom = in_force.sign_in(TOM).open(f"/rapporten/resultatenmonitor/{SCHOOL}").sees_not("van 5 voorwaarden")
    tom.open(f"/zaken/{case_id}").follow("Mijn akkoord intrekken").sees("gaan voor u dicht")
    tom.press("Ja, mijn akkoord intrekken").sees("ingetrokken")
    tom.open(f"/rapporten/resultatenmonitor/{SCHOOL}").sees("gebruiksvoorwaarden")
    assert tom.missing()
    accepted_terms(in_force, TOM)
    assert not tom.open(f"/rapporten/resultatenmonitor/{SCHOOL}").missing()


def test_the_confirmation_of_a_yes_that_was_taken_back_no_longer_says_that_it_is_open(in_force: Portal) -> None:
    case_id = accepted_terms(in_force, TOM)
    tom = in_force.sign_in(TOM).open(f"/zaken/{case_id}/ontvangen")
    assert tom.address.endswith("/ontvangen")
    tom.open(f"/zaken/{case_id}/akkoord-intrekken").press("Ja, mijn akkoord intrekken")
    tom.open(f"/zaken/{case_id}/ontvangen").sees("ingetrokken")
    assert not tom.address.endswith("/ontvangen")


def test_only_the_person_takes_back_their_own_yes(in_force: Portal) -> None:
    case_id = accepted_terms(in_force, TOM)
    assert in_force.sign_in(ANN).open("/").post(f"/zaken/{case_id}/akkoord-intrekken").status == 404


# --- Time --------------------------------------------------------------------------------------------------------


def remind(portal: Portal) -> int:
    return portal.ask(reminding.remind_all)


def days_later(portal: Portal, days: int) -> Portal:
    return portal.later(days=days)


def test_who_must_sign_is_reminded_after_three_seven_and_fourteen_days_and_once_each(to_sign: Portal) -> None:
    found = []
    for _ in range(16):
        remind(days_later(to_sign, 1))
        remind(to_sign)
        found.append(sum(subject.startswith("Herinnering") for subject in to_sign.mails(BAS.email)))
    assert [found[day - 1] for day in (2, 3, 6, 7, 13, 14, 16)] == [0, 1, 1, 2, 2, 3, 3]
    assert "vervalt de zaak op" in to_sign.letter(BAS.email, "Herinnering")


def test_who_signed_already_is_not_reminded(to_sign: Portal) -> None:
    sign(to_sign, to_sign.case("board_declaration"), ANN)
    remind(days_later(to_sign, 4))
    assert not [each for each in to_sign.mails(ANN.email) if each.startswith("Herinnering")]
    assert [each for each in to_sign.mails(BAS.email) if each.startswith("Herinnering")]


def test_nothing_lapses_without_a_warning_of_two_weeks(to_sign: Portal) -> None:
    case_id = to_sign.case("board_declaration")
    remind(days_later(to_sign, 200))  # the portal stood still: far past the day on which it would have lapsed
    assert to_sign.state(case_id) == "signing"
    assert to_sign.letter(BAS.email, "Vervalt op")
    remind(days_later(to_sign, 13))
    assert to_sign.state(case_id) == "signing"
    remind(days_later(to_sign, 1))
    assert to_sign.state(case_id) == "lapsed"
    assert "Vervallen: Bestuursverklaring BV-2026-00001" in to_sign.mails(EVA.email) + to_sign.mails(ANN.email)
    at_case(to_sign, ANN).sees("Vervallen").sees_not("Zaak intrekken")


def test_a_case_that_moves_starts_its_time_anew(to_sign: Portal) -> None:
    remind(days_later(to_sign, 80))
    at_case(to_sign, ANN).follow("Terugsturen").fill(words=WHY).press("Ja, terugsturen")
    remind(days_later(to_sign, 20))
    assert to_sign.state(to_sign.case("board_declaration")) == "draft"


def test_the_case_says_by_when_and_when_it_lapses_with_the_weekday(to_sign: Portal) -> None:
    eva = at_case(to_sign, EVA).sees("Verwacht uiterlijk maandag 7 december 2026", "zondag 21 februari 2027")
    assert "DTSTART;VALUE=DATE:20270221" in eva.follow("Zet de dag in uw agenda").response.text


def test_one_asks_for_a_reminder_and_sees_it_among_the_messages(to_sign: Portal) -> None:
    eva = at_case(to_sign, EVA).press("Stuur een herinnering").press("Stuur een herinnering")
    eva.sees("Herinnering: Bestuursverklaring BV-2026-00001 wacht op u", "wacht op verzending")
    assert sum(each.startswith("Herinnering") for each in to_sign.mails(BAS.email)) == 1


def test_the_worker_reminds_every_day(to_sign: Portal) -> None:
    with to_sign.opened():
        reminding.ask(after=to_sign.moment.date())
    to_sign.later(days=4).work()
    assert [each for each in to_sign.mails(BAS.email) if each.startswith("Herinnering")]
    to_sign.later(days=4).work()
    assert sum(each.startswith("Herinnering") for each in to_sign.mails(BAS.email)) == 2


def test_a_case_that_cannot_be_read_keeps_nobody_else_waiting(to_sign: Portal) -> None:
    with to_sign.opened(), act() as session:
        broken = Case(reference="BV-2026-09999", workflow="board_declaration", workflow_version="gone")
        broken.moved_at = clock.now() - dt.timedelta(days=9)
        session.add(broken)
    with to_sign.opened():
        reminding.ask(after=to_sign.moment.date())
    to_sign.later(days=4).work()
    assert [each for each in to_sign.mails(BAS.email) if each.startswith("Herinnering")]
    with to_sign.opened():
        waiting = reader.query(Job).filter(Job.kind == reminding.REMIND, Job.state == "todo").all()
        assert {each.cause != "" for each in waiting} == {
            True,
            False,
        }  # this day's again, with its cause; and the next day's
