"""The service desk: its queue, what stands out, the evidence, and that it is for the service desk only."""

import time
import uuid

import pytest
from sqlalchemy import insert

from portal.cases.catalogue import current
from portal.cases.tables import Case, KeptFile
from portal.database import reader
from tests.builders import (
    A_PDF,
    ANN,
    BAS,
    EVA,
    IRIS,
    OURS,
    SANNE,
    TOM,
    Portal,
    Someone,
    a_draft,
    a_role,
    a_submitted_registration,
    accept,
    answers_for_registration,
)
from tests.guards import statements
from workflows.vocabulary import Role

PIA = Someone("Pia Groen", "pia@tekenpoort.example")


def test_the_queue_has_what_waits_with_its_age_oldest_first(portal: Portal) -> None:
    first = a_submitted_registration(portal, "28849")
    portal.later(days=4)
    a_submitted_registration(portal, "31189", starter=EVA)
    desk = (
        portal.sign_in(SANNE)
        .open("/servicedesk")
        .sees("2 zaken wachten", "4 dagen", "vandaag", "maandag 23 november 2026")
    )
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


def test_the_queue_is_sorted_filtered_and_exported(portal: Portal) -> None:
    a_submitted_registration(portal, "28849")
    a_submitted_registration(portal.later(days=1), "31189", starter=EVA)
    desk = portal.sign_in(SANNE).open("/servicedesk?sort=-name")
    assert desk.text.index("Voorbeeld 31189") < desk.text.index("Voorbeeld 28849")
    desk.open("/servicedesk?workflow=board_declaration").sees("Niets gevonden").sees_not("Voorbeeld 28849")
    desk.open("/servicedesk?q=28849").follow("Opslaan als spreadsheet")
    assert desk.response.mimetype == "text/csv"
    lines = desk.response.data.decode("utf-8-sig").splitlines()
    assert lines[0].startswith('"Organisatie";"Procedure"')
    assert len(lines) == 2 and "Voorbeeld 28849" in lines[1]


def test_an_empty_queue_says_so(portal: Portal) -> None:
    portal.sign_in(SANNE).open("/servicedesk").sees("De wachtrij is leeg")


def test_open_cases_anywhere_say_who_must_act_and_since_when_oldest_first(to_sign: Portal) -> None:
    a_draft(to_sign.later(days=3), answers_for_registration("20183", starter=EVA), starter=EVA)
    desk = to_sign.sign_in(SANNE).open("/servicedesk").follow("Open zaken")
    desk.sees("2 open zaken", ANN.name, BAS.name, "Wacht op handtekeningen", "eva@ons.example")
    assert desk.text.index("BV-2026-00001") < desk.text.index("IN-2026-0000")
    desk.open("/servicedesk/zaken?state=draft").sees("1 open zaak").sees_not("BV-2026-00001")
    desk.open("/servicedesk/zaken?q=BV-2026").sees("1 open zaak", "Bestuursverklaring")
    desk.follow("Opslaan als spreadsheet")
    assert "BV-2026-00001" in desk.response.data.decode()


def test_the_open_cases_take_as_many_questions_to_the_database_for_many_as_for_few(registered: Portal) -> None:
    """quality.md: the task list with 100,000 cases."""
    desk = registered.sign_in(SANNE)

    def add(many: int) -> None:
        start = registered.count(Case)
        columns = {"workflow": "board_declaration", "workflow_version": current("board_declaration").version}
        columns |= {"organisation_id": registered.organisation(OURS), "state": "draft", "round": 1}
        columns |= {"started_at": registered.moment, "moved_at": registered.moment}
        rows = [columns | {"id": uuid.uuid4(), "reference": f"X-{start + each:06}"} for each in range(many)]
        registered.do(lambda session: session.execute(insert(Case), rows))

    def asked() -> int:
        with statements(registered.database.engine) as found:
            desk.open("/servicedesk/zaken")
        return len(found)

    add(5)
    asked()  # the first look also notes that this browser was here
    few = asked()
    add(20_000)
    before = time.perf_counter()
    assert asked() == few
    assert time.perf_counter() - before < 5
    desk.sees("20005 open zaken", "Pagina 1 van 401")
    desk.open("/servicedesk/zaken?page=401").sees("X-")


def test_persons_are_found_by_name_address_and_organisation(in_force: Portal) -> None:
    desk = in_force.sign_in(SANNE).open("/servicedesk/personen?q=tom%20de").sees("1 persoon", TOM.email)
    desk.open("/servicedesk/personen?q=Voorbeeld%2028849").sees(ANN.name, BAS.name).sees_not(IRIS.name)
    desk.open("/servicedesk/personen?state=invited").sees("uitgenodigd").sees_not(TOM.name)
    desk.open("/servicedesk/personen?q=zzzz").sees("Niets gevonden")
    desk.open("/servicedesk/personen?q=tom%20de").follow(TOM.name).sees("rapportlezer", "nergens geblokkeerd")


def test_organisations_are_found_and_lead_to_their_people(in_force: Portal) -> None:
    desk = in_force.sign_in(SANNE).open("/servicedesk/organisaties?q=28849").sees("schoolbestuur")
    desk.open("/servicedesk/organisaties?kind=supplier").sees("Voorbeeldleverancier").sees_not("schoolbestuur 28849")
    desk.open("/servicedesk/organisaties?q=Voorbeeld%2028849").follow("Stichting Voorbeeld 28849").sees(ANN.email)
    desk.follow("Zoek en sorteer").sees(BAS.name).sees_not(IRIS.name, TOM.name)


def test_the_first_person_of_a_supplier_is_invited_here_and_of_a_board_is_not(in_force: Portal) -> None:
    desk = in_force.sign_in(SANNE).open("/servicedesk/organisaties?kind=supplier").follow("Voorbeeldleverancier")
    assert desk.fill(name="", email="x").press("Uitnodigen").status == 422
    assert set(desk.faults()) == {"name", "email"}
    desk.fill(name="Bo Smit", email="bo@leverancier.example").press("Uitnodigen").sees("Bo Smit is uitgenodigd")
    assert any("Uitnodiging" in each for each in in_force.mails("bo@leverancier.example"))
    board = in_force.organisation(OURS)
    desk.open(f"/servicedesk/organisaties/{board}").sees_not("Iemand uitnodigen")
    assert desk.post(f"/servicedesk/organisaties/{board}", {"name": "X", "email": "x@x.example"}).status == 404


PAGES = (
    "/servicedesk", "/servicedesk/wachtrij.csv", "/servicedesk/zaken", "/servicedesk/zaken.csv", "/servicedesk/personen",
    "/servicedesk/personen.csv", "/servicedesk/organisaties", "/servicedesk/organisaties.csv", "/servicedesk/producten",
    "/servicedesk/producten/nieuw", "/servicedesk/producten/resultatenmonitor", "/servicedesk/verplaatsen",
    "/servicedesk/verplaatsen/oude-versies.csv", "/servicedesk/gezondheid", "/postvak",
)  # fmt: skip


@pytest.mark.parametrize("address", PAGES)
def test_a_member_of_a_board_does_not_find_it(registered: Portal, address: str) -> None:
    assert registered.sign_in(ANN).open(address).status == 404
