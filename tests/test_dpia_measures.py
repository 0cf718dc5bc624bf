"""Measures first: evidence is handed in by one and accepted by another, and then the decision becomes what it says."""

import datetime as dt
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.cases.dpia import measure_reminding
from portal.cases.dpia.tables import DpiaDecision, DpiaMeasure
from portal.cases.tables import InForce
from portal.database import reader
from portal.offers.dpia import withdrawing
from portal.record.ledger import Entry
from tests.browser import Browser
from tests.builders import A_PDF, EVA, FEMKE, IRIS, NOOR, OURS, SANNE, THEIRS, TOM, Portal, a_role
from tests.dpia_decisions import OUTCOMES, a_decision, a_model
from tests.test_dpia_gate import GATE, MISSING, asked
from workflows.vocabulary import Role

__all__ = ["asked"]
DONE = "Twee stappen staan aan voor iedereen; zie het schermbeeld van 1 december."


@pytest.fixture
def waiting(asked: Portal) -> Portal:
    """The board decided: measures first. One critical measure is planned, and one of its own."""
    a_model(asked)
    a_decision(asked, OUTCOMES["measures_first"])
    asked.work()
    return asked


def here(portal: Portal) -> str:
    return f"/organisaties/{portal.organisation(OURS)}/maatregelen"


def measure(portal: Portal, thing: str = "M1") -> DpiaMeasure:
    return portal.ask(lambda: reader.query(DpiaMeasure).filter_by(thing=thing).one())


def at(portal: Portal, someone: object, thing: str = "M1") -> Browser:
    return portal.sign_in(someone).open(f"{here(portal)}/{measure(portal, thing).id}")  # type: ignore[arg-type]


def handed_in(portal: Portal, thing: str = "M1", by: object = EVA) -> Browser:
    return at(portal, by, thing).upload("file", A_PDF, "scherm.pdf").fill(text=DONE).press("Bewijs aanleveren")


def outcome(portal: Portal) -> str:
    return portal.ask(lambda: reader.query(DpiaDecision).one().outcome)


def test_the_gate_stays_shut_until_the_evidence_of_what_is_critical_is_accepted(waiting: Portal) -> None:
    tom = waiting.sign_in(TOM).open(GATE)
    assert MISSING in tom.missing()
    handed_in(waiting).sees("Het bewijs is aangeleverd", DONE, "Aangeleverd door Eva")
    assert MISSING in tom.open(GATE).missing()
    at(waiting, NOOR).sees(DONE, "scherm.pdf").press("Accepteren").sees("Het bewijs is geaccepteerd", "klaar")
    case_id = waiting.ask(lambda: reader.query(DpiaDecision).one().case_id)
    waiting.sign_in(NOOR).open(f"/zaken/{case_id}").sees(
        "Zo staat het besluit nu", "met aangepaste maatregelen"
    ).sees_not("U mag pas beginnen").follow("2 maatregelen")
    assert outcome(waiting) == "adjusted"  # one measure of its own is still to come
    tom.open(GATE).sees("De poort is open", "toen het product al in gebruik was")
    said = waiting.ask(lambda: reader.query(Entry).filter_by(act="dpia_becomes").one().detail)
    assert (said["before"], said["outcome"], said["accepted"]) == ("measures_first", "adjusted", ["M1"])
    waiting.work()
    assert any("De maatregelen zijn klaar" in each for each in waiting.mails(NOOR.email))


def test_what_is_not_critical_alone_settles_nothing(waiting: Portal) -> None:
    handed_in(waiting, "own-1")
    at(waiting, NOOR, "own-1").press("Accepteren")
    assert outcome(waiting) == "measures_first"
    assert waiting.count(InForce, kind="dpia_reuse") == 0


def test_the_audit_knows_what_became_of_it(waiting: Portal) -> None:
    from tests.test_workflows import what_is_wrong

    handed_in(waiting)
    at(waiting, NOOR).press("Accepteren")
    waiting.work()
    assert [each for each in what_is_wrong(waiting) if each.kind.startswith(("dpia", "measure", "blob"))] == []
    waiting.do(
        lambda session: setattr(session.get_one(DpiaMeasure, measure(waiting).id), "evidence_text", "Iets anders.")
    )
    assert any("ander bewijs" in str(each.what) for each in what_is_wrong(waiting))


def test_who_hands_in_the_evidence_does_not_accept_it(waiting: Portal) -> None:
    noor = handed_in(waiting, by=NOOR).sees("Een andere privacy officer beoordeelt dit").sees_not("Accepteren")
    row = measure(waiting)
    answer = noor.post(f"{here(waiting)}/{row.id}/oordeel", {"verdict": "accept", "seen": "x"})
    assert answer.status == 403 or "beoordeelt het niet zelf" in answer.text
    assert measure(waiting).accepted_at is None


def test_a_file_of_ones_own_does_not_come_along_with_the_words_of_another(waiting: Portal) -> None:
    handed_in(waiting, by=NOOR)
    at(waiting, EVA).fill(text="Zie het bestand.").press("Bewijs aanleveren")
    at(waiting, NOOR).sees("Zie het bestand.").sees_not("scherm.pdf")
    assert measure(waiting).blob == ""


def test_nothing_begins_to_hold_on_a_model_that_was_withdrawn_meanwhile(waiting: Portal) -> None:
    handed_in(waiting)
    model = waiting.ask(lambda: reader.query(DpiaDecision).one().publication_id)
    desk = waiting.visitor(SANNE).person_id
    assert model is not None and desk is not None
    with waiting.opened():
        withdrawing.withdraw(model, why="Er zit een fout in.", by=desk)
    at(waiting, NOOR).press("Accepteren")
    assert outcome(waiting) == "own_dpia"
    assert waiting.count(InForce, kind="dpia_reuse") == 0
    assert MISSING in waiting.sign_in(TOM).open(GATE).missing()


def test_evidence_goes_back_with_the_reason_and_comes_again(waiting: Portal) -> None:
    handed_in(waiting)
    noor = at(waiting, NOOR).press("Terugsturen")
    assert noor.status == 422
    noor.sees("Schrijf op wat er nog aan ontbreekt").fill(words="De datum ontbreekt.").press("Terugsturen")
    at(waiting, EVA).sees("Het bewijs is teruggestuurd", "De datum ontbreekt.", "nog te doen")
    waiting.work()
    assert any("Bewijs teruggestuurd" in each for each in waiting.mails(EVA.email))
    handed_in(waiting)
    at(waiting, NOOR).press("Accepteren").sees("klaar")


def test_evidence_that_was_replaced_meanwhile_is_looked_at_again(waiting: Portal) -> None:
    handed_in(waiting)
    noor = at(waiting, NOOR)
    waiting.later(minutes=1).sign_in(EVA).open(f"{here(waiting)}/{measure(waiting).id}").fill(
        text="Iets anders."
    ).press("Bewijs aanleveren")
    noor.press("Accepteren").sees("Het bewijs is intussen vervangen")
    assert measure(waiting).accepted_at is None


@pytest.mark.parametrize(("content", "sentence"), [(b"GIF89a", "Dit is geen PDF"), (b"", "Dit bestand is leeg")])
def test_evidence_of_the_wrong_kind_is_refused_and_what_was_typed_stays(
    waiting: Portal, content: bytes, sentence: str
) -> None:
    eva = at(waiting, EVA).upload("file", content, "x.gif").fill(text=DONE).press("Bewijs aanleveren")
    assert eva.status == 422
    eva.sees(sentence, DONE)
    assert measure(waiting).handed_in_at is None


def test_evidence_without_words_is_refused(waiting: Portal) -> None:
    eva = at(waiting, EVA).press("Bewijs aanleveren")
    assert eva.status == 422
    eva.sees("Schrijf op wat er is gedaan")


def test_another_owner_or_day_is_named_with_the_reason(waiting: Portal) -> None:
    day = {"due-day": "1", "due-month": "2", "due-year": "2027"}
    noor = at(waiting, NOOR).fill(owner="Tom de Wit", owner_email="tom@ons.example", **day).press("Wijzigen")
    noor.sees("Schrijf op waarom dit verandert").fill(why="Femke is met verlof.").press("Wijzigen")
    noor.sees("De maatregel is gewijzigd", "Tom de Wit", "maandag 1 februari 2027")
    noor.fill(**{**day, "due-month": "12"}, why="Later.").press("Wijzigen").sees("Dit is een kritieke maatregel")
    noor.fill(owner="", owner_email="geen adres", why="x").press("Wijzigen")
    noor.sees("Vul in wie ervoor zorgt", "geen geldig e-mailadres")
    noor.fill(owner="Tom de Wit", owner_email="tom@ons.example")
    noor.fill(**{**day, "due-year": "2020"}, why="Terug.").press("Wijzigen").sees("Deze dag is al voorbij")


def test_a_critical_measure_whose_last_day_has_passed_gets_a_new_day_within_three_months(waiting: Portal) -> None:
    waiting.later(days=100)  # its last day was three months after the decision
    day = {"due-day": "15", "due-month": "4", "due-year": "2027"}
    noor = at(waiting, NOOR).fill(**day, why="De leverancier was te laat.").press("Wijzigen")
    noor.sees("De maatregel is gewijzigd", "donderdag 15 april 2027")
    noor.fill(**{**day, "due-month": "7"}, why="Nog later.").press("Wijzigen").sees("Dit is een kritieke maatregel")
    assert measure(waiting).due_on == "2027-04-15"


def test_the_list_shows_what_is_overdue_first_and_is_searched_and_exported(waiting: Portal) -> None:
    noor = (
        waiting.sign_in(NOOR).open(here(waiting)).sees("2 maatregelen", "Inloggen met twee stappen", "Namen afkorten")
    )
    assert noor.text.index("Namen afkorten") < noor.text.index("Inloggen met twee stappen")
    later = waiting.later(days=80)
    noor = later.sign_in(NOOR).open(here(later) + "?state=overdue").sees("te laat")
    noor.open(here(later) + "?q=afkorten").sees("1 maatregel").sees_not("Inloggen met twee stappen")
    assert "femke@ons.example" in noor.open(here(later) + "/lijst.csv").response.text
    assert noor.open(here(later) + "/lijst.xlsx").status == 200


def test_its_owner_is_reminded_before_the_day_on_it_and_each_week_after(waiting: Portal) -> None:
    """M1 is to be done on 15 January 2027; the portal starts on 23 November 2026."""
    told = []
    for _ in range(75):
        waiting.later(days=1).ask(measure_reminding.remind_all)
        told.append(sum("Inloggen" in waiting.letter(FEMKE.email, each) for each in set(waiting.mails(FEMKE.email))))
    mails = [each for each in waiting.mails(FEMKE.email) if "aatregel" in each]
    assert [each.split(":")[0].split(" vóór")[0] for each in mails].count("Maatregel") == 3
    assert sum(each.startswith("Maatregel te laat") for each in mails) == 4


def test_nobody_is_reminded_of_what_was_handed_in(waiting: Portal) -> None:
    handed_in(waiting)
    for _ in range(60):
        waiting.later(days=1).ask(measure_reminding.remind_all)
    assert not [each for each in waiting.mails(FEMKE.email) if each.startswith("Maatregel")]


@given(st.integers(-400, 400))
def test_each_day_has_one_reminder_at_most_and_none_long_before(left: int) -> None:
    found = measure_reminding.stage(dt.date(2027, 6, 1) + dt.timedelta(days=left), dt.date(2027, 6, 1))
    assert (found == "") == (left > 14)
    assert found.startswith("late") == (left < 0)


def test_a_later_decision_about_the_same_schools_needs_no_evidence_for_the_first(waiting: Portal) -> None:
    handed_in(waiting)
    a_decision(waiting.later(days=1), OUTCOMES["own_dpia"])
    waiting.work()
    first = waiting.ask(lambda: reader.query(DpiaMeasure).filter_by(thing="M1").one())
    noor = waiting.sign_in(NOOR).open(f"{here(waiting)}/{first.id}").sees("niet meer nodig").sees_not("Accepteren")
    assert noor.post(f"{here(waiting)}/{first.id}/oordeel", {"verdict": "accept", "seen": "x"}).status != 200
    assert waiting.count(InForce, kind="dpia_reuse") == 0


def test_others_find_nothing_there(waiting: Portal) -> None:
    row = measure(waiting)
    for someone in (IRIS, TOM):
        browser = waiting.sign_in(someone)
        for address in ("", f"/{row.id}", f"/{row.id}/bewijs.pdf", "/lijst.csv", "/lijst.xlsx"):
            assert browser.open(here(waiting) + address).status == 404, (someone, address)
    theirs = f"/organisaties/{waiting.organisation(THEIRS)}/maatregelen/{row.id}"
    a_role(waiting, EVA, waiting.organisation(THEIRS), Role.ADMINISTRATOR)
    assert waiting.sign_in(EVA).open(theirs).status == 404
    assert waiting.sign_in(EVA).open(f"{here(waiting)}/{uuid.uuid4()}").status == 404
