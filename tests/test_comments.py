"""What people say to each other about a question of a case."""

from portal.cases.tables import Comment
from tests import dpia
from tests.browser import Browser
from tests.builders import ANN, EVA, FEMKE, IRIS, NOOR, Portal, Someone, a_declaration


def talking(portal: Portal, someone: Someone) -> Browser:
    case_id = portal.case("board_declaration")
    return (
        portal.sign_in(someone)
        .open(f"/zaken/{case_id}")
        .follow("Wie mag voor alle scholen handelen?")
        .follow("Opmerkingen bij deze vragen")
    )


def say(portal: Portal, someone: Someone, words: str) -> Browser:
    return talking(portal, someone).fill(words=words).press("Plaatsen")


def test_a_comment_stands_with_its_question_and_is_mailed(registered: Portal) -> None:
    a_declaration(registered, draft=True)
    say(registered, EVA, "Moet Kees hier ook bij?").sees("Eva Bakker", "Moet Kees hier ook bij?", "Open")
    assert "Moet Kees hier ook bij?" in registered.letter(ANN.email, "Opmerking van Eva Bakker")
    ann = registered.sign_in(ANN).open(registered.mailed_link(ANN.email, "Opmerking van Eva"))
    ann.sees("Moet Kees hier ook bij?")
    assert not [each for each in registered.mails(EVA.email) if each.startswith("Opmerking")]


def test_an_open_comment_is_shown_with_the_case_and_before_submitting_until_it_is_settled(registered: Portal) -> None:
    case_id = a_declaration(registered, draft=True)
    say(registered, EVA, "Moet Kees hier ook bij?")
    ann = registered.sign_in(ANN).open(f"/zaken/{case_id}").sees("1 open opmerking")
    ann.open(f"/zaken/{case_id}/nakijken").sees("Er is nog 1 open opmerking")
    talking(registered, ANN).press("Zet de opmerking van Eva Bakker op afgehandeld").sees("Afgehandeld")
    ann.open(f"/zaken/{case_id}/nakijken").sees_not("open opmerking")
    talking(registered, ANN).press("Heropen de opmerking van Eva Bakker").sees("Open")


def test_an_empty_comment_says_so_at_the_field_and_a_long_one_is_not_lost(registered: Portal) -> None:
    a_declaration(registered, draft=True)
    assert "Schrijf uw opmerking" in str(say(registered, EVA, " ").faults())
    long = say(registered, EVA, "a" * 2001)
    assert long.status == 422
    long.sees("hooguit 2000 tekens")
    assert long.values()["words"] == ["a" * 2001]
    assert registered.count(Comment) == 0


def test_pressed_twice_places_one_comment(registered: Portal) -> None:
    a_declaration(registered, draft=True)
    pages = [talking(registered, EVA).fill(words="Twee keer?") for _ in range(2)]
    for page in pages:
        page.press("Plaatsen")
    assert registered.count(Comment) == 1


def test_a_stranger_reads_and_writes_nothing(registered: Portal) -> None:
    case_id = a_declaration(registered, draft=True)
    say(registered, EVA, "Onder ons.")
    iris = registered.sign_in(IRIS).open("/")
    assert iris.open(f"/zaken/{case_id}/actors/opmerkingen").status == 404
    assert iris.post(f"/zaken/{case_id}/actors/opmerkingen", {"question": "people", "words": "Hoi"}).status == 404


def test_a_question_that_is_not_there_has_no_conversation(registered: Portal) -> None:
    case_id = a_declaration(registered, draft=True)
    eva = registered.sign_in(EVA).open("/")
    assert eva.open(f"/zaken/{case_id}/nonsense/opmerkingen").status == 404
    assert eva.post(f"/zaken/{case_id}/actors/opmerkingen", {"question": "nonsense", "words": "Hoi"}).status == 404


def test_an_ended_case_is_read_but_not_talked_about(in_force: Portal) -> None:
    case_id = in_force.case("board_declaration")
    ann = in_force.sign_in(ANN).open(f"/zaken/{case_id}/actors/opmerkingen").sees_not("Plaatsen")
    assert ann.post(f"/zaken/{case_id}/actors/opmerkingen", {"question": "people", "words": "Hoi"}).status == 409


def test_each_measure_of_an_assessment_has_a_conversation_of_its_own(registered: Portal) -> None:
    portal = dpia.a_stage(registered)
    case_id = dpia.assessment(portal, until="measures")
    here = f"/zaken/{case_id}/measures/opmerkingen"
    femke = portal.sign_in(FEMKE).open(here).sees("Maatregel M1", "Gecontroleerd door de beheerder")
    said = femke.post(here, {"question": "measures.M1", "words": "Waar staat het bewijs?"})
    assert said.status in (200, 302)
    page = portal.sign_in(NOOR).open(f"/zaken/{case_id}/measures").sees("1 opmerking")
    page.open(here).sees("Waar staat het bewijs?")
    assert femke.post(here, {"question": "measures.M99", "words": "x"}).status == 404
    portal.work()
    assert "Waar staat het bewijs?" in portal.letter(NOOR.email, "Opmerking van Femke")
