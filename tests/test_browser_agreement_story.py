"""A processor agreement through its whole life in a real browser: three boards, three answers, and a second version."""

import pytest

from portal.offers.tables import Product
from tests.agreements import STEPS, published
from tests.builders import (
    ANN,
    BAS,
    EVA,
    IRIS,
    NOOR,
    OURS,
    PRODUCT,
    SAM,
    SCHOOL,
    THEIRS,
    TOM,
    a_role,
    a_submitted_registration,
    accept,
    accepted_terms,
    an_account,
)
from tests.chromium import Visit
from tests.full_house import XANDER
from tests.staged import AtStage, Served
from tests.suppliers import KIM, a_bound_supplier, the_product
from workflows.vocabulary import Role

pytestmark = pytest.mark.browser
THIRD = "20183"
SAVE = "Opslaan en verder"
QUESTION = "Waarom bewaart u resultaten drie jaar?"
ANSWER = "Dat kan korter. In de volgende versie wordt het twee jaar."
NEW_CLAUSE = "Wie bij de leverancier met de gegevens werkt, belooft ze geheim te houden, ook na het einde."
GATE = f"/rapporten/{PRODUCT}/{SCHOOL}/poort"


def the_stage(at: Served) -> None:
    """Three boards use a product whose gate asks for an agreement; Sam may bind its supplier."""
    portal = at.portal
    a_bound_supplier(portal, SAM)
    accept(portal, a_submitted_registration(portal, THIRD, starter=XANDER, others=(), authority={"mode": "alone"}))
    an_account(portal, XANDER)
    a_role(portal, NOOR, portal.organisation(OURS), Role.PRIVACY_OFFICER)
    for role in (Role.ADMINISTRATOR, Role.PRIVACY_OFFICER):
        a_role(portal, IRIS, portal.organisation(THEIRS), role)
    accepted_terms(portal, TOM)

    def ask_for_agreement(session) -> None:  # type: ignore[no-untyped-def]
        product = session.get_one(Product, the_product(portal))
        product.conditions = [*product.conditions, "agreement"]

    portal.do(ask_for_agreement)
    at.work()


def publishes(at: Served, kim: Visit, version: str, *, grace_days: int) -> None:
    """What stands in the draft becomes a version, from today on."""
    today = at.portal.moment.date()
    kim.follow("Bekijk het voorbeeld").fill(grace_days=str(grace_days))
    kim.fill(since__day=str(today.day), since__month=str(today.month), since__year=str(today.year))
    kim.press("Bekijk het gevolg").press(f"Publiceer versie {version}").sees("ligt vast")


def offers(at: Served, kim: Visit, version: str, *boards: str) -> Visit:
    """The version goes to these boards, or to all with the product; gives the page on which they are followed."""
    kim.open(f"/aanbod/{published(at.portal, version)}").follow("Aanbieden aan besturen")
    if boards:
        kim.choose("boards", *(str(at.portal.organisation(each)) for each in boards))
    else:
        kim.choose("whom", "product")
    kim.press("Bekijk wat er gebeurt").press("Ja, aanbieden")
    at.work()
    return kim.open(kim.page.url).sees("Klaar").follow("Naar de voortgang")


def assessed(at: Served, administrator: Visit, assessor: Visit, mail: str) -> None:
    """The board says for which schools it is and finds every point in order; the document is made."""
    administrator.open(at.link(mail, "Verwerkersovereenkomst")).follow("Voor welke scholen").press(SAVE)
    administrator.fill(privacy=NOOR.name, privacy_email=NOOR.email).press(SAVE)
    case = administrator.page.url.rpartition("/zaken/")[2].partition("/")[0]
    for name, points in STEPS:
        assessor.open(f"/zaken/{case}/{name}")
        for point, _, _ in points:
            assessor.choose(point, "ok")
        assessor.press(SAVE)
    assessor.press("Klaarzetten om te tekenen")
    at.work()


def test_three_boards_three_answers_and_a_second_version(at_stage: AtStage) -> None:
    at = at_stage("in_force")
    the_stage(at)
    kim, eva, iris, xander = (at.visit(each) for each in (KIM, EVA, IRIS, XANDER))
    kim.open("/leverancier").follow("Onderwijsresultatenmonitor").press("Begin met de voorbeeldtekst")
    publishes(at, kim, "2026-11", grace_days=0)
    offers(at, kim, "2026-11").sees("3 aangeboden")
    three_answers(at, kim, eva, iris, xander)
    the_question_answered_by_another_version(at)

    for someone, board, version in ((EVA, OURS, "2026-11"), (IRIS, THEIRS, "2026-12")):
        visit = (
            at.visit(someone)
            .open(f"/organisaties/{at.portal.organisation(board)}/overeenkomsten")
            .sees(version, "van kracht")
        )
        visit.shown("register")
    xander = at.visit(XANDER).open(f"/organisaties/{at.portal.organisation(THIRD)}/overeenkomsten")
    assert xander.page.locator("tbody tr").count() == 0

    one_clause_and_one_more_to_whom_data_go(at)
    eva = (
        at.visit(EVA)
        .open(f"/overeenkomsten/{published(at.portal, '2027-01')}")
        .follow("Versie 2026-12")
        .shown("difference")
    )
    changed = [each.split("\n")[0] for each in eva.page.locator(".clause-change").all_inner_texts()]
    assert changed == ["7. Geheimhouding", "Subverwerkers: Voorbeeldarchief N.V."]

    at.visit(TOM).open(GATE).sees("De poort is open")
    at.portal.later(days=15)
    at.visit(TOM).open(GATE).sees("Versie 2026-11 van de verwerkersovereenkomst is niet meer genoeg").shown("shut")
    offers(at, at.visit(KIM), "2027-01", OURS)
    assessed(at, at.visit(EVA), at.visit(NOOR), EVA.email)
    at.signs(ANN, BAS)
    at.signs(SAM)
    at.visit(TOM).open(GATE).sees("De poort is open", "De verwerkersovereenkomst is getekend")
    assert not at.found, "\n".join(at.found)


def three_answers(at: Served, kim: Visit, eva: Visit, iris: Visit, xander: Visit) -> None:
    """One accepts, and two sign before the supplier; one asks, and is answered; one does not agree, and says why."""
    assessed(at, eva, at.visit(NOOR), EVA.email)
    at.signs(ANN, BAS)
    at.signs(SAM)
    iris.open(at.link(IRIS.email, "Verwerkersovereenkomst"))
    iris.open(f"{iris.page.url}/content/opmerkingen")
    iris.unfold("Opmerking schrijven: Bewaartermijnen").page.locator("#to-supplier-retention").check(
        force=True
    )  # its label lies over it
    iris.page.locator("#words-retention").fill(QUESTION)
    iris.page.locator("section", has=iris.page.locator("#words-retention")).get_by_text("Plaatsen").click()
    iris.wait_for("aan de leverancier").shown("asked")
    kim.open(at.link(KIM.email, "Vraag van")).sees(QUESTION).fill(words=ANSWER).press("Antwoord plaatsen")
    xander.open(at.link(XANDER.email, "Verwerkersovereenkomst")).follow("Niet akkoord")
    xander.fill(words="Wij stoppen met dit product.").press("Ja, ik ga niet akkoord")
    kim.open(f"/aanbod/{published(at.portal)}").sees("1 van kracht", "1 niet akkoord").shown("progress")


def the_question_answered_by_another_version(at: Served) -> None:
    """The board that asked gets it: its question and the answer stand at the same point; it signs."""
    at.portal.later(days=1)
    kim = (
        at.visit(KIM)
        .open(f"/leverancier/{PRODUCT}/overeenkomsten")
        .press("Begin met de laatste versie")
        .follow("Titel en inleiding")
    )
    kim.fill(row__0__version="2026-12").press("Bewaren").follow("Overzicht van het concept")
    kim.follow("Hoe lang ze worden bewaard").fill(row__2__term="Twee schooljaren").press("Bewaren")
    kim.follow("Overzicht van het concept")
    publishes(at, kim, "2026-12", grace_days=60)
    offers(at, kim, "2026-12", THEIRS).sees("1 aangeboden")
    iris = at.visit(IRIS).open(at.link(IRIS.email, "Verwerkersovereenkomst"))
    iris.open(f"{iris.page.url}/content/opmerkingen").unfold("2 opmerkingen bij een eerdere versie")
    iris.sees(QUESTION, ANSWER, "2026-11").shown("earlier-remarks")
    assessed(at, iris, iris, IRIS.email)
    at.signs(IRIS)
    at.signs(SAM)
    kim.open(f"/aanbod/{published(at.portal, '2026-12')}").sees("1 van kracht")


def one_clause_and_one_more_to_whom_data_go(at: Served) -> None:
    """The second version: a clause that reads otherwise, and a new sub-processor."""
    at.portal.later(days=1)
    kim = (
        at.visit(KIM)
        .open(f"/leverancier/{PRODUCT}/overeenkomsten")
        .press("Begin met de laatste versie")
        .follow("Titel en inleiding")
    )
    kim.fill(row__0__version="2027-01").press("Bewaren").follow("Overzicht van het concept").follow("Bepalingen")
    kim.fill(row__6__text=NEW_CLAUSE).press("Bewaren").follow("Overzicht van het concept").follow("Subverwerkers")
    kim.press("Regel toevoegen").fill(row__2__name="Voorbeeldarchief N.V.", row__2__task="Reservekopie")
    kim.fill(row__2__data_="Alles, versleuteld", row__2__country="België")
    kim.page.locator('[name="row-2-in_eea"]').select_option("yes")
    kim.press("Bewaren").follow("Overzicht van het concept")
    publishes(at, kim, "2027-01", grace_days=14)
