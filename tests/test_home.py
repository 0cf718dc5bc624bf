"""The lists of a person: what waits for them, what they wait for, what is in force, all their cases; true and fast."""

import csv
import io
import uuid

import pytest
from sqlalchemy import select, text

from portal import dossier
from portal.cases.access import Known, Visitor
from portal.cases.tables import Case, CaseState
from portal.database import reader
from portal.dossier import count_to_sign, tasks
from portal.parties.tables import Organisation
from tests import guards
from tests.browser import Browser
from tests.builders import (
    ANN,
    BAS,
    EVA,
    IRIS,
    OURS,
    SANNE,
    SCHOOL,
    TOM,
    Portal,
    a_declaration,
    a_role,
    a_submitted_registration,
    accepted_terms,
    sign,
)
from workflows.vocabulary import Party, Role

LISTS = ("/", "/wacht-op-anderen", "/van-kracht", "/zaken", "/agenda")


def sheet(page: Browser) -> list[dict[str, str]]:
    """A spreadsheet as its reader has it."""
    assert page.response.mimetype == "text/csv"
    return list(csv.DictReader(io.StringIO(page.response.text.removeprefix("\ufeff")), delimiter=";"))


# --- What waits for me -------------------------------------------------------------------------------------------


def test_a_signatory_sees_what_is_to_be_signed_and_until_when(to_sign: Portal) -> None:
    ann = to_sign.sign_in(ANN).open("/").sees("Te tekenen", "Bestuursverklaring")
    ann.sees("uiterlijk maandag 7 december 2026").follow("Lees en teken").sees("Typ uw volledige naam")


def test_what_a_person_has_done_waits_for_others_with_name_and_day(to_sign: Portal) -> None:
    sign(to_sign, to_sign.case("board_declaration"), ANN)
    ann = to_sign.sign_in(ANN).open("/").sees("Er wacht niets op u", "wacht op Bas Jansen")
    ann.open("/wacht-op-anderen").sees("1 zaak wacht op anderen", BAS.name, "maandag 23 november 2026")
    to_sign.sign_in(BAS).open("/").sees("Te tekenen")


def test_what_should_have_been_done_says_so_in_words(to_sign: Portal) -> None:
    sign(to_sign, to_sign.case("board_declaration"), ANN)
    to_sign.sign_in(ANN).open("/wacht-op-anderen").sees_not("te laat")
    to_sign.later(days=15)
    to_sign.sign_in(ANN).open("/wacht-op-anderen").sees("te laat")
    to_sign.sign_in(BAS).open("/").sees("te laat")


def test_a_draft_waits_for_who_fills_it_in(registered: Portal) -> None:
    a_declaration(registered, by=EVA, draft=True)
    registered.sign_in(EVA).open("/").sees("1 taak", "Nakijken en versturen")


def test_terms_to_accept_are_a_task_of_who_reads(in_force: Portal) -> None:
    tom = in_force.sign_in(TOM).open("/").sees("1 taak", "Gebruiksvoorwaarden, versie 2026-11", "Voorwaarden lezen")
    tom.open("/?asks=terms").follow("Gebruiksvoorwaarden").sees("Beginnen")
    accepted_terms(in_force, TOM)
    in_force.sign_in(TOM).open("/").sees("Er wacht niets op u")
    in_force.sign_in(EVA).open("/").sees_not("Voorwaarden lezen")  # an administrator who reads no reports


def test_the_service_desk_is_led_to_its_queue(registered: Portal) -> None:
    a_submitted_registration(registered, "20183")
    registered.sign_in(SANNE).open("/").sees("Er wacht 1 zaak op beoordeling").follow("Naar de wachtrij")


def test_tasks_are_searched_sorted_filtered_and_exported(to_sign: Portal) -> None:
    a_declaration(to_sign, board="31189", by=IRIS)
    ann = to_sign.sign_in(ANN)
    ann.open("/?q=bv-2026").sees("1 taak").open("/?q=qqqq").sees("Niets gevonden")
    ann.open("/?asks=answer").sees("Niets gevonden").open("/?asks=sign&sort=-title").sees("1 taak")
    [row] = sheet(ann.open("/taken.csv?q=bestuurs"))
    assert (row["Wat"], row["Wat wordt gevraagd"], row["Uiterlijk"]) == ("Bestuursverklaring", "Tekenen", "2026-12-07")
    assert sheet(ann.open("/taken.csv?q=qqqq")) == []


def test_few_tasks_are_seen_at_a_glance_and_a_search_that_was_asked_stays(in_force: Portal) -> None:
    tom = in_force.sign_in(TOM).open("/")
    tom.sees("1 taak").sees_not("Zoek in uw taken")
    tom.open("/?q=voorwaarden").sees("1 taak", "Zoek in uw taken")


def test_the_menu_counts_what_the_list_of_documents_to_sign_shows(to_sign: Portal) -> None:
    def counted() -> list[tuple[int, int]]:
        ids = [to_sign.visitor(each).person_id for each in (ANN, BAS, EVA)]
        return [(count_to_sign(reader(), each), len(dossier.to_sign(reader(), each))) for each in ids if each]

    assert to_sign.ask(counted) == [(1, 1), (1, 1), (0, 0)]
    sign(to_sign, to_sign.case("board_declaration"), ANN)
    assert to_sign.ask(counted) == [(0, 0), (1, 1), (0, 0)]


@pytest.mark.parametrize("ids", [0, 1, 5])
def test_every_way_to_take_part_in_a_case_leads_to_it_through_an_index(portal: Portal, ids: int) -> None:
    """Otherwise each task list would look at every case in the house."""
    some = [uuid.uuid4() for _ in range(ids)]
    known = Known({each: frozenset({Role.READER}) for each in some}, False, frozenset())
    visitor = Visitor(uuid.uuid4(), frozenset(some), known)

    def plan() -> str:
        asked = select(Case.id).where(tasks._takes_part(visitor, tasks.OPEN))
        written = asked.compile(reader().get_bind(), compile_kwargs={"literal_binds": True})
        return "\n".join(str(row) for row in reader().execute(text(f"EXPLAIN QUERY PLAN {written}")))

    if not portal.settings.database_url.startswith("sqlite"):
        pytest.skip("PostgreSQL scans a table as small as this one, whatever indexes there are")
    found = portal.ask(plan)
    assert "SCAN case" not in found and "ix_case_state" not in found, found
    for column in ("person_id", "started_by", "assigned_to", *(["organisation_id"] if some else [])):
        assert f"ix_case_{column}_state" in found, found


# --- What is in force for me -------------------------------------------------------------------------------------


def test_what_is_in_force_shows_roles_mandates_decisions_and_terms(in_force: Portal) -> None:
    ann = in_force.sign_in(ANN).open("/van-kracht")
    ann.sees("Bestuursverklaring", "tekenbevoegde", "Tekenbevoegdheid volgens uittreksel Handelsregister")
    ann.sees("Inschrijving", "geen einddatum")
    ann.open("/van-kracht?kind=mandate").sees("1 regel").open("/van-kracht?q=qqqq").sees("Niets gevonden")
    accepted_terms(in_force, TOM)
    in_force.sign_in(TOM).open("/van-kracht").sees("Gebruiksvoorwaarden, versie 2026-11", "Onderwijsresultatenmonitor")
    assert {row["Soort"] for row in sheet(ann.open("/van-kracht.csv"))} == {"besluit", "rol", "tekenbevoegdheid"}


def test_a_role_that_ended_is_in_force_no_more(in_force: Portal) -> None:
    tom = in_force.sign_in(TOM).open("/van-kracht").sees("rapportlezer")
    ann = in_force.sign_in(ANN).open(f"/organisaties/{in_force.organisation(SCHOOL)}/mensen")
    ann.follow("Rol beëindigen: Tom de Wit").press("Ja, beëindig de rol")
    tom.open("/van-kracht").sees("Er is nog niets van kracht voor u")


# --- All my cases ------------------------------------------------------------------------------------------------


def test_all_cases_are_searched_sorted_filtered_paged_and_exported(in_force: Portal) -> None:
    many_cases(in_force, in_force.organisation(OURS), 60)
    eva = in_force.sign_in(EVA).open("/zaken").sees("62 zaken", "Pagina 1 van 3")
    eva.open("/zaken?page=3&sort=reference").sees("Pagina 3 van 3")
    eva.open("/zaken?state=decided").sees("2 zaken").open("/zaken?state=stopped").sees("Niets gevonden")
    eva.open("/zaken?workflow=registration").sees("1 zaak").open("/zaken?q=voorbeeld 28849").sees("62 zaken")
    eva.open("/zaken?q=bestuursverkl&state=open").sees("60 zaken")
    assert len(sheet(eva.open("/zaken.csv?state=open"))) == 60


def test_the_counts_are_true_and_a_cut_list_says_so(in_force: Portal) -> None:
    many_cases(in_force, in_force.organisation(OURS), 310)
    eva = in_force.sign_in(EVA).open("/")
    eva.sees("de 300 zaken die het langst wachten", "300 taken")
    eva.follow("Naar alle open zaken").sees("310 zaken")


@pytest.mark.parametrize("address", LISTS)
def test_the_lists_of_somebody_without_anything_are_empty_and_say_what_to_do(in_force: Portal, address: str) -> None:
    in_force.do(lambda session: session.add(Organisation(id=NOWHERE, kind=Party.SUPPORT_BODY, name="Steunpunt")))
    a_role(in_force, TOM, NOWHERE, Role.FINANCIAL_CONTACT)
    page = in_force.sign_in(TOM).open(address)
    assert page.status == 200


def test_a_stranger_signs_in_first(in_force: Portal) -> None:
    for address in (*LISTS[1:], "/taken.csv", "/zaken.csv", "/van-kracht.csv", "/wacht-op-anderen.csv", "/agenda.ics"):
        assert in_force.browser().open(address).address.startswith("/inloggen"), address


def test_nobody_sees_the_cases_of_others(in_force: Portal) -> None:
    iris = in_force.sign_in(IRIS)
    for address in (*LISTS, "/zaken.csv", "/taken.csv"):
        assert "BV-2026-00001" not in iris.open(address).response.text, address


# --- Fast --------------------------------------------------------------------------------------------------------

NOWHERE = uuid.UUID(int=7)


def many_cases(portal: Portal, organisation_id: uuid.UUID, number: int, state: str = CaseState.DRAFT) -> None:
    """So many open declarations of one organisation, as rows."""
    eva = portal.visitor(EVA).person_id

    def add(session) -> None:  # type: ignore[no-untyped-def]
        for count in range(number):
            session.add(
                Case(
                    reference=f"BV-2025-{count:05}",
                    workflow="board_declaration",
                    workflow_version=current_version(),
                    organisation_id=organisation_id,
                    started_by=eva,
                    state=state,
                )
            )

    portal.do(add)


def current_version() -> str:
    from portal.cases.catalogue import current

    return current("board_declaration").version


def statements(portal: Portal, browser: Browser, address: str) -> int:
    """How many statements the database was asked for one page."""
    with guards.statements(portal.database.engine) as asked:
        assert browser.open(address).status == 200
    return len(asked)


@pytest.mark.parametrize("address", [*LISTS, "/zaken.csv", "/agenda.ics", "organisation", "cases of organisation"])
def test_a_list_asks_the_database_as_often_for_fifty_cases_as_for_five(in_force: Portal, address: str) -> None:
    """quality.md: the task list with 100,000 cases as fast as with 100."""
    ours = in_force.organisation(OURS)
    address = {"organisation": f"/organisaties/{ours}", "cases of organisation": f"/organisaties/{ours}/zaken"}.get(
        address, address
    )
    many_cases(in_force, ours, 5)
    ann = in_force.sign_in(ANN).open("/account")
    few = statements(in_force, ann, address)
    in_force.do(lambda session: session.query(Case).filter(Case.reference.like("BV-2025-%")).delete())
    many_cases(in_force, ours, 50)
    assert statements(in_force, ann, address) <= few
