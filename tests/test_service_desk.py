"""The service desk: its queue, what stands out, the evidence, and that it is for the service desk only."""

import pytest

from portal.cases.tables import KeptFile
from portal.database import reader
from tests.builders import (
    A_PDF,
    ANN,
    EVA,
    SANNE,
    Portal,
    Someone,
    a_draft,
    a_role,
    a_submitted_registration,
    accept,
    answers_for_registration,
)
from workflows.vocabulary import Role

PIA = Someone("Pia Groen", "pia@tekenpoort.example")


def test_the_queue_has_what_waits_with_its_age_oldest_first(portal: Portal) -> None:
    first = a_submitted_registration(portal, "28849")
    portal.later(days=4)
    a_submitted_registration(portal, "31189", starter=EVA)
    desk = portal.sign_in(SANNE).open("/servicedesk").sees("2 inschrijvingen wachten", "4 dagen", "vandaag")
    assert desk.text.index("28849") < desk.text.index("31189")
    assert desk.follow("Stichting Voorbeeld 28849").address == f"/servicedesk/{first}"


def test_the_queue_is_searched(portal: Portal) -> None:
    a_submitted_registration(portal, "28849")
    a_submitted_registration(portal, "31189", starter=EVA)
    portal.sign_in(SANNE).open("/servicedesk?q=31189").sees("31189").sees_not("28849")


def test_a_clean_registration_is_accepted_in_two_clicks_from_the_queue(portal: Portal) -> None:
    """quality.md, effort."""
    case_id = a_submitted_registration(portal)
    portal.sign_in(SANNE).open("/servicedesk").follow("Stichting Voorbeeld").press("Akkoord")
    assert portal.state(case_id) == "decided"


def test_what_stands_out_is_shown_and_never_refuses_by_itself(portal: Portal) -> None:
    case_id = a_submitted_registration(portal, party={"party": "by_hand"})
    portal.sign_in(SANNE).open(f"/servicedesk/{case_id}").sees(
        "Zelf ingevuld", "is niet dat van een website", "kijk na"
    )
    accept(portal, case_id)


def test_the_evidence_is_opened_beside_the_names(portal: Portal) -> None:
    case_id = a_submitted_registration(portal)
    desk = portal.sign_in(SANNE).open(f"/servicedesk/{case_id}").follow("Open het bewijsstuk")
    assert desk.response.data == A_PDF
    assert desk.response.mimetype == "application/pdf"


def test_evidence_of_another_case_is_not_opened_by_way_of_this_one(portal: Portal) -> None:
    case_id = a_submitted_registration(portal)
    a_submitted_registration(portal, "31189", starter=EVA)
    other = portal.ask(lambda: reader.query(KeptFile).filter(KeptFile.case_id != case_id).one().id)
    assert portal.sign_in(SANNE).open(f"/servicedesk/{case_id}/bewijs/{other}").status == 404


def test_a_draft_is_not_for_the_service_desk_yet(portal: Portal) -> None:
    case_id = a_draft(portal, answers_for_registration())
    desk = portal.sign_in(SANNE)
    assert desk.open(f"/servicedesk/{case_id}").status == 404
    assert desk.open(f"/zaken/{case_id}").status == 404


def test_nobody_judges_what_they_started_themselves(portal: Portal) -> None:
    """workflows.md: nobody acts on their own request where two people are needed."""
    case_id = a_submitted_registration(portal, starter=SANNE)
    assert portal.sign_in(SANNE).open(f"/servicedesk/{case_id}").status == 404


@pytest.mark.parametrize("verdict", ["", "nonsense", "ACCEPT"])
def test_a_verdict_that_does_not_exist_is_refused(portal: Portal, verdict: str) -> None:
    case_id = a_submitted_registration(portal)
    desk = portal.sign_in(SANNE).open(f"/servicedesk/{case_id}")
    assert desk.post(desk.address, {"verdict": verdict, "words": "x"}).status == 422
    assert portal.state(case_id) == "assessing"


def test_two_of_the_service_desk_judge_once(portal: Portal) -> None:
    case_id = a_submitted_registration(portal)
    from portal.parties.tables import Organisation

    desk_id = portal.ask(lambda: reader.query(Organisation).filter_by(kind="operator").one().id)
    a_role(portal, PIA, desk_id, Role.SERVICE_DESK)
    sanne, pia = (portal.sign_in(each).open(f"/servicedesk/{case_id}") for each in (SANNE, PIA))
    sanne.fill(words="Van een ander bestuur.").press("Weigeren")
    assert pia.press("Akkoord").status == 409
    pia.sees("intussen al beoordeeld")
    assert portal.state(case_id) == "refused"


def test_the_service_desk_sees_documents_and_mails_that_wait(registered: Portal) -> None:
    accept(registered, a_submitted_registration(registered, "20183", starter=EVA))
    registered.sign_in(SANNE).open("/servicedesk").sees("Stukken die wachten", "taken wachten op de achtergrond")


@pytest.mark.parametrize("address", ["/servicedesk", "/postvak"])
def test_a_member_of_a_board_does_not_find_it(registered: Portal, address: str) -> None:
    assert registered.sign_in(ANN).open(address).status == 404
