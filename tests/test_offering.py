"""A supplier offers an agreement to boards: each once, each with a case of its own, and progress that tells the stage."""

import csv
import datetime as dt
import io
import uuid

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from portal.cases import commenting, starting
from portal.cases.offering import making, progress, reminding, withdrawing
from portal.cases.offering.tables import Offer, OfferOpening
from portal.cases.tables import Case, Comment, InForce
from portal.database import reader
from portal.errors import InvalidError, NotFoundError, RefusedError
from portal.offers.tables import Product
from portal.parties import memberships
from portal.parties.tables import Organisation
from portal.record.ledger import Entry
from portal.record.outbox import Mail
from tests.agreements import (
    FIRST,
    a_stage,
    a_version,
    case_of,
    judged,
    offer,
    offer_to,
    open_cases,
    prepared,
    published,
    ready_to_sign,
)
from tests.browser import Browser
from tests.builders import ANN, BAS, EVA, IRIS, NOOR, OURS, PRODUCT, SANNE, THEIRS, Portal, Someone, sign, submit
from tests.guards import statements
from tests.test_two_sides import SAM, findings
from workflows.vocabulary import Party, Role


@pytest.fixture
def stage(registered: Portal) -> Portal:
    return a_stage(registered)


def progress_page(portal: Portal, version: str = FIRST, *, by: Someone = SAM) -> Browser:
    return portal.sign_in(by).open(f"/aanbod/{published(portal, version)}")


def stage_of(portal: Portal, board: str = OURS, *, version: str = FIRST) -> str:
    case_id = case_of(portal, board, version=version)
    line = portal.ask(lambda: progress.line_of(reader(), reader.get_one(Case, case_id)))
    assert line is not None
    return line.stage


# --- Offering ----------------------------------------------------------------------------------------------------


def test_the_supplier_chooses_boards_sees_what_it_does_and_offers(stage: Portal) -> None:
    sam = (
        stage.sign_in(SAM)
        .open("/")
        .follow("Leverancier")
        .follow("Onderwijsresultatenmonitor")
        .follow("Aanbieden en volgen")
    )
    sam.sees("Nog aan niemand aangeboden").follow("Aanbieden aan besturen")
    sam.choose("boards", str(stage.organisation(OURS))).press("Bekijk wat er gebeurt")
    sam.sees("Aanbieden aan 1 bestuur?", f"Stichting Voorbeeld {OURS}").press("Ja, aanbieden")
    sam.sees("0 van 1 besturen")
    stage.work()
    sam.open(sam.address).sees("Klaar", "Aangeboden aan 1 bestuur.")
    sam.follow("Naar de voortgang").sees("1 aangeboden", f"Stichting Voorbeeld {OURS}")


def test_the_board_finds_it_among_its_tasks_and_is_mailed_once(stage: Portal) -> None:
    offer(stage, OURS)
    subjects = [each for each in stage.mails(EVA.email) if each.startswith("Verwerkersovereenkomst")]
    assert len(subjects) == 1
    assert "Voorbeeldleverancier B.V. biedt" in stage.letter(EVA.email, "Verwerkersovereenkomst")
    assert not any(each.startswith("Verwerkersovereenkomst") for each in stage.mails(BAS.email))
    stage.sign_in(EVA).open("/").sees("Verwerkersovereenkomst", "Vragen beantwoorden")
    eva = stage.sign_in(EVA).open(stage.mailed_link(EVA.email, "Verwerkersovereenkomst"))
    eva.follow("Voor welke scholen").sees("Ingevuld")
    assert findings(stage) == []


def test_where_a_role_is_missing_who_can_sign_is_mailed(stage: Portal) -> None:
    def leave(session) -> None:  # type: ignore[no-untyped-def]
        for each in memberships.roles_of(session, stage.organisation(THEIRS), Role.ADMINISTRATOR):
            memberships.end_membership(session, each)

    stage.do(leave)
    offer(stage, THEIRS)
    assert any(each.startswith("Verwerkersovereenkomst") for each in stage.mails(IRIS.email))


def test_all_boards_with_the_product_are_those_that_chose_it(stage: Portal) -> None:
    sam = stage.sign_in(SAM).open(f"/aanbod/{published(stage)}/aanbieden").choose("whom", "product")
    sam.press("Bekijk wat er gebeurt").sees("Aanbieden aan 2 besturen?").press("Ja, aanbieden")
    stage.work()
    assert stage.count(Offer, skipped="") == 2


def test_a_pasted_list_of_numbers_is_offered_and_an_unknown_one_is_named(stage: Portal) -> None:
    sam = stage.sign_in(SAM).open(f"/aanbod/{published(stage)}/aanbieden")
    sam.choose("whom", "numbers").fill(numbers=f"{OURS}, 99999\nabc").press("Bekijk wat er gebeurt")
    assert sam.status == 422
    assert "99999" in sam.faults()["numbers"] and "abc" in sam.faults()["numbers"]
    assert sam.values()["numbers"] == [f"{OURS}, 99999\nabc"]
    sam.fill(numbers=f"{OURS}\n{THEIRS}").press("Bekijk wat er gebeurt").press("Ja, aanbieden")
    stage.work()
    assert stage.count(Case, workflow="processor_agreement") == 2


@pytest.mark.parametrize("day", [("31", "2", "2027"), ("1", "1", "2020"), ("1", "1", "2050")])
def test_a_day_that_cannot_be_is_named_and_nothing_is_lost(stage: Portal, day: tuple[str, str, str]) -> None:
    sam = stage.sign_in(SAM).open(f"/aanbod/{published(stage)}/aanbieden").choose("whom", "product")
    sam.fill(**dict(zip(("deadline-day", "deadline-month", "deadline-year"), day, strict=True)))
    sam.press("Bekijk wat er gebeurt")
    assert "deadline" in sam.faults()
    assert sam.values()["whom"] == ["product"]
    assert stage.count(Offer) == 0


def test_nobody_chosen_is_said_at_the_boxes(stage: Portal) -> None:
    sam = stage.sign_in(SAM).open(f"/aanbod/{published(stage)}/aanbieden").press("Bekijk wat er gebeurt")
    assert "boards" in sam.faults()


def test_a_search_keeps_what_was_ticked(stage: Portal) -> None:
    sam = stage.sign_in(SAM).open(f"/aanbod/{published(stage)}/aanbieden")
    sam.choose("boards", str(stage.organisation(OURS))).fill(q=THEIRS).press("Zoeken")
    sam.sees(THEIRS, OURS)
    assert sam.values()["boards"] == [str(stage.organisation(OURS))]


def test_the_service_desk_offers_for_the_supplier(stage: Portal) -> None:
    offer(stage, OURS, by=SANNE)
    [told] = stage.ask(lambda: reader.scalars(select(Entry).filter_by(act="offer")).all())
    supplier = stage.ask(lambda: reader.get_one(Case, case_of(stage)).counterparty_id)
    assert told.on_behalf_of == str(supplier)
    progress_page(stage, by=SANNE).sees("1 aangeboden")


@pytest.mark.parametrize("someone", [EVA, ANN, NOOR, IRIS])
def test_nobody_else_offers_or_sees_progress(stage: Portal, someone: Someone) -> None:
    offer(stage, OURS)
    browser, publication, case_id = stage.sign_in(someone).open("/"), published(stage), case_of(stage)
    browser.sees_not("Leverancier")
    for address in (
        f"/{publication}",
        f"/{publication}.csv",
        f"/{publication}/aanbieden",
        f"/{publication}/intrekken",
        f"/zaak/{case_id}",
        f"/zaak/{case_id}/intrekken",
        f"/ronde/{offer_to(stage).round_id}",
    ):
        assert browser.open(f"/aanbod{address}").status == 404, address
    for address in (f"/{publication}/aanbieden", f"/{publication}/herinneren", f"/zaak/{case_id}/herinneren"):
        assert browser.post(f"/aanbod{address}", {"do": "offer", "whom": "product"}).status == 404, address


def test_pressed_twice_offers_once(stage: Portal) -> None:
    sam, publication = stage.visitor(SAM), published(stage)
    ours, round_id = stage.organisation(OURS), uuid.uuid4()
    for _ in range(2):
        with stage.opened():
            making.ask(round_id, publication, [ours], deadline=None, by=sam)
    stage.work()
    assert stage.count(Offer) == 1
    with stage.opened(), pytest.raises(NotFoundError):
        making.ask(round_id, publication, [ours], deadline=None, by=stage.visitor(SANNE))


def test_a_board_of_nowhere_is_refused(stage: Portal) -> None:
    with stage.opened(), pytest.raises(InvalidError):
        making.ask(uuid.uuid4(), published(stage), [uuid.uuid4()], deadline=None, by=stage.visitor(SAM))


def test_a_worker_that_died_half_way_goes_on_and_nobody_is_offered_it_twice(
    stage: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The work is done again from every point: before a part, after it was kept, and once more from the start."""
    monkeypatch.setattr(making, "AT_ONCE", 1)
    made = offer(stage)
    for start in (0, 1, 0):
        with stage.opened():
            assert making.offer_some(made, start=start) == 0
    stage.work()
    assert stage.count(Offer) == 2 and stage.count(Case, workflow="processor_agreement") == 2
    assert not repeated(stage, "offered")


def repeated(portal: Portal, kind: str) -> list[str]:
    """Who got more than one mail of this kind."""
    sent = portal.ask(lambda: list(reader.scalars(select(Mail.to).filter_by(kind=kind))))
    assert sent
    return [each for each in set(sent) if sent.count(each) > 1]


def test_who_has_it_is_judging_it_or_has_signed_before_is_passed_over_and_named(stage: Portal) -> None:
    offer(stage, OURS)
    again = offer(stage)
    assert offer_to(stage).skipped == "open"
    stage.sign_in(SAM).open(f"/aanbod/ronde/{again}").sees("Overgeslagen", "beoordeelt deze versie al")
    ready_to_sign(stage, case_of_first(stage))
    sign(stage, case_of_first(stage), ANN)
    stage.later(days=1)
    a_version(stage, "2027-01")
    offer(stage, OURS, version="2027-01")
    assert offer_to(stage, version="2027-01").skipped == "signed"
    sign(stage, case_of_first(stage), BAS)
    sign(stage, case_of_first(stage), SAM)
    assert len(open_cases(stage)) == 0
    with stage.opened(), pytest.raises(RefusedError, match="nieuwere versie"):
        making.ask(uuid.uuid4(), published(stage), [stage.organisation(OURS)], deadline=None, by=stage.visitor(SAM))


def case_of_first(portal: Portal) -> uuid.UUID:
    return portal.case("processor_agreement", organisation_id=portal.organisation(OURS))


def test_all_with_an_earlier_version_are_offered_the_next_and_the_effect_is_told_before(stage: Portal) -> None:
    offer(stage, OURS)
    ready_to_sign(stage, case_of(stage))
    for each in (ANN, BAS, SAM):
        sign(stage, case_of(stage), each)
    offer(stage, OURS)
    assert offer_to(stage).skipped == "in_force"
    schools = stage.count(InForce, kind="processor_agreement") - 1
    stage.later(days=1)
    a_version(stage, "2027-01", grace_days=30)
    page = stage.sign_in(SAM).open(f"/aanbod/{published(stage, '2027-01')}/aanbieden").choose("whom", "earlier")
    page.press("Bekijk wat er gebeurt").sees("Bij 1 bestuur is een eerdere versie van kracht.", f"{schools} scholen")
    page.sees("voldoet tot en met", "geldt daarna bij 1 bestuur niets meer").press("Ja, aanbieden")
    stage.work()
    assert stage.state(case_of(stage, version="2027-01")) == "draft"
    assert stage.count(InForce, kind="processor_agreement", until=None) == schools + 1


def test_what_changed_between_looking_and_pressing_is_shown_again_and_nothing_is_offered(stage: Portal) -> None:
    page = stage.sign_in(SAM).open(f"/aanbod/{published(stage)}/aanbieden").choose("whom", "product")
    page.press("Bekijk wat er gebeurt").sees("2 besturen?")

    def end(session) -> None:  # type: ignore[no-untyped-def]
        session.get_one(Organisation, stage.organisation(THEIRS)).ended_at = stage.moment

    stage.do(end)
    page.press("Ja, aanbieden").sees("Er is intussen iets veranderd", "Aanbieden aan 1 bestuur?")
    assert stage.count(Offer) == 0
    page.press("Ja, aanbieden")
    stage.work()
    assert stage.count(Offer) == 1


# --- Progress ----------------------------------------------------------------------------------------------------


def test_the_stages_of_one_board_from_the_offer_to_in_force(stage: Portal) -> None:
    offer(stage)
    case_id = case_of(stage)
    assert stage_of(stage) == "offered"
    stage.sign_in(EVA).open(f"/zaken/{case_id}")
    assert stage_of(stage) == "opened"
    prepared(stage, case_id)
    assert stage_of(stage) == "assessing"
    judged(stage, case_id, retention="remark")
    progress_page(stage).sees_not("met opmerkingen")
    submit(stage, case_id, stage.visitor(NOOR))
    stage.work()
    assert stage_of(stage) == "to_sign"
    progress_page(stage).sees("akkoord, met opmerkingen")
    for each in (ANN, BAS):
        sign(stage, case_id, each)
    assert stage_of(stage) == "signed"
    sign(stage, case_id, SAM)
    assert stage_of(stage) == "in_force"
    assert stage_of(stage, THEIRS) == "offered"
    page = progress_page(stage).sees("1 van kracht", "1 aangeboden")
    page.open(page.address + "?stage=in_force").sees(OURS).sees_not(f"Stichting Voorbeeld {THEIRS}")
    assert findings(stage) == []


def test_opening_is_noted_once_and_only_of_the_board(stage: Portal) -> None:
    offer(stage, OURS)
    stage.sign_in(SAM).open(f"/aanbod/zaak/{case_of(stage)}")
    assert stage.count(OfferOpening) == 0
    for _ in range(2):
        stage.sign_in(EVA).open(f"/zaken/{case_of(stage)}")
    assert stage.count(OfferOpening) == 1


def test_the_supplier_sees_the_stage_and_nothing_of_the_answers(stage: Portal) -> None:
    offer(stage, OURS)
    case_id = case_of(stage)
    prepared(stage, case_id)
    judged(stage, case_id, retention="risk")
    sam = stage.sign_in(SAM).open(f"/aanbod/zaak/{case_id}").sees("wordt beoordeeld")
    sam.sees_not("Omdat retention", "Een risico", NOOR.email)
    assert sam.open(f"/zaken/{case_id}").status == 404
    assert sam.open(f"/zaken/{case_id}/content/opmerkingen").status == 404


def test_progress_is_searched_sorted_and_exported(stage: Portal) -> None:
    offer(stage, deadline=dt.date(2027, 1, 15))
    sam, address = stage.sign_in(SAM), f"/aanbod/{published(stage)}"
    sam.open(f"{address}?q={THEIRS}").sees("1 bestuur").sees_not(f"Stichting Voorbeeld {OURS}")
    names = sam.open(f"{address}?sort=-name").text
    assert names.index(THEIRS) < names.index(OURS)
    table = sam.open(f"{address}.csv").response.text
    assert table.count("\r\n") == 3 and "2027-01-15" in table and "aangeboden" in table


def test_a_board_that_began_by_itself_is_on_the_page_with_its_stage_and_nothing_else(stage: Portal) -> None:
    offer(stage, THEIRS)
    eva, ours = stage.visitor(EVA), stage.organisation(OURS)
    product = stage.ask(lambda: reader.query(Product.id).filter_by(name=PRODUCT).scalar())
    with stage.opened():
        case_id = starting.start("processor_agreement", by=eva, organisation_id=ours, product_id=product)
    page = progress_page(stage).sees("2 besturen", "1 aangeboden", "1 zelf begonnen", OURS, "zelf begonnen op")
    sam = page.follow(f"Stichting Voorbeeld {OURS}").sees("zelf begonnen", "Door het bestuur zelf begonnen")
    sam.sees_not("Stuur een herinnering", "Deze aanbieding intrekken", EVA.email)
    for what in ("herinneren", "intrekken"):
        assert sam.post(f"/aanbod/zaak/{case_id}/{what}", {"words": "Weg ermee."}).status == 404
    prepared(stage, case_id)
    judged(stage, case_id, retention="remark")
    progress_page(stage).sees("1 wordt beoordeeld").sees_not("met opmerkingen")
    submit(stage, case_id, stage.visitor(NOOR))
    stage.work()
    progress_page(stage).sees("1 ligt ter tekening", "akkoord, met opmerkingen")
    for each in (ANN, BAS, SAM):
        sign(stage, case_id, each)
    progress_page(stage).sees("1 van kracht", "1 aangeboden")


def test_the_sheets_hold_just_what_the_page_shows(stage: Portal) -> None:
    offer(stage, deadline=dt.date(2027, 1, 15))
    stage.sign_in(EVA).open(f"/zaken/{case_of(stage)}")
    sam, address = stage.sign_in(SAM), f"/aanbod/{published(stage)}"
    page = sam.open(f"{address}?stage=opened").sees("1 bestuur")
    for link in ("Opslaan als spreadsheet (XLSX)", "Opslaan als spreadsheet (CSV)"):
        response = page.open(f"{address}?stage=opened").follow(link).response
        if "XLSX" in link:
            rows = list(load_workbook(io.BytesIO(response.data)).active.iter_rows(values_only=True))
        else:
            rows = [tuple(each) for each in csv.reader(io.StringIO(response.text.lstrip("\ufeff")), delimiter=";")]
        assert len(rows) == 2 and rows[0][:4] == ("Bestuur", "Bestuursnummer", "Kenmerk", "Stand")
        assert rows[1][1] == OURS and rows[1][3] == "geopend" and rows[1][10] == "2027-01-15"
    for someone in (EVA, IRIS):
        assert stage.sign_in(someone).open(f"{address}.xlsx").status == 404


@pytest.mark.parametrize("many", [10, 1000])
def test_the_page_asks_as_many_questions_for_a_thousand_boards_as_for_ten(stage: Portal, many: int) -> None:
    offer(stage, OURS)
    more_boards(stage, many)
    sam = stage.sign_in(SAM).open("/")
    with statements(stage.database.engine) as asked:
        sam.open(f"/aanbod/{published(stage)}").sees(f"{many + 1} besturen")
    assert len([each for each in asked if each.lstrip().upper().startswith(("SELECT", "WITH"))]) <= QUESTIONS


QUESTIONS = 20


def more_boards(portal: Portal, many: int) -> None:
    """So many other boards that were offered the same, straight in the tables."""
    first, case_id = offer_to(portal), case_of(portal)

    def put(session) -> None:  # type: ignore[no-untyped-def]
        like = session.get_one(Case, case_id)
        for number in range(many):
            board = Organisation(kind=Party.BOARD, name=f"Bestuur {number:05}", board_number=f"{number + 40000:05}")
            board.registered_at, case = portal.moment, Case(reference=f"VO-X-{number:05}", workflow=like.workflow)
            session.add(board)
            session.flush()
            for name in ("workflow_version", "product_id", "publication_id", "counterparty_id"):
                setattr(case, name, getattr(like, name))
            case.organisation_id = board.id
            session.add(case)
            session.flush()
            columns = {"round_id": first.round_id, "publication_id": first.publication_id, "case_id": case.id}
            session.add(Offer(organisation_id=board.id, **columns))

    portal.do(put)


# --- Reminding ---------------------------------------------------------------------------------------------------


def test_who_has_not_moved_is_reminded_once_a_week(stage: Portal) -> None:
    offer(stage)
    progress_page(stage).sees_not("Herinner 2")
    stage.later(days=8)
    sam = progress_page(stage).follow("Herinner 2 besturen").press("Ja, stuur de herinnering")
    sam.sees("2 besturen worden herinnerd.")
    stage.work()
    assert reminded(stage) == [ANN.email, EVA.email, IRIS.email]
    progress_page(stage).sees_not("Herinner 2")
    with stage.later(minutes=1).opened(), pytest.raises(RefusedError, match="afgelopen week"):
        reminding.remind(case_of(stage), by=stage.visitor(SAM))
    stage.later(days=8)
    stage.sign_in(SAM).open(f"/aanbod/zaak/{case_of(stage)}").press("Stuur een herinnering")
    assert reminded(stage) == [ANN.email, ANN.email, EVA.email, EVA.email, IRIS.email]


def reminded(portal: Portal) -> list[str]:
    """To whom reminders went; Ann and Iris, who registered their boards, are administrators as well."""
    return sorted(portal.ask(lambda: list(reader.scalars(select(Mail.to).filter_by(kind="offer_reminder")))))


# --- Withdrawing -------------------------------------------------------------------------------------------------


def test_an_offer_is_taken_back_with_a_reason_and_what_was_signed_is_void(stage: Portal) -> None:
    offer(stage)
    case_id = case_of(stage)
    ready_to_sign(stage, case_id)
    sign(stage, case_id, ANN)
    sam = stage.sign_in(SAM).open(f"/aanbod/zaak/{case_id}").follow("Deze aanbieding intrekken").press("Ja, intrekken")
    assert "words" in sam.faults()
    sam.fill(words="Er staat een fout in bijlage 1.").press("Ja, intrekken").sees("ingetrokken", "Er staat een fout")
    assert stage.state(case_id) == "withdrawn" and stage_of(stage) == "withdrawn"
    assert any(each.startswith("Ingetrokken") for each in stage.mails(ANN.email))
    assert stage_of(stage, THEIRS) == "offered"
    assert findings(stage) == []


def test_a_version_is_taken_back_for_all_and_what_is_in_force_stays(stage: Portal) -> None:
    offer(stage)
    case_id = case_of(stage)
    ready_to_sign(stage, case_id)
    for each in (ANN, BAS, SAM):
        sign(stage, case_id, each)
    page = progress_page(stage).follow("Deze versie intrekken voor alle besturen").fill(words="Te vroeg.")
    page.press("Ja, intrekken")
    stage.work()
    assert (stage_of(stage), stage_of(stage, THEIRS)) == ("in_force", "withdrawn")
    assert stage.count(InForce, kind="processor_agreement", until=None) > 1
    with stage.opened(), pytest.raises(RefusedError, match="van kracht"):
        withdrawing.withdraw(case_id, words="Toch niet.", by=stage.visitor(SAM))
    assert findings(stage) == []


# --- The witness -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("column", "value", "named"),
    [
        ("deadline", "2031-01-01", "met een andere dag"),
        ("case_id", None, "voor een andere zaak"),
        ("withdrawn_at", dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC), "ingetrokken zonder"),
        ("organisation_id", "theirs", "aan iemand anders"),
    ],
)
def test_an_offer_that_was_changed_past_the_portal_is_named(
    stage: Portal, column: str, value: object, named: str
) -> None:
    offer(stage, OURS)
    assert stage.findings("offered") == ()
    offer_id = offer_to(stage).id
    new = stage.organisation(THEIRS) if value == "theirs" else value
    stage.do(lambda session: setattr(session.get_one(Offer, offer_id), column, new))
    assert any(named in each.what for each in stage.findings("offered"))


def test_a_remark_that_was_made_readable_for_the_supplier_past_the_portal_is_named(stage: Portal) -> None:
    offer(stage, OURS)
    prepared(stage, case_of(stage))
    case_id, noor = case_of(stage), stage.visitor(NOOR)
    with stage.opened():
        commenting.comment(case_id, step="content", question="data", words="Onder ons.", by=noor)
    assert stage.findings("offered") == ()
    stage.do(lambda session: setattr(session.query(Comment).one(), "shared", True))
    assert [each.what for each in stage.findings("offered")] == ["is door anderen te lezen dan het logboek zegt"]
