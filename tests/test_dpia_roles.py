"""Who writes, who advises and who decides about a model DPIA: nobody in another's place."""

import uuid
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.audit import signatures
from portal.cases import access, reminding, turning
from portal.cases.tables import Case, EarlierAnswer
from portal.database import reader
from portal.errors import RefusedError
from portal.evidence import verify_dossier
from portal.parties import authority, mandates, mandating
from tests.builders import (
    ANN,
    BAS,
    FEMKE,
    IRIS,
    NOOR,
    OMAR,
    OURS,
    THEIR_SCHOOL,
    THEIRS,
    Portal,
    Someone,
    a_role,
    all_is_well,
    sign,
    submit,
)
from tests.dpia import (
    LONG,
    a_stage,
    advised,
    answer,
    answers_for,
    assessment,
    begun,
    decided,
    judgement,
    replied,
    signed,
)
from workflows.dpia_facts import Outcome
from workflows.vocabulary import Role

MEES = Someone("Mees Vos", "mees@bureau.example", "FG")


@pytest.fixture
def board(registered: Portal) -> Portal:
    return a_stage(registered)


def test_from_author_to_fg_with_conditions_to_a_decision_that_two_sign(board: Portal) -> None:
    case_id = assessment(board)
    assert any(each.startswith("Uw advies gevraagd") for each in board.mails(FEMKE.email))
    advised(board, case_id, "conditional", conditions=["Zet gasten uit.", "Meet elk jaar."])
    assert any(each.startswith("U bent aan de beurt") for each in board.mails(NOOR.email))
    replied(board, case_id, True, False)
    assert any(each.startswith("U bent aan de beurt") for each in board.mails(ANN.email))
    decided(board, case_id)
    assert board.state(case_id) == "signing"
    signed(board, case_id, ANN)
    assert board.state(case_id) == "signing"
    signed(board, case_id, BAS)
    assert board.state(case_id) == "decided"
    assert all_is_well(board)


def test_a_signatory_does_not_advise_in_the_place_of_the_fg(board: Portal) -> None:
    case_id = assessment(board)
    page = board.browser(expects_fault=True)
    page.client = board.sign_in(ANN).client
    page.open(f"/zaken/{case_id}/advice").sees("Dit advies geeft alleen de FG")


def test_an_fg_who_wrote_a_step_cannot_advise_and_reads_why(board: Portal) -> None:
    a_role(board, FEMKE, board.organisation(OURS), Role.PRIVACY_OFFICER)
    case_id = assessment(board, until="need")
    answers = answers_for()
    for name in ("comparison", "measures", "risks", "views"):
        answer(board, case_id, name, answers[name], by=FEMKE if name == "views" else NOOR)
    answer(board, case_id, "views", {**answers["views"], "how": "Besproken met ouders."}, by=NOOR)
    board.sign_in(FEMKE).open(f"/zaken/{case_id}").sees("U kunt hier niet adviseren", "schreef zelf aan deze")
    assert (
        "Nog niemand heeft deze rol: functionaris gegevensbescherming (FG)"
        in board.sign_in(NOOR).open(f"/zaken/{case_id}").text
    )


def test_another_fg_takes_over_from_one_who_left(board: Portal) -> None:
    case_id = assessment(board)
    a_role(board, MEES, board.organisation(OURS), Role.FG)
    advised(board, case_id, by=MEES)
    decided(board, case_id)
    assert board.state(case_id) == "signing"


def now_a_signatory(portal: Portal, someone: Someone, *, lent_by: Someone | None = None) -> None:
    """From now on this person may sign for our board, by their own mandate or by that of another."""
    theirs, joins = portal.organisation(OURS), portal.visitor(someone).person_id
    assert joins is not None

    def join(session: Session) -> None:
        held = mandates.mandates_at(session, theirs, at=portal.moment)
        lender = portal.visitor(lent_by).person_id if lent_by else None
        granted_by = next((each.id for each in held if each.person_id == lender), None)
        mandating.change(session, theirs, at=portal.moment, joining=[joins], granted_by=granted_by, **BASIS)

    portal.later(seconds=1).do(join)


BASIS: Any = {"basis": "statutes", "evidence": "0" * 64, "evidence_name": "statuten.pdf"}


def test_an_fg_who_advised_and_became_a_signatory_does_not_count_and_cannot_sign(board: Portal) -> None:
    case_id = assessment(board)
    advised(board, case_id)
    now_a_signatory(board, FEMKE)
    visitor = board.visitor(FEMKE)

    def may() -> tuple[bool, ...]:
        case = reader.get_one(Case, case_id)
        known = access.well_known(visitor)
        return tuple(
            ask(case, who)
            for ask in (access.may_bind, access.may_sign, turning.may_decline)
            for who in (visitor, known)
        )

    assert not any(board.ask(may))
    assert board.ask(lambda: access.can_be_bound(reader.get_one(Case, case_id), session=reader()))
    decided(board, case_id)
    assert {each["name"] for each in board.document(case_id).facts["signatories"]} == {ANN.name, BAS.name}
    board.sign_in(FEMKE).open(f"/zaken/{case_id}").sees_not("Lees en teken", "Niet akkoord")
    assert not any(board.ask(may))
    with pytest.raises(RefusedError):
        sign(board, case_id, FEMKE)
    signed(board, case_id, ANN, BAS)
    assert board.state(case_id) == "decided"


def test_nobody_signs_by_a_mandate_that_the_fg_who_advised_has_lent(board: Portal) -> None:
    case_id = assessment(board)
    advised(board, case_id)
    now_a_signatory(board, FEMKE)
    now_a_signatory(board, NOOR, lent_by=FEMKE)
    noor = board.visitor(NOOR)

    def may() -> list[bool]:
        case = reader.get_one(Case, case_id)
        return [access.may_sign(case, each) for each in (noor, access.well_known(noor))]

    assert board.ask(may) == [False, False]


def test_where_the_fg_who_advised_is_one_of_the_two_who_may_sign_there_are_too_few(board: Portal) -> None:
    case_id, theirs = assessment(board), board.organisation(OURS)
    advised(board, case_id)
    now_a_signatory(board, FEMKE)

    def leave(session: Session) -> None:
        held = mandates.mandates_at(session, theirs, at=board.moment)
        bas = board._person(BAS).id
        mandating.change(session, theirs, at=board.moment, leaving=[each.id for each in held if each.person_id == bas])

    board.do(leave)
    assert not board.ask(lambda: access.can_be_bound(reader.get_one(Case, case_id), session=reader()))


def test_changed_answers_ask_the_advice_again_and_the_first_stays_on_file(board: Portal) -> None:
    case_id = assessment(board)
    advised(board, case_id, words=f"Mijn eerste advies. {LONG}")
    views = answers_for()["views"]
    answer(board, case_id, "views", {**views, "result": "De MR wil een jaar wachten."})
    board.sign_in(ANN).open(f"/zaken/{case_id}").sees("Opnieuw beoordelen")
    assert [each.startswith("Uw advies gevraagd") for each in board.mails(FEMKE.email)].count(True) == 2
    advised(board, case_id, words=f"Mijn tweede advies. {LONG}")
    kept = board.ask(lambda: reader.scalars(select(EarlierAnswer)).one())
    assert str(kept.values["words"]).startswith("Mijn eerste advies.")
    board.sign_in(ANN).open(f"/zaken/{case_id}/tot-nu-toe").sees("Mijn eerste advies.", "Mijn tweede advies.")
    told = board.sign_in(NOOR).open(f"/zaken/{case_id}")
    told.sees("Advies van de FG gegeven", "Positief. Mijn eerste advies.", "Positief. Mijn tweede advies.")
    decided(board, case_id)
    assert all_is_well(board)


def test_an_advice_about_answers_that_changed_on_the_way_is_not_kept(board: Portal) -> None:
    case_id = assessment(board)
    page = board.sign_in(FEMKE).open(f"/zaken/{case_id}/advice")
    answer(board, case_id, "views", {**answers_for()["views"], "result": "De MR is tegen."})
    page.choose("verdict", "positive").choose("bureau", "no").fill(words=LONG).press("Opslaan en verder")
    assert page.status == 409
    assert "advice" not in board.ask(lambda: {each.step for each in reader.get_one(Case, case_id).answers})
    page.press("Opslaan en verder")
    assert "advice" in board.ask(lambda: {each.step for each in reader.get_one(Case, case_id).answers})


def test_a_changed_reply_asks_the_decision_again(board: Portal) -> None:
    case_id = assessment(board)
    advised(board, case_id, "conditional", conditions=["Meet elk jaar."])
    replied(board, case_id, True)
    decided(board, case_id, sent=False)
    replied(board, case_id, False)
    board.sign_in(ANN).open(f"/zaken/{case_id}/nakijken").sees_not("Klaarzetten om te tekenen")


def a_board_of_one(portal: Portal) -> None:
    """Iris alone may bind the other board; Noor writes and Femke advises there too."""
    a_role(portal, NOOR, portal.organisation(THEIRS), Role.PRIVACY_OFFICER)
    a_role(portal, FEMKE, portal.organisation(THEIRS), Role.FG)


def test_a_decision_against_the_fg_takes_two_signatures_and_a_motivation(board: Portal) -> None:
    case_id = assessment(board, Outcome.ADJUSTED)
    advised(board, case_id, "negative")
    replied(board, case_id, words="Wij denken er anders over.")
    page = board.sign_in(ANN).open(f"/zaken/{case_id}/decision").sees("Waarom volgt u het advies van de FG niet?")
    assert "motivation" in page.values()
    decided(board, case_id, motivation="Zonder dit product kan het onderwijs niet doorgaan.")
    assert board.document(case_id).facts["at_least"] == 2
    signed(board, case_id, ANN)
    assert board.state(case_id) == "signing"
    signed(board, case_id, BAS)
    assert board.state(case_id) == "decided"
    assert all_is_well(board)


def test_one_inbox_of_an_fg_shows_every_board_and_product(board: Portal) -> None:
    a_board_of_one(board)
    assessment(board)
    assessment(board, board=THEIRS, subject={"schools": ["03LN00"]})
    names = [f"Stichting Voorbeeld {OURS}", f"Stichting Voorbeeld {THEIRS}"]
    board.sign_in(FEMKE).open("/").sees(*names, "Advies geven", "Onderwijsresultatenmonitor")


def test_no_answer_in_four_weeks_is_told_to_who_can_do_something_about_it(board: Portal) -> None:
    case_id = assessment(board)
    board.later(days=27)
    with board.opened():
        reminding.remind_all()
    assert not any(each.startswith("Nog geen antwoord") for each in board.mails(ANN.email))
    board.later(days=1)
    with board.opened():
        reminding.remind_all()
        reminding.remind_all()
    assert [each.startswith("Nog geen antwoord") for each in board.mails(ANN.email)].count(True) == 1
    board.sign_in(NOOR).open(f"/zaken/{case_id}").sees("wacht al meer dan 28 dagen")


def against_the_fg(portal: Portal) -> uuid.UUID:
    """Iris, who may bind the other board alone, decided against the FG; it is still to be sent."""
    a_board_of_one(portal)
    case_id = assessment(portal, board=THEIRS, subject={"schools": [THEIR_SCHOOL]})
    advised(portal, case_id, "negative")
    replied(portal, case_id, words="Wij denken er anders over.")
    return decided(portal, case_id, by=IRIS, sent=False, motivation="Het onderwijs kan niet zonder.")


def test_against_the_fg_also_who_may_bind_alone_signs_with_another(board: Portal) -> None:
    case_id = against_the_fg(board)
    submit(board, case_id, board.visitor(IRIS))
    board.work()
    assert "ten minste 2 handtekeningen" in board.document(case_id).facts["rule"]
    signed(board, case_id, IRIS)
    assert board.state(case_id) == "signing"
    signed(board, case_id, OMAR)
    assert board.state(case_id) == "decided"
    assert all_is_well(board)


def test_where_one_director_decides_against_the_fg_somebody_must_sign_with_them(board: Portal) -> None:
    case_id, theirs = against_the_fg(board), board.organisation(THEIRS)

    def leave(session: Session) -> None:
        held = mandates.mandates_at(session, theirs, at=board.moment)
        omar = board._person(OMAR).id
        mandating.change(session, theirs, at=board.moment, leaving=[each.id for each in held if each.person_id == omar])

    board.do(leave)
    with pytest.raises(RefusedError, match="raad van toezicht"):
        submit(board.later(seconds=1), case_id, board.visitor(IRIS))
    assert board.state(case_id) == "draft"


def test_a_dossier_with_one_signature_too_few_is_found_by_who_checks_it(board: Portal) -> None:
    """The document itself says how many must sign; the audit asks the answers too."""
    case_id = assessment(board)
    advised(board, case_id, "negative")
    replied(board, case_id, words="Wij denken er anders over.")
    decided(board, case_id, motivation="Het onderwijs kan niet zonder.")
    facts = board.document(case_id).facts
    assert "ten minste 2 handtekeningen" in facts["rule"] or "gezamenlijk" in facts["rule"]
    assert not any(each["may_stay_empty"] for each in facts["signatories"])


@pytest.mark.parametrize(
    ("together", "at_least", "is_bound"), [(1, 1, True), (1, 2, False), (2, 1, False), (2, 2, False)]
)
def test_one_signature_binds_only_where_one_is_enough_for_rule_and_document(
    together: int, at_least: int, is_bound: bool
) -> None:
    given = [{"mandate": "a", "together": together}]
    assert authority.is_met(given, at_least=at_least) is is_bound
    assert signatures.bind(given, at_least) is is_bound
    assert verify_dossier.is_met(given, at_least) is is_bound
    two = [*given, {"mandate": "b", "together": together}]
    assert authority.is_met(two, at_least=at_least)
    assert signatures.bind(two, at_least)
    assert verify_dossier.is_met(two, at_least)


def test_two_who_sign_for_the_same_seat_count_once() -> None:
    given = [{"mandate": "a", "together": 1}, {"mandate": "b", "seat": "a", "together": 1}]
    assert not authority.is_met(given, at_least=2)
    assert not verify_dossier.is_met(given, 2)


def test_who_started_the_case_does_not_advise_on_it(board: Portal) -> None:
    a_role(board, FEMKE, board.organisation(OURS), Role.PRIVACY_OFFICER)
    case_id = begun(board, by=FEMKE)
    answers = answers_for()
    for name in ("subject", "need", "comparison", "measures", "risks", "views"):
        answer(board, case_id, name, answers[name])
    board.sign_in(FEMKE).open(f"/zaken/{case_id}").sees("U kunt hier niet adviseren")
    a_role(board, MEES, board.organisation(OURS), Role.FG)
    advised(board, case_id, by=MEES)


def test_a_replaced_measure_is_judged_by_the_fg(board: Portal) -> None:
    measures = answers_for()["measures"]["measures"]
    measures["M1"] = {"state": "replaced", "by": "Een slot op de kast.", "why": "Dat werkt even goed."}
    outcomes = {}
    case_id = assessment(board, measures={"measures": measures})
    for verdict in ("accept", "reject"):
        advised(board, case_id, replacements=verdict)
        decided(board, case_id, sent=False)
        found = judgement(board, case_id)
        assert found is not None
        outcomes[verdict] = found.outcome
    assert outcomes == {"accept": Outcome.ADJUSTED, "reject": Outcome.OWN_DPIA}


def test_an_earlier_author_stays_one_after_another_wrote_the_step_anew(board: Portal) -> None:
    case_id = assessment(board)
    answer(board, case_id, "views", {**answers_for()["views"], "how": "In een enquête."}, by=ANN)
    rows = board.ask(lambda: {each.step: each.authors for each in reader.get_one(Case, case_id).answers})
    assert rows["views"] == [str(board.visitor(NOOR).person_id), str(board.visitor(ANN).person_id)]
