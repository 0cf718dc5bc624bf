"""A board assesses what it was offered: asks the supplier, accepts with remarks or not at all, and gets a new version."""

import uuid

import pytest

from portal.cases import commenting, reminding, signing, starting, turning
from portal.cases.offering import progress, withdrawing
from portal.cases.tables import Case, Comment
from portal.database import reader
from portal.errors import NotFoundError, RefusedError
from portal.offers.tables import Product
from tests.agreements import (
    a_stage,
    a_version,
    case_of,
    judged,
    offer,
    offer_to,
    open_cases,
    prepared,
    ready_to_sign,
)
from tests.browser import Browser
from tests.builders import ANN, BAS, EVA, IRIS, NOOR, OURS, PRODUCT, SANNE, TOM, Portal, Someone, a_role, sign, submit
from tests.dossiers import a_dossier, opened
from tests.test_two_sides import SAM, findings, the_supplier
from workflows.vocabulary import Role

QUESTION = "Waarom bewaart u dit vijf jaar?"
ANSWER = "Dat is een fout. Het wordt twee jaar."


@pytest.fixture
def stage(registered: Portal) -> Portal:
    portal = a_stage(registered)
    offer(portal)
    return portal


@pytest.fixture
def asked(stage: Portal) -> Portal:
    """Noor asked about the retention, and kept another remark to the board."""
    case_id = case_of(stage)
    prepared(stage, case_id)
    comments(stage, NOOR, "content").fill(words="Onder ons: dit vertrouw ik niet.").press("Plaatsen")
    stage.later(minutes=1)
    say(stage, "retention", QUESTION, to_supplier=True)
    return stage.later(minutes=1)


def comments(portal: Portal, someone: Someone, step: str, *, version: str = "2026-11") -> Browser:
    return portal.sign_in(someone).open(f"/zaken/{case_of(portal, version=version)}/{step}/opmerkingen")


def say(portal: Portal, question: str, words: str, *, to_supplier: bool, by: Someone = NOOR) -> None:
    """This person says something of a point of the checklist."""
    case_id, visitor = case_of(portal), portal.visitor(by)
    with portal.opened():
        commenting.comment(case_id, step="content", question=question, words=words, by=visitor, to_supplier=to_supplier)


def reply(portal: Portal, someone: Someone = SAM, words: str = ANSWER) -> Browser:
    page = portal.sign_in(someone).open(f"/aanbod/zaak/{case_of(portal)}")
    return page.fill(words=words).press("Antwoord plaatsen")


def stage_of(portal: Portal, *, version: str = "2026-11") -> str:
    case_id = case_of(portal, version=version)
    line = portal.ask(lambda: progress.line_of(reader(), reader.get_one(Case, case_id)))
    assert line is not None
    return line.stage


# --- Questions ---------------------------------------------------------------------------------------------------


def test_who_assesses_reads_at_each_point_what_the_text_says_of_it(stage: Portal) -> None:
    prepared(stage, case_of(stage))
    page = stage.sign_in(NOOR).open(f"/zaken/{case_of(stage)}/content")
    page.sees("Wat de tekst hierover zegt", "Subverwerkers", "Voorbeeldhosting B.V.")


def test_a_question_is_put_to_the_supplier_from_the_page_of_the_point(stage: Portal) -> None:
    prepared(stage, case_of(stage))
    page = comments(stage, NOOR, "content").sees("Wat de tekst hierover zegt", "Vraag dit aan Voorbeeldleverancier")
    page.choose("to_supplier", "yes").fill(words="Wie bepaalt de doelen?").press("Plaatsen")
    page.sees("aan de leverancier")
    assert stage.count(Comment, shared=True) == 1
    assert stage_of(stage) == "questions"


def test_the_supplier_is_mailed_finds_it_among_its_tasks_and_answers_in_the_same_place(asked: Portal) -> None:
    assert QUESTION in asked.letter(SAM.email, "Vraag van Stichting Voorbeeld")
    sam = asked.sign_in(SAM).open("/").sees("Vraag van een bestuur")
    sam.open(asked.mailed_link(SAM.email, "Vraag van")).sees("Bewaartermijnen", QUESTION, "Wat de tekst hierover zegt")
    sam.fill(words=ANSWER).press("Antwoord plaatsen").sees("Uw antwoord is geplaatst", ANSWER)
    assert ANSWER in asked.letter(NOOR.email, "Antwoord van Voorbeeldleverancier")
    comments(asked, NOOR, "content").sees(QUESTION, ANSWER, "namens Voorbeeldleverancier B.V.")
    asked.sign_in(SAM).open("/").sees_not("Vraag van een bestuur")
    assert stage_of(asked) == "assessing"
    assert findings(asked) == []


def test_who_assesses_is_mailed_when_it_is_their_turn_and_reads_by_whom_it_was_offered(stage: Portal) -> None:
    assert not any(each.startswith("Te beoordelen") for each in stage.mails(NOOR.email))
    prepared(stage, case_of(stage))
    assert [each[:13] for each in stage.mails(NOOR.email) if each.startswith("Te beoordelen")] == ["Te beoordelen"]
    noor = stage.sign_in(NOOR).open(stage.mailed_link(NOOR.email, "Te beoordelen"))
    noor.sees("Voorbeeldleverancier B.V. biedt u versie 2026-11 aan")


def test_while_a_question_waits_the_case_waits_for_the_supplier(asked: Portal) -> None:
    noor = asked.sign_in(NOOR).open("/wacht-op-anderen").sees("Voorbeeldleverancier B.V.")
    noor.open(f"/zaken/{case_of(asked)}").sees("Er staat 1 vraag open bij de leverancier.")
    noor.open("/").sees_not("Vragen beantwoorden")
    reply(asked)
    asked.sign_in(NOOR).open("/").sees("Vragen beantwoorden")


def test_the_supplier_reads_the_question_and_nothing_else(asked: Portal) -> None:
    sam = asked.sign_in(SAM).open(f"/aanbod/zaak/{case_of(asked)}").sees(QUESTION)
    sam.sees_not("Onder ons", NOOR.email)
    assert not any("Onder ons" in each for each in asked.mails(SAM.email))
    assert not [each for each in asked.mails(SAM.email) if each.startswith("Opmerking")]


def test_after_sending_the_supplier_reads_the_answers_but_not_what_the_board_said_among_itself(asked: Portal) -> None:
    reply(asked)
    case_id = case_of(asked)
    judged(asked, case_id, retention="remark")
    submit(asked, case_id, asked.visitor(NOOR))
    asked.work()
    sam = asked.sign_in(SAM).open(f"/zaken/{case_id}/content/opmerkingen").sees(QUESTION, ANSWER)
    sam.sees_not("Onder ons", "Zet de opmerking")
    sam.open(f"/aanbod/zaak/{case_id}").sees("Omdat retention aandacht vraagt.", "Een opmerking")


def test_the_dossier_of_the_supplier_holds_the_question_and_not_what_the_board_said_among_itself(
    asked: Portal,
) -> None:
    reply(asked)
    case_id = case_of(asked)
    judged(asked, case_id)
    submit(asked, case_id, asked.visitor(NOOR))
    asked.work()
    theirs = opened(a_dossier(asked, by=SAM, case_id=case_id)).files
    ours = opened(a_dossier(asked, by=ANN, case_id=case_id)).files
    assert any(QUESTION.encode() in each for each in theirs.values())
    assert not any(b"Onder ons" in each for each in theirs.values())
    assert any(b"Onder ons" in each for each in ours.values())


@pytest.mark.parametrize("words", ["", " ", "a" * 2001])
def test_an_answer_that_cannot_be_is_said_at_the_field_and_not_lost(asked: Portal, words: str) -> None:
    page = reply(asked, words=words)
    assert page.status == 422 and page.faults()
    assert asked.count(Comment, shared=True) == 1


def test_an_answer_pressed_twice_stands_there_once(asked: Portal) -> None:
    pages = [asked.sign_in(SAM).open(f"/aanbod/zaak/{case_of(asked)}").fill(words=ANSWER) for _ in range(2)]
    for page in pages:
        page.press("Antwoord plaatsen")
    assert asked.count(Comment, shared=True) == 2


@pytest.mark.parametrize("someone", [IRIS, EVA, SANNE])
def test_nobody_else_answers_for_the_supplier(asked: Portal, someone: Someone) -> None:
    browser, address = asked.sign_in(someone).open("/"), f"/aanbod/zaak/{case_of(asked)}"
    assert browser.post(address, {"place": "content.retention", "words": "Hoi"}).status == 404
    if someone is SANNE:
        browser.open(address).sees_not(QUESTION)
    assert asked.count(Comment, shared=True) == 1


def test_a_reader_at_the_supplier_does_not_answer(asked: Portal) -> None:
    a_role(asked, TOM, the_supplier(asked), Role.READER)
    assert asked.sign_in(TOM).open(f"/aanbod/zaak/{case_of(asked)}").status == 404


@pytest.mark.parametrize("place", ["content.data", "scope.schools", "content.nonsense", "", "content.retention.x"])
def test_the_supplier_speaks_only_where_it_was_asked(asked: Portal, place: str) -> None:
    sam = asked.sign_in(SAM).open("/")
    assert sam.post(f"/aanbod/zaak/{case_of(asked)}", {"place": place, "words": "Hoi"}).status == 404
    with asked.opened(), pytest.raises(NotFoundError):
        commenting.comment(case_of(asked), step="content", question="retention", words="Hoi", by=asked.visitor(SAM))


def test_a_settled_question_waits_for_nobody(asked: Portal) -> None:
    question = asked.ask(lambda: reader.query(Comment).filter_by(shared=True).one().id)
    with asked.opened():
        commenting.settle(case_of(asked), question, settled=True, by=asked.visitor(NOOR))
    assert stage_of(asked) == "assessing"
    with asked.opened(), pytest.raises(NotFoundError):
        commenting.settle(case_of(asked), question, settled=False, by=asked.visitor(SAM))


def test_the_supplier_is_reminded_of_an_open_question_with_a_link_that_works(asked: Portal) -> None:
    asked.later(days=3, hours=1)
    with asked.opened():
        reminding.remind_all()
    asked.sign_in(SAM).open(asked.mailed_link(SAM.email, "Herinnering")).sees(QUESTION)


# --- Accepting with remarks, or not at all -----------------------------------------------------------------------


def test_who_assesses_says_no_with_a_reason_and_the_supplier_is_told(stage: Portal) -> None:
    case_id = case_of(stage)
    prepared(stage, case_id)
    noor = stage.sign_in(NOOR).open(f"/zaken/{case_id}").follow("Niet akkoord")
    noor.press("Ja, ik ga niet akkoord")
    assert "words" in noor.faults()
    noor.fill(words="Vijf jaar bewaren kan niet.").press("Ja, ik ga niet akkoord")
    assert (stage.state(case_id), stage_of(stage)) == ("declined", "declined")
    assert "Vijf jaar bewaren kan niet." in stage.letter(SAM.email, "Niet akkoord")
    sam = stage.sign_in(SAM).open(stage.mailed_link(SAM.email, "Niet akkoord"))
    sam.sees("Vijf jaar bewaren kan niet.", "niet akkoord")
    assert findings(stage) == []


def test_who_only_prepares_cannot_say_no(stage: Portal) -> None:
    eva = stage.sign_in(EVA).open(f"/zaken/{case_of(stage)}").sees_not("Niet akkoord")
    assert eva.post(f"/zaken/{case_of(stage)}/afwijzen", {"words": "Nee."}).status == 409
    assert stage.state(case_of(stage)) == "draft"


def test_a_point_that_blocks_cannot_be_sent_on(stage: Portal) -> None:
    case_id = case_of(stage)
    prepared(stage, case_id)
    page = stage.sign_in(NOOR).open(f"/zaken/{case_id}/content").choose("retention", "block")
    for name in ("purposes", "data", "special", "subprocessors", "transfers"):
        page.choose(name, "ok")
    page.press("Opslaan en verder")
    page.fill(retention_why="Te lang.").press("Opslaan en verder")
    assert page.status == 422 and "retention" in page.faults()


# --- A new version -----------------------------------------------------------------------------------------------


def test_a_rejected_version_is_answered_by_a_new_one_with_the_remarks_at_the_same_points(asked: Portal) -> None:
    reply(asked)
    first = case_of(asked)
    judged(asked, first, data="risk")
    with asked.opened():
        turning.decline(first, words="Te lang bewaard.", by=asked.visitor(NOOR))
    asked.later(days=1)
    a_version(asked, "2026-11a")
    offer(asked, OURS, version="2026-11a")
    second = case_of(asked, version="2026-11a")
    prepared(asked, second)
    page = asked.sign_in(NOOR).open(f"/zaken/{second}/content")
    page.sees("Versie 2026-11", QUESTION, ANSWER, "Een risico dat wij dragen", "Omdat data aandacht vraagt.")
    comments(asked, NOOR, "content", version="2026-11a").sees(QUESTION, ANSWER)
    asked.sign_in(SAM).open(f"/aanbod/zaak/{second}").sees_not("Onder ons", "Omdat data")
    assert findings(asked) == []


def test_an_open_case_makes_way_with_a_reference_and_there_is_never_a_second(asked: Portal) -> None:
    first = case_of(asked)
    asked.later(days=1)
    a_version(asked, "2026-11a")
    offer(asked, OURS, version="2026-11a")
    [reference] = open_cases(asked)
    assert asked.state(first) == "withdrawn"
    asked.sign_in(EVA).open(f"/zaken/{first}").sees("Er is een nieuwere tekst", reference)
    assert stage_of(asked) == "replaced"
    assert offer_to(asked, version="2026-11").replaced_by == offer_to(asked, version="2026-11a").id
    assert "in de plaats van versie 2026-11" in asked.letter(EVA.email, "Verwerkersovereenkomst")
    assert findings(asked) == []


def test_a_board_that_begins_by_itself_comes_to_what_it_was_offered(stage: Portal) -> None:
    assert begun_by_eva(stage) == case_of(stage)
    stage.later(days=1)
    a_version(stage, "2026-11a")
    second = begun_by_eva(stage)
    assert second != case_of(stage) and len(open_cases(stage)) == 1
    ready_to_sign(stage, second)
    sign(stage, second, ANN)
    stage.later(days=1)
    a_version(stage, "2026-11b")
    assert begun_by_eva(stage) == second
    assert findings(stage) == []


def begun_by_eva(portal: Portal) -> uuid.UUID:
    eva, board = portal.visitor(EVA), portal.organisation(OURS)
    with portal.opened():
        product = reader.query(Product).filter_by(name=PRODUCT).one().id
        return starting.start("processor_agreement", by=eva, organisation_id=board, product_id=product)


# --- Two at one moment, and what changes meanwhile ---------------------------------------------------------------


def test_two_who_assess_at_once_see_each_others_answers(stage: Portal) -> None:
    case_id = case_of(stage)
    prepared(stage, case_id)
    pages = [stage.sign_in(each).open(f"/zaken/{case_id}/content") for each in (NOOR, ANN)]
    for page in pages:
        for name in ("purposes", "data", "special", "retention", "subprocessors", "transfers"):
            page.choose(name, "ok")
    pages[0].press("Opslaan en verder")
    pages[1].choose("data", "remark").press("Opslaan en verder")
    pages[1].fill(data_why="Let op.").press("Opslaan en verder")
    assert pages[1].status == 409
    pages[1].sees("Een collega heeft deze stap intussen gewijzigd")


def test_what_was_withdrawn_is_not_signed_any_more(stage: Portal) -> None:
    case_id = case_of(stage)
    ready_to_sign(stage, case_id)
    sign(stage, case_id, ANN)
    document = stage.document(case_id)
    with stage.opened():
        withdrawing.withdraw(case_id, words="Er staat een fout in.", by=stage.visitor(SAM))
    code, bas = stage.code(BAS), stage.visitor(BAS)
    with stage.opened(), pytest.raises(RefusedError):
        signing.sign(
            {document.id: document.certified or ""},
            by=bas,
            typed_name=BAS.name,
            code=code,
            code_is_good=stage.code_is_good,
            follow=stage.follow,
        )
