"""Registering, declaring and signing, in a real browser: every stop of every path is looked at, at two widths."""

import pytest

from tests.builders import (
    ANN,
    BAS,
    EVA,
    OMAR,
    PRODUCT,
    SANNE,
    SCHOOL,
    TOM,
    a_declaration,
    a_draft,
    a_submitted_registration,
    accept,
    accepted_terms,
    answers_for_registration,
)
from tests.staged import AtStage, apart
from tests.test_registration import DETAILS, LARS, SUUS, answers_for_a, submitted, suppliers
from tests.test_signing_together import two_for_omar

pytestmark = pytest.mark.browser
SAVE = "Opslaan en verder"
WHY = "De Jozefschool hoort er nog bij."
REPORT = f"/rapporten/{PRODUCT}/{SCHOOL}"


# --- Registering -------------------------------------------------------------------------------------------------


def test_a_support_body_must_fit_and_each_supplier_decides(at_stage: AtStage) -> None:
    at = at_stage("open_for_business")
    suppliers(at.portal)
    a_draft(at.portal, {"kind": {"kind": "support_body"}})
    pia = at.visit().open(at.link(ANN.email, "Ga verder")).follow("Past uw instelling?")
    pia.choose("for_education", "yes").choose("subsidised_by", "none").choose("commercial", "no").press(SAVE)
    pia.sees("Alleen instellingen met subsidie van een overheid")
    pia.choose("subsidised_by", "local").press(SAVE).sees("Gegevens van de organisatie")

    answers = answers_for_a("support_body", starter=EVA)
    answers["products"]["products"] = [PRODUCT, "focus_po"]
    case_id = submitted(at.portal, answers, starter=EVA)
    lars = at.visit(LARS).open(at.link(LARS.email, "Te beoordelen")).follow("Lees en beoordeel")
    lars.sees("U beslist namens Andere leverancier")
    lars.press("Weigeren").sees("Schrijf").fill(words="Niet voor instellingen buiten scholen.").press("Weigeren")
    lars.sees("is vastgelegd")
    at.visit(SANNE).open("/servicedesk").follow("Voorbeeld").press("Akkoord")
    at.visit(SUUS).open(at.link(SUUS.email, "Te beoordelen")).follow("Lees en beoordeel").press("Akkoord")
    assert at.portal.state(case_id) == "decided"


def test_an_organisation_that_is_not_in_the_register_is_typed_in(at_stage: AtStage) -> None:
    at = at_stage("open_for_business")
    a_draft(at.portal, {"kind": {"kind": "board"}})
    eva = at.visit().open(at.link(ANN.email, "Ga verder")).follow("Welke organisatie is het?")
    eva.fill(q="xyzzyxyzzy").wait_for("Niets gevonden")
    eva.shown("nothing-found").choose("party", "by_hand").press(SAVE).sees("Gegevens van de organisatie")
    eva.fill(**DETAILS, board_number="2018").press(SAVE).sees("5 cijfers")
    eva.fill(board_number="99999").press(SAVE).sees("Wie bent u?")


def test_of_two_registrations_of_one_board_the_first_wins_and_the_second_is_told(at_stage: AtStage) -> None:
    at = at_stage("open_for_business")
    first = a_submitted_registration(at.portal)
    second = a_submitted_registration(at.portal, starter=EVA)
    third = a_draft(at.portal, answers_for_registration(starter=TOM), starter=TOM)
    accept(at.portal, first)
    desk = at.visit(SANNE).open(f"/servicedesk/{second}").press("Akkoord").sees("is intussen al ingeschreven")
    desk.open(f"/servicedesk/{second}").fill(words="Uw bestuur doet al mee.").press("Weigeren")
    tom = at.visit().open(at.link(TOM.email, "Ga verder")).open(f"/zaken/{third}/nakijken")
    tom.press("Inschrijving versturen").sees("is al ingeschreven")
    assert (at.portal.state(first), at.portal.state(second)) == ("decided", "refused")


# --- Declaring ---------------------------------------------------------------------------------------------------


def test_a_reference_number_means_an_invoice_for_each_school(at_stage: AtStage) -> None:
    """R002-20: filled in, it asks whether that is meant, and what was chosen stands in what is signed."""
    at = at_stage("registered")
    eva = at.begins(EVA, "board_declaration", "Welke scholen vallen hieronder?").press(SAVE).press(SAVE)
    eva.choose("collective", "yes").sees("Vult u het in, dan krijgt elke school een eigen factuur")
    eva.fill(reference="4711").press(SAVE).sees("Weet u zeker dat elke school een eigen factuur")
    eva.choose("invoice_each_school", "no").press(SAVE).sees("Maak dit veld leeg, of bevestig")
    eva.choose("invoice_each_school", "yes").press(SAVE).press(SAVE).sees("4711").press("Klaarzetten om te tekenen")
    at.work()
    at.signs(ANN, BAS)
    eva.open(f"/stukken/{at.portal.document(at.portal.case('board_declaration')).id}").sees("4711", "eigen factuur")


def test_a_school_that_is_left_out_the_next_time_is_shut(at_stage: AtStage) -> None:
    at = at_stage("in_force")
    accepted_terms(at.portal, TOM)
    tom = at.visit(TOM).open(REPORT).sees("Jozefschool")
    eva = at.begins(EVA, "board_declaration", "Welke scholen vallen hieronder?")
    eva.sees("uit uw verklaring BV-2026-00001")
    eva.leave_out("schools", SCHOOL).press(SAVE).press(SAVE).press(SAVE).press(SAVE).press("Klaarzetten om te tekenen")
    at.work()
    at.signs(ANN, BAS)
    tom.open(REPORT).sees("De poort is nog dicht", "nog niet verklaard dat deze school")


def test_a_declaration_is_taken_back_and_the_reports_shut(at_stage: AtStage) -> None:
    at = at_stage("in_force")
    accepted_terms(at.portal, TOM)
    tom = at.visit(TOM).open(REPORT).sees("Jozefschool")
    eva = at.begins(EVA, "declaration_revocation", "Welke verklaring trekt u in?")
    eva.sees("3 scholen en vestigingen").fill(since__day="23", since__month="11", since__year="2026", reason="Fusie")
    eva.press(SAVE).press("Klaarzetten om te tekenen")
    at.work()
    at.signs(ANN, BAS)
    tom.open(REPORT).sees("De poort is nog dicht")


# --- A case between people ---------------------------------------------------------------------------------------


def test_a_director_sends_back_the_secretary_talks_hands_over_and_it_is_signed(at_stage: AtStage) -> None:
    at = at_stage("to_sign")
    ann = at.visit(ANN).open("/").follow("Lees en teken").follow("Naar de zaak").follow("Terugsturen")
    ann.press("Ja, terugsturen").sees("Schrijf op waarom").fill(words=WHY).press("Ja, terugsturen")
    case = f"/zaken/{at.portal.case('board_declaration')}"
    eva = at.visit(EVA).open(case).sees("Ann de Vries stuurde de zaak terug", WHY)
    eva.follow("Welke scholen").follow("Opmerkingen bij deze vragen").unfold("Opmerking schrijven").fill(
        words="Zo goed?"
    ).press("Plaatsen")
    ann.open(at.link(ANN.email, "Opmerking van Eva")).sees("Zo goed?")
    ann.press("Zet de opmerking van Eva Bakker op afgehandeld").sees("Afgehandeld")
    eva.open(case).follow("Overdragen aan een collega").choose("to", str(at.portal.visitor(ANN).person_id))
    eva.fill(words="Wil jij dit versturen?").press("Overdragen").sees("is overgedragen")
    ann.open(at.link(ANN.email, "Aan u overgedragen")).follow("Antwoorden nakijken").press("Klaarzetten om te tekenen")
    at.work()
    at.signs(BAS, ANN)
    ann.open(case).sees("Rond", "Compleet en verzegeld")


def test_one_declines_and_another_withdraws(at_stage: AtStage) -> None:
    at = at_stage("to_sign")
    bas = at.visit(BAS).open(at.link(BAS.email, "Te tekenen")).follow("Naar de zaak").follow("Niet akkoord")
    bas.press("Ja, ik ga niet akkoord").sees("Schrijf op waarom").fill(words=WHY).press("Ja, ik ga niet akkoord")
    eva = at.visit(EVA).open(at.link(ANN.email, "Niet akkoord")).sees("Waarom deze zaak is afgelopen", WHY)
    again = a_declaration(at.portal, by=EVA, to_sign=False)
    eva.open(f"/zaken/{again}").follow("Zaak intrekken").fill(words="Het bestuur fuseert.").press("Ja, intrekken")
    eva.sees("is ingetrokken").open("/zaken").sees("Ingetrokken", "Niet akkoord")


def test_several_documents_are_signed_in_one_sitting(at_stage: AtStage) -> None:
    at = at_stage("registered")
    apart(two_for_omar, at.portal)
    omar = at.visit(OMAR).open("/tekenen").sees("Nog niet gelezen")
    for _ in range(2):
        omar.follow("Lees het stuk").open("/tekenen")
    omar.sees("Gelezen").fill(typed_name=OMAR.name, code="000000").press("Teken nu").sees("Deze code klopt niet")
    omar.fill(code=at.portal.code(OMAR)).press("Teken nu").sees("Uw handtekening staat onder 2 stukken")
    omar.open("/tekenen").sees("Er wacht niets op uw handtekening")
