"""Who may sign from when: new signatories, those who stop, another rule; and what waits for the wrong signatures."""

import datetime as dt
import uuid
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from portal import clock
from portal.cases import answering, assessing, drafts, starting
from portal.cases.tables import Case, Document, InForce
from portal.database import reader
from portal.errors import NotFoundError, RefusedError
from portal.parties import mandates
from portal.parties.tables import AuthorityRule, Mandate
from portal.record import ledger
from tests.browser import Browser
from tests.builders import (
    A_PDF,
    ANN,
    BAS,
    EVA,
    IRIS,
    NOOR,
    OMAR,
    OURS,
    SANNE,
    START,
    THEIRS,
    Portal,
    Someone,
    a_declaration,
    a_role,
    all_is_well,
    an_account,
    evidence,
    sign,
    submit,
)
from workflows.vocabulary import Role

SAVE = "Opslaan en verder"
CAS = Someone("Cas Mulder", "cas@ons.example", "Lid van het bestuur")


def a_change(
    portal: Portal,
    *what: str,
    board: str = OURS,
    by: Someone = ANN,
    joining: tuple[Someone, ...] = (),
    leaving: tuple[Someone, ...] = (),
    rule: dict[str, str] | None = None,
    since: dt.date | None = None,
    limits: dict[str, Any] | None = None,
    delegating: dict[str, Any] | None = None,
) -> uuid.UUID:
    """A change of authority with these answers, sent."""
    visitor, organisation_id = portal.visitor(by), portal.organisation(board)
    answers: dict[str, dict[str, Any]] = {"change": {"what": list(what)}}
    if joining:
        people = [{"name": each.name, "function": each.function, "email": each.email} for each in joining]
        answers["joining"] = {"people": people, **(limits or {})}
    if leaving:
        answers["leaving"] = {"mandates": [str(mandate_of(portal, each, board)) for each in leaving]}
    if rule:
        answers["rule"] = rule
    if delegating:
        answers["delegating"] = delegating
    with portal.opened():
        case_id = starting.start("mandate_change", by=visitor, organisation_id=organisation_id)
        kept = drafts.keep_file(case_id, content=A_PDF, name="besluit.pdf", by=visitor)
        first_day = (since or clock.today()).isoformat()
        answers["start"] = {"since": first_day, "basis": "mandate_decision", "evidence": evidence(kept)}
        for step, values in answers.items():
            answering.answer(case_id, step, values, by=visitor, seen=0, follow=portal.follow)
    submit(portal, case_id, visitor)
    return case_id


def signed(portal: Portal, case_id: uuid.UUID, *those: Someone) -> uuid.UUID:
    """The document is made, and these people sign it."""
    portal.work()
    for someone in those:
        sign(portal, case_id, someone)
    portal.later(minutes=1)
    return case_id


def mandate_of(portal: Portal, someone: Someone, board: str = OURS) -> uuid.UUID:
    person, organisation_id = portal.visitor(someone).person_id, portal.organisation(board)
    query = select(Mandate.id).filter_by(person_id=person, organisation_id=organisation_id)
    return portal.ask(lambda: reader.scalars(query.order_by(Mandate.since.desc())).first())  # type: ignore[return-value]


def bound_by(portal: Portal, board: str = OURS) -> set[str]:
    """The names of those who may bind the board now."""
    organisation_id = portal.organisation(board)
    return portal.ask(
        lambda: {each.person.name for each in mandates.mandates_at(reader(), organisation_id, at=portal.moment)}
    )


def rule(portal: Portal, board: str = OURS) -> tuple[str, int]:
    organisation_id = portal.organisation(board)
    found = portal.ask(lambda: mandates.rule_at(reader(), organisation_id, at=portal.moment))
    assert found is not None
    return found.mode, found.together


def begun(portal: Portal, someone: Someone = ANN, board: str = OURS) -> Browser:
    """Somebody at the first question of a change."""
    where = f"/zaken/begin/mandate_change?organisation={portal.organisation(board)}"
    return portal.sign_in(someone).open(where).press("Beginnen").follow("Wat verandert er?")


# --- Joining -----------------------------------------------------------------------------------------------------


def test_a_new_signatory_is_added_by_those_of_now_and_can_sign_from_that_moment(registered: Portal) -> None:
    case_id = a_change(registered, "joining", joining=(CAS,))
    assert bound_by(registered) == {ANN.name, BAS.name}
    signed(registered, case_id, ANN, BAS)
    assert registered.state(case_id) == "decided"
    assert bound_by(registered) == {ANN.name, BAS.name, CAS.name}
    assert registered.mails(CAS.email)[-1].startswith("Uitnodiging")
    an_account(registered, CAS)
    declaration = a_declaration(registered, real=True)
    sign(registered, declaration, CAS)
    sign(registered, declaration, ANN)
    assert registered.state(declaration) == "decided"
    registered.work()
    assert all_is_well(registered)


def test_through_the_pages_the_secretary_prepares_and_the_directors_sign(registered: Portal) -> None:
    """From the question to the document, without anything but what is on the page."""
    eva = begun(registered, EVA).choose("what", "joining").press(SAVE)
    eva.fill(people__0__name=CAS.name, people__0__function="Lid", people__0__email=CAS.email).press(SAVE)
    eva.sees("Kiest u vandaag, dan geldt het zodra het is getekend")
    eva.choose("basis", "statutes").upload("evidence", A_PDF).press(SAVE)
    eva.sees(CAS.name, "maandag 23 november 2026").press("Wijziging versturen").sees("Een tekenbevoegde van nu tekent")
    case_id = registered.case("mandate_change")
    registered.work()
    registered.sign_in(EVA).open(f"/tekenen/{registered.document(case_id).id}").sees_not("Teken nu")
    signed(registered, case_id, BAS, ANN)
    assert CAS.name in bound_by(registered)


def test_a_change_from_a_later_day_takes_effect_then_and_nobody_has_to_do_anything(registered: Portal) -> None:
    day = START.date() + dt.timedelta(days=7)
    signed(registered, a_change(registered, "joining", joining=(CAS,), since=day), ANN, BAS)
    assert CAS.name not in bound_by(registered)
    registered.moment = dt.datetime(2026, 11, 29, 22, 59, tzinfo=dt.UTC)
    assert CAS.name not in bound_by(registered)
    registered.later(minutes=1)  # 00:00 in Amsterdam
    assert CAS.name in bound_by(registered)
    assert all_is_well(registered)


def test_who_advises_cannot_become_a_signatory(registered: Portal) -> None:
    a_role(registered, NOOR, registered.organisation(OURS), Role.FG)
    browser = begun(registered).choose("what", "joining").press(SAVE)
    browser.fill(people__0__name=NOOR.name, people__0__function="FG", people__0__email=NOOR.email.upper()).press(SAVE)
    assert f"{NOOR.name} kan niet FG én tekenbevoegde zijn" in browser.faults()["people"]


@pytest.mark.parametrize(
    ("second", "sentence"), [("bas@ons.example", "is al tekenbevoegd"), ("CAS@ons.example", "staat er twee keer")]
)
def test_nobody_is_a_signatory_twice(registered: Portal, second: str, sentence: str) -> None:
    browser = begun(registered).choose("what", "joining").press(SAVE)
    browser.fill(people__0__name=CAS.name, people__0__function="Lid", people__0__email=CAS.email)
    browser.press("Nog een toevoegen")
    browser.fill(people__1__name="Iemand", people__1__function="Lid", people__1__email=second).press(SAVE)
    assert sentence in browser.faults()["people"]


# --- Leaving, and the rule ---------------------------------------------------------------------------------------


def test_who_stops_can_sign_no_longer_and_what_was_signed_stays(in_force: Portal) -> None:
    """A board where either may sign alone: the one who stops today stops when the change is signed."""
    signed(in_force, a_change(in_force, "leaving", board=THEIRS, by=IRIS, leaving=(OMAR,)), IRIS)
    assert bound_by(in_force, THEIRS) == {IRIS.name}
    in_force.sign_in(OMAR).open(f"/organisaties/{in_force.organisation(THEIRS)}").sees_not("Bestuursverklaring")
    assert in_force.document(in_force.case("board_declaration")).state == "complete"
    assert all_is_well(in_force)


def test_a_rule_that_those_who_are_left_cannot_meet_is_refused_with_that_sentence(registered: Portal) -> None:
    browser = begun(registered).choose("what", "leaving").press(SAVE)
    browser.choose("mandates", str(mandate_of(registered, BAS))).press(SAVE)
    assert "Dan zijn er 1 tekenbevoegden, en er moeten er 2 tekenen" in browser.faults()["mandates"]


def test_with_another_rule_or_somebody_new_the_same_end_is_possible(registered: Portal) -> None:
    case_id = a_change(registered, "leaving", "rule", leaving=(BAS,), rule={"mode": "alone"})
    signed(registered, case_id, ANN, BAS)
    assert (bound_by(registered), rule(registered)) == ({ANN.name}, ("alone", 1))
    case_id = a_change(registered, "joining", "rule", joining=(CAS,), rule={"mode": "jointly", "together": "2"})
    signed(registered, case_id, ANN)
    assert (bound_by(registered), rule(registered)) == ({ANN.name, CAS.name}, ("jointly", 2))
    assert all_is_well(registered)


def test_a_rule_for_more_people_than_there_are_is_refused(registered: Portal) -> None:
    browser = begun(registered).choose("what", "rule").press(SAVE).choose("mode", "jointly").press(SAVE)
    browser.choose("together", "3").press(SAVE)
    assert "Dan zijn er 2 tekenbevoegden, en er moeten er 3 tekenen" in browser.faults()["together"]


def test_under_a_stricter_rule_one_signature_is_no_longer_enough(registered: Portal) -> None:
    case_id = a_change(registered, "rule", board=THEIRS, by=IRIS, rule={"mode": "jointly", "together": "2"})
    signed(registered, case_id, IRIS)
    declaration = a_declaration(registered, board=THEIRS, by=IRIS, real=True)
    sign(registered, declaration, IRIS)
    assert registered.state(declaration) == "signing"
    sign(registered, declaration, OMAR)
    assert registered.state(declaration) == "decided"
    registered.work()
    assert all_is_well(registered)


def test_ending_ones_own_last_mandate_warns(registered: Portal) -> None:
    browser = begun(registered, IRIS, THEIRS).choose("what", "leaving").press(SAVE)
    browser.choose("mandates", str(mandate_of(registered, IRIS, THEIRS))).press(SAVE)
    browser.choose("basis", "statutes").upload("evidence", A_PDF).press(SAVE)
    browser.sees("U beëindigt uw eigen tekenbevoegdheid")
    registered.sign_in(OMAR).open(browser.address).sees_not("U beëindigt uw eigen tekenbevoegdheid")


def test_a_new_rule_waits_for_a_change_that_stands_ready(registered: Portal) -> None:
    day = START.date() + dt.timedelta(days=7)
    signed(registered, a_change(registered, "joining", joining=(CAS,), since=day), ANN, BAS)
    browser = begun(registered).choose("what", "rule").press(SAVE).choose("mode", "alone").press(SAVE)
    browser.choose("basis", "statutes").upload("evidence", A_PDF).press(SAVE)
    assert "Op maandag 30 november 2026 gaat al een andere wijziging in" in browser.faults()["since"]


def test_two_changes_that_together_leave_too_few_the_second_is_refused(registered: Portal) -> None:
    """Each was possible when it was answered; the one that comes second is told at the last moment."""
    first = a_change(registered, "leaving", board=THEIRS, by=IRIS, leaving=(OMAR,))
    with pytest.raises(Exception, match="Dan zijn er 0 tekenbevoegden"):
        signed(registered, first, IRIS)
        a_change(registered, "leaving", board=THEIRS, by=IRIS, leaving=(IRIS,))


def test_a_mandate_that_ended_meanwhile_cannot_be_ended_again(registered: Portal) -> None:
    browser = begun(registered, IRIS, THEIRS).choose("what", "leaving").press(SAVE)
    browser.choose("mandates", str(mandate_of(registered, OMAR, THEIRS))).press(SAVE)
    registered.do(lambda session: setattr(session.get_one(Mandate, omar), "until", registered.moment)) if (
        omar := mandate_of(registered, OMAR, THEIRS)
    ) else None
    browser.choose("basis", "statutes").upload("evidence", A_PDF).press(SAVE).press("Wijziging versturen")
    assert browser.status == 409
    browser.sees("kunt u niet meer kiezen")


# --- Where nobody is left ----------------------------------------------------------------------------------------


def test_where_nobody_is_left_the_service_desk_judges_on_the_evidence(registered: Portal) -> None:
    for someone in (ANN, BAS):
        mandate = mandate_of(registered, someone)
        registered.do(lambda session, key=mandate: setattr(session.get_one(Mandate, key), "until", registered.moment))
    case_id = a_change(registered, "joining", "rule", by=EVA, joining=(CAS,), rule={"mode": "alone"})
    assert registered.state(case_id) == "assessing"
    desk = registered.sign_in(SANNE).open(f"/servicedesk/{case_id}").sees(CAS.name, "besluit.pdf")
    desk.press("Akkoord")
    assert registered.state(case_id) == "decided"
    assert bound_by(registered) == {CAS.name}
    registered.work()
    document = registered.document(case_id)
    assert (document.state, document.facts["signatories"]) == ("complete", [])
    assert desk.open(f"/zaken/{case_id}").status == 200


def test_while_somebody_can_sign_the_service_desk_has_no_say(registered: Portal) -> None:
    case_id = a_change(registered, "joining", joining=(CAS,))
    desk = registered.visitor(SANNE)
    with registered.opened(), pytest.raises(NotFoundError):
        assessing.assess(case_id, verdict="accept", words="", by=desk, follow=registered.follow)
    assert registered.state(case_id) in ("preparing", "signing")


# --- What waits for signatures -----------------------------------------------------------------------------------


def test_a_document_that_asks_somebody_who_stopped_is_made_anew_and_signatures_on_it_are_void(
    registered: Portal,
) -> None:
    signed(registered, a_change(registered, "joining", joining=(CAS,)), ANN, BAS)
    an_account(registered, CAS)
    declaration = a_declaration(registered, real=True)
    old = registered.document(declaration).id
    sign(registered, declaration, BAS)
    signed(registered, a_change(registered, "leaving", leaving=(BAS,)), ANN, CAS)
    registered.work()
    new = registered.document(declaration)
    assert new.id != old
    assert {each["name"] for each in new.facts["signatories"]} == {ANN.name, CAS.name}
    assert "Uw handtekening op dat stuk telt niet meer." in registered.letter(BAS.email, "Niet meer geldig")
    assert registered.sign_in(BAS).open(f"/tekenen/{old}").status in (404, 409)
    assert registered.count(InForce, kind="board_declaration") == 0
    for someone in (CAS, ANN):
        sign(registered, declaration, someone)
    assert registered.state(declaration) == "decided"
    registered.work()
    assert all_is_well(registered)


def test_a_document_that_still_satisfies_the_rule_stays(registered: Portal) -> None:
    declaration = a_declaration(registered)
    before = registered.document(declaration).id
    signed(registered, a_change(registered, "joining", joining=(CAS,)), ANN, BAS)
    assert registered.document(declaration).id == before
    sign(registered, declaration, ANN)
    sign(registered, declaration, BAS)
    assert registered.state(declaration) == "decided"


def test_a_change_on_a_later_day_makes_documents_anew_on_that_day(registered: Portal) -> None:
    day = START.date() + dt.timedelta(days=2)
    case_id = a_change(registered, "rule", board=THEIRS, by=IRIS, rule={"mode": "jointly", "together": "2"}, since=day)
    signed(registered, case_id, IRIS)
    declaration = a_declaration(registered, board=THEIRS, by=IRIS, real=True)
    old = registered.document(declaration).id
    registered.work()
    assert registered.document(declaration).id == old
    registered.later(days=2).work()
    new = registered.document(declaration)
    assert new.id != old
    assert new.facts["rule"] == "Deze 2 tekenbevoegden tekenen gezamenlijk."
    assert all_is_well(registered)


# --- The witness -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("table", "column", "value"),
    [
        (Mandate, "counts", "alone"),
        (Mandate, "basis", "statutes"),
        (Mandate, "since", START),
        (Mandate, "until", START + dt.timedelta(days=365)),
        (AuthorityRule, "together", 1),
        (AuthorityRule, "mode", "alone"),
        (AuthorityRule, "until", START + dt.timedelta(days=365)),
    ],
)
def test_a_forged_mandate_or_rule_is_named(registered: Portal, table: Any, column: str, value: Any) -> None:
    assert all_is_well(registered)
    row = registered.ask(lambda: reader.query(table).first().id)
    registered.do(lambda session: setattr(session.get_one(table, row), column, value))
    findings = registered.findings()
    assert any(each.kind == "mandate" and column in each.what for each in findings), findings


def test_a_mandate_that_no_case_gave_is_named(registered: Portal) -> None:
    def forge(session) -> None:  # type: ignore[no-untyped-def]
        old = session.query(Mandate).first()
        columns = {name: getattr(old, name) for name in ("organisation_id", "counts", "basis", "evidence")}
        eva = registered.visitor(EVA).person_id
        session.add(Mandate(person_id=eva, evidence_name="", since=registered.moment, **columns))

    registered.do(forge)
    findings = registered.findings()
    assert any("meer of minder dan het logboek weet" in each.what for each in findings)


def test_a_change_of_authority_in_the_ledger_without_a_decided_case_is_named(registered: Portal) -> None:
    case_id = a_change(registered, "joining", joining=(CAS,))
    about = f"organisation:{registered.organisation(OURS)}"
    nothing: dict[str, Any] = {"granted": [], "ended": {}, "rules": [], "rules_ended": {}}
    registered.do(lambda session: ledger.append(session, act="mandates", subject=about, case=str(case_id), **nothing))
    findings = registered.findings()
    assert any("wijzigt een tekenbevoegdheid zonder besluit" in each.what for each in findings)


def test_a_document_made_void_by_hand_is_named(registered: Portal) -> None:
    declaration = a_declaration(registered)

    def forge(session) -> None:  # type: ignore[no-untyped-def]
        document = session.query(Document).filter_by(case_id=declaration).one()
        document.void_at = registered.moment + dt.timedelta(hours=1)

    registered.do(forge)
    findings = registered.findings()
    assert any("zonder reden is vervallen" in each.what for each in findings)


def test_nobody_from_another_board_starts_or_sees_it(registered: Portal) -> None:
    iris = registered.sign_in(IRIS)
    assert iris.open(f"/zaken/begin/mandate_change?organisation={registered.organisation(OURS)}").status == 404
    case_id = a_change(registered, "joining", joining=(CAS,))
    assert iris.open(f"/zaken/{case_id}").status == 404
    assert registered.count(Case, workflow="mandate_change") == 1


# --- Holes that hostile hands found ------------------------------------------------------------------------------


def in_days(days: int) -> dt.date:
    return (START + dt.timedelta(days=days)).date()


def alone_from(portal: Portal, days: int) -> uuid.UUID:
    return a_change(portal, "rule", rule={"mode": "alone"}, since=in_days(days))


def test_a_new_rule_does_not_bring_back_who_stops(registered: Portal) -> None:
    signed(registered, a_change(registered, "joining", joining=(CAS,)), ANN, BAS)
    signed(registered, a_change(registered, "leaving", leaving=(ANN,), since=in_days(10)), BAS, ANN)
    with pytest.raises(RefusedError, match="gaat al een andere wijziging in"):
        alone_from(registered, 5)


def test_nobody_joins_before_a_rule_that_waits(registered: Portal) -> None:
    signed(registered, alone_from(registered, 20), ANN, BAS)
    with pytest.raises(RefusedError, match="gaat een andere regel in"):
        a_change(registered, "joining", joining=(CAS,), since=in_days(5))


def test_who_stops_stops_altogether_also_where_a_new_rule_waits(registered: Portal) -> None:
    signed(registered, a_change(registered, "joining", joining=(CAS,)), ANN, BAS)
    signed(registered, alone_from(registered, 20), ANN, BAS)
    signed(registered, a_change(registered, "leaving", leaving=(BAS,), since=in_days(5)), ANN, BAS)
    registered.later(days=30)
    assert BAS.name not in bound_by(registered)
    assert all_is_well(registered)


def test_a_signatory_is_not_invited_as_fg(registered: Portal) -> None:
    ann = registered.sign_in(ANN).open(f"/organisaties/{registered.organisation(OURS)}/mensen")
    ann.fill(name=BAS.name, email=BAS.email).choose("role", "fg").press("Uitnodigen")
    assert ann.status == 409
    ann.sees("kan niet FG én tekenbevoegde zijn")


def test_who_is_to_sign_keeps_the_name_that_the_evidence_has_from_the_invitation_on(registered: Portal) -> None:
    signed(registered, a_change(registered, "joining", joining=(CAS,), since=in_days(5)), ANN, BAS)
    an_account(registered, replace(CAS, name="Casper de Grote"))
    cas = registered.sign_in(CAS).open("/account/wijzigen")
    cas.post("/account/wijzigen", {"name": "Casper de Grote", "function": "Voorzitter", "phone": "06"})
    assert CAS.name in bound_by(registered.later(days=6))
