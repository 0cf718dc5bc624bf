"""Cases: drafts that wait, stale tabs, steps out of order, and what is pressed twice."""

import uuid

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.cases import starting
from portal.cases.tables import Case, StepAnswer
from portal.database import reader
from tests.browser import Browser
from tests.builders import (
    ANN,
    BAS,
    EVA,
    OURS,
    TOM,
    Portal,
    Someone,
    a_declaration,
    a_draft,
    answers_for_registration,
    at_step,
)

SAVE = "Opslaan en verder"


def a_begun_declaration(portal: Portal, someone: Someone = EVA) -> Browser:
    browser = portal.sign_in(someone).open(f"/organisaties/{portal.organisation(OURS)}").follow("Bestuursverklaring")
    return browser.press("Beginnen")


def stored(portal: Portal, step: str) -> dict[str, object]:
    case_id = portal.case("board_declaration")
    return portal.ask(lambda: reader.get_one(StepAnswer, (case_id, step)).values)


def two_at_the_same_step(portal: Portal) -> tuple[Browser, Browser]:
    """Eva and Ann both have the first step of the declaration open."""
    eva = a_begun_declaration(portal, EVA).follow("Welke scholen vallen hieronder?")
    ann = portal.sign_in(ANN).open(eva.address)
    return eva, ann


# --- References ----------------------------------------------------------------------------------------------------


def test_references_count_on_without_gaps_also_past_five_digits(registered: Portal) -> None:
    highest = "BV-2026-99998"

    def begin() -> str:
        case_id = starting.start(
            "board_declaration", by=registered.visitor(ANN), organisation_id=registered.organisation(OURS)
        )
        made = reader.get_one(Case, case_id).reference
        registered.do(lambda session: setattr(session.get_one(Case, case_id), "state", "withdrawn"))
        return made

    def go_far(session: Session) -> None:
        session.scalars(select(Case).filter_by(workflow="board_declaration")).one().reference = highest

    assert registered.ask(begin) == "BV-2026-00001"
    registered.do(go_far)
    assert [registered.ask(begin) for _ in range(3)] == ["BV-2026-99999", "BV-2026-100000", "BV-2026-100001"]


# --- A stale tab -------------------------------------------------------------------------------------------------


def test_a_stale_tab_changes_nothing_and_shows_both_answers(registered: Portal) -> None:
    eva, ann = two_at_the_same_step(registered)
    eva.fill(office="Kantoor Eva").press(SAVE)
    ann.fill(office="Kantoor Ann").press(SAVE)
    assert ann.status == 409
    ann.sees("Een collega heeft deze stap intussen gewijzigd", "Kantoor Eva", "Kantoor Ann")
    assert stored(registered, "scope")["office"] == "Kantoor Eva"


def test_after_seeing_both_one_can_keep_ones_own(registered: Portal) -> None:
    eva, ann = two_at_the_same_step(registered)
    eva.fill(office="Kantoor Eva").press(SAVE)
    ann.fill(office="Kantoor Ann").press(SAVE).press(SAVE)
    assert ann.status == 200
    assert stored(registered, "scope")["office"] == "Kantoor Ann"


def test_a_stale_tab_with_the_same_answers_simply_goes_on(registered: Portal) -> None:
    eva, ann = two_at_the_same_step(registered)
    eva.press(SAVE)
    assert ann.press(SAVE).status == 200


def test_a_stale_tab_on_the_step_with_the_register_shows_both_too(portal: Portal) -> None:
    first, second = at_step(portal, "party"), portal.browser()
    second.open(portal.mailed_link(ANN.email, "Ga verder")).open(first.address)
    first.fill(q=OURS).press("Zoeken").choose("party", f"board:{OURS}").press(SAVE)
    second.choose("party", "by_hand").press(SAVE)
    assert second.status == 409
    second.sees("Een collega heeft deze stap intussen gewijzigd", "Schoolbestuur 28849")
    second.press(SAVE).sees("Gegevens van de organisatie")


def test_answers_that_changed_after_the_check_page_are_not_submitted(registered: Portal) -> None:
    eva = a_begun_declaration(registered).follow("Welke scholen").press(SAVE).press(SAVE)
    eva.choose("collective", "no").press(SAVE).press(SAVE).sees("Kijk uw antwoorden na")
    ann = registered.sign_in(ANN).open(f"/zaken/{registered.case('board_declaration')}/scope")
    ann.fill(office="Anders").press(SAVE)
    assert eva.press("Klaarzetten om te tekenen").status == 409
    eva.sees("intussen gewijzigd")
    assert registered.state(registered.case("board_declaration")) == "draft"


# --- The order of steps ------------------------------------------------------------------------------------------


def test_a_step_whose_turn_has_not_come_is_refused(portal: Portal) -> None:
    browser = at_step(portal, "party")
    assert browser.open(browser.address.replace("party", "authority")).status == 409
    browser.sees("nog niet aan de beurt")
    assert browser.post(browser.address, {"self": "yes", "seen": "0"}).status == 409


@pytest.mark.parametrize("step", ["support", "nonsense", "KIND", "kind/", "%00", "../kind"])
def test_a_step_that_is_not_on_the_path_is_not_there(portal: Portal, step: str) -> None:
    browser = at_step(portal, "details")
    assert browser.open(browser.address.replace("details", step)).status == 404


def test_a_case_cannot_be_submitted_before_everything_is_answered(portal: Portal) -> None:
    browser = at_step(portal, "details")
    case = browser.address.rpartition("/")[0]
    assert browser.open(f"{case}/nakijken").address == f"{case}/details"
    assert browser.post(f"{case}/versturen", {"seen": "x"}).status == 409
    assert portal.state(uuid.UUID(case.rpartition("/")[2])) == "draft"


def test_a_submitted_case_takes_no_more_answers(to_sign: Portal) -> None:
    case = f"/zaken/{to_sign.case('board_declaration')}"
    eva = to_sign.sign_in(EVA).open(f"{case}/scope")
    assert eva.status == 409
    assert eva.post(f"{case}/scope", {"schools": "03KF00", "seen": "1"}).status == 409
    eva.sees("al verstuurd")


def test_the_path_follows_the_answers_and_what_was_left_behind_reaches_no_document(portal: Portal) -> None:
    browser = at_step(portal, "details")
    browser.open(browser.address.replace("details", "kind")).choose("kind", "school_group").press(SAVE)
    browser.open(browser.address.rpartition("/")[0]).sees_not("Welke organisatie is het?")


def test_extra_fields_of_a_form_are_not_kept(portal: Portal) -> None:
    browser = at_step(portal, "kind")
    browser.post(browser.address, {"kind": "board", "seen": "0", "shown": "kind", "state": "decided", "party": "x"})
    case_id = uuid.UUID(browser.address.split("/")[2])
    assert portal.ask(lambda: reader.get_one(StepAnswer, (case_id, "kind")).values) == {"kind": "board"}
    assert portal.state(case_id) == "draft"


# --- Twice -------------------------------------------------------------------------------------------------------


def test_submitting_twice_submits_once_and_answers_the_same(portal: Portal) -> None:
    case_id = a_draft(portal, answers_for_registration())
    browsers = [portal.browser().open(portal.mailed_link(ANN.email, "Ga verder")) for _ in range(2)]
    pages = [each.open(f"/zaken/{case_id}/nakijken") for each in browsers]
    answers = [each.press("Inschrijving versturen") for each in pages]
    assert answers[0].text == answers[1].text
    assert sum(each.startswith("Ontvangen") for each in portal.mails(ANN.email)) == 1


def test_a_step_sent_twice_is_answered_once(registered: Portal) -> None:
    eva = a_begun_declaration(registered).follow("Welke scholen vallen hieronder?")
    again = registered.sign_in(EVA).open(eva.address)
    eva.fill(office="Kantoor").press(SAVE)
    assert again.fill(office="Kantoor").press(SAVE).address == eva.address
    case_id = registered.case("board_declaration")
    assert registered.ask(lambda: reader.get_one(StepAnswer, (case_id, "scope")).version) == 1


def test_the_back_button_leads_to_the_answers_as_they_are(registered: Portal) -> None:
    eva = a_begun_declaration(registered).follow("Welke scholen vallen hieronder?")
    address = eva.address
    eva.fill(office="Kantoor").press(SAVE).open(address)
    assert eva.values()["office"] == ["Kantoor"]
    eva.fill(office="Ander kantoor").press(SAVE)
    assert stored(registered, "scope")["office"] == "Ander kantoor"


# --- Several people, and who is there ----------------------------------------------------------------------------


def test_a_colleague_with_another_role_reads_but_does_not_answer(registered: Portal) -> None:
    from tests.builders import a_role
    from workflows.vocabulary import Role

    a_role(registered, TOM, registered.organisation(OURS), Role.FINANCIAL_CONTACT)
    a_begun_declaration(registered)
    tom = registered.sign_in(TOM).open(f"/zaken/{registered.case('board_declaration')}").sees("beheerder")
    assert tom.open(tom.address + "/scope").status == 409
    tom.sees("voor een collega met een andere rol")


def test_the_task_list_says_who_must_act_and_since_when(to_sign: Portal) -> None:
    eva = to_sign.sign_in(EVA).open(f"/zaken/{to_sign.case('board_declaration')}")
    eva.sees("Wacht op handtekeningen", "Wie is aan de beurt", ANN.name, BAS.name, "Nog niet getekend")


def test_while_the_document_is_made_the_page_refreshes_itself_without_javascript(registered: Portal) -> None:
    case_id = a_declaration(registered, to_sign=False)
    ann = registered.sign_in(ANN).open(f"/zaken/{case_id}/ontvangen").sees("De pagina ververst zichzelf")
    assert any(each.get("http-equiv") == "refresh" for each in ann.all("meta"))
    registered.work()
    assert not any(each.get("http-equiv") == "refresh" for each in ann.open(f"/zaken/{case_id}").all("meta"))


def test_whoever_must_sign_in_first_comes_back_to_the_case(to_sign: Portal) -> None:
    stranger = to_sign.browser().open(f"/zaken/{to_sign.case('board_declaration')}")
    assert stranger.address.startswith("/inloggen")


@pytest.mark.parametrize(
    "hostile", ["a\x00b", "\ud800", "a\u202eb", "{{ 7*7 }}", "<b>x</b>", "=1+1", "😀" * 50, "\r\nBcc: x"]
)
def test_a_hostile_text_is_kept_as_it_can_be_and_does_nothing(registered: Portal, hostile: str) -> None:
    eva = a_begun_declaration(registered).follow("Welke scholen vallen hieronder?")
    eva.fill(office=hostile.encode(errors="replace").decode()).press(SAVE)
    kept = str(stored(registered, "scope")["office"])
    assert kept == "".join(letter for letter in hostile.replace("\ud800", "?") if letter not in "\x00\r\u202e").strip()
    assert eva.open(eva.address.replace("actors", "scope")).values()["office"] == [kept.replace("\n", "")]


@pytest.mark.parametrize("workflow", ["nonsense", "vocabulary", "%00", "board_declaration"])
def test_a_procedure_that_is_not_there_or_not_for_me_cannot_be_begun(registered: Portal, workflow: str) -> None:
    assert registered.sign_in(EVA).open(f"/zaken/begin/{workflow}").status == 404
    assert registered.count(Case, workflow="board_declaration") == 0
