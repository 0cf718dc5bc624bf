"""What an organisation passes on: name, address, money, roles, merger, split and its end; and who signs for what."""

import datetime as dt
import uuid
from typing import Any

import pytest

from portal import clock
from portal.cases import answering, assessing, drafts, starting
from portal.cases import in_force as holding
from portal.cases.tables import Case, InForce
from portal.database import reader
from portal.errors import RefusedError
from portal.parties import mandates, memberships
from portal.parties.tables import Membership, Organisation
from portal.record import ledger
from tests.builders import (
    A_PDF,
    ANN,
    BAS,
    EVA,
    FEMKE,
    IRIS,
    NOOR,
    OURS,
    SANNE,
    SCHOOL,
    START,
    THEIRS,
    TOM,
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
GIJS = Someone("Gijs Prins", "gijs@ons.example")
INVOICES = {
    "channel": "email",
    "address": "kantoor@noord.example",
    "reference": "",
    "office": True,
    "office_name": "Kantoor Noord",
    "office_email": "in@noord.example",
    "office_mention": "SN 12",
}


def a_change(portal: Portal, *what: str, by: Someone = EVA, board: str = OURS, **steps: dict[str, Any]) -> uuid.UUID:
    """A change with these answers, sent; evidence comes with the step `future`."""
    visitor, organisation_id = portal.visitor(by), portal.organisation(board)
    with portal.opened():
        case_id = starting.start("organisation_change", by=visitor, organisation_id=organisation_id)
        if "future" in steps:
            kept = drafts.keep_file(case_id, content=A_PDF, name="duo.pdf", by=visitor)
            steps["future"] = {"since": clock.today().isoformat(), **steps["future"], "evidence": evidence(kept)}
        for step, values in {"change": {"what": list(what)}, **steps}.items():
            answering.answer(case_id, step, values, by=visitor, seen=0, follow=portal.follow)
    submit(portal, case_id, visitor)
    portal.work()
    return case_id


def the_desk_agrees(portal: Portal, case_id: uuid.UUID) -> None:
    desk = portal.visitor(SANNE)
    with portal.opened():
        assessing.assess(case_id, verdict="accept", words="", by=desk, follow=portal.follow)
    portal.work()


def signed(portal: Portal, case_id: uuid.UUID, *those: Someone) -> None:
    for someone in those:
        sign(portal, case_id, someone)
    portal.later(minutes=1)
    portal.work()


def board(portal: Portal, key: str = OURS) -> Organisation:
    organisation_id = portal.organisation(key)
    return portal.ask(lambda: reader.get_one(Organisation, organisation_id))


def test_name_and_address_are_changed_by_an_administrator_alone(registered: Portal) -> None:
    """R002-16: the change form, for who is registered already."""
    where = f"/zaken/begin/organisation_change?organisation={registered.organisation(OURS)}"
    eva = registered.sign_in(EVA).open(where).press("Beginnen").follow("Wat verandert er?")
    eva.choose("what", "name", "address").press(SAVE)
    assert eva.values()["name"] == ["Stichting Voorbeeld 28849"]
    eva.sees("uit de gegevens van uw organisatie").fill(name="Stichting Nieuw").press(SAVE)
    eva.fill(street="Kerkweg 1", postcode="1431 sg", place="Aalsmeer").press(SAVE).press("Wijziging versturen")
    assert board(registered).name == "Stichting Nieuw"
    assert board(registered).address == "Kerkweg 1, 1431 SG Aalsmeer"
    registered.work()
    assert "naam, adres" in registered.letter(ANN.email, "Gewijzigd: Stichting Voorbeeld 28849")
    assert all_is_well(registered)


def test_the_ledger_says_what_changed_by_hashes_and_without_a_name(registered: Portal) -> None:
    a_change(registered, "name", name={"name": "Stichting Geheim"})
    entry = registered.ask(lambda: reader.query(ledger.Entry).filter_by(act="change").one())
    assert entry.detail["what"] == ["name"]
    assert entry.detail["before"] != entry.detail["kept"]
    assert "Geheim" not in str(entry.detail)


def test_where_the_invoices_go_takes_effect_when_a_signatory_signed(registered: Portal) -> None:
    """R002-03…-06: an administration office, with its mention, only by who may sign."""
    case_id = a_change(registered, "invoices", invoices=INVOICES)
    assert registered.state(case_id) == "signing"
    assert board(registered).profile["invoices"]["address"] == f"facturen@{OURS}.example"
    signed(registered, case_id, ANN, BAS)
    assert board(registered).profile["invoices"] == INVOICES
    assert all_is_well(registered)


def test_an_administrator_cannot_do_by_name_what_a_signatory_must_sign(registered: Portal) -> None:
    """R002-04"""
    case_id = a_change(registered, "name", "invoices", name={"name": "Stichting Nieuw"}, invoices=INVOICES)
    assert registered.state(case_id) == "signing"
    assert board(registered).name == "Stichting Voorbeeld 28849"


def test_there_is_always_exactly_one_financial_contact(registered: Portal) -> None:
    case_id = a_change(registered, "financial_contact", financial_contact={"name": GIJS.name, "email": GIJS.email})
    signed(registered, case_id, ANN, BAS)
    roles = registered.ask(
        lambda: (
            [each.person.email for each in memberships.roles_of(reader(), board_id, Role.FINANCIAL_CONTACT)]
            if (board_id := registered.organisation(OURS))
            else []
        )
    )
    assert roles == [GIJS.email]
    assert registered.mails(GIJS.email)[0].startswith("Uitnodiging")
    assert "Gewijzigd" in registered.mails(f"geld@{OURS}.example")[0]
    assert all_is_well(registered)


def test_roles_are_given_and_ended(registered: Portal) -> None:
    a_role(registered, TOM, registered.organisation(OURS), Role.READER)
    tom = role_of(registered, TOM, Role.READER)
    new = {"name": GIJS.name, "email": GIJS.email, "roles": ["fg", "reader"]}
    case_id = a_change(registered, "roles", roles={"joining": [new], "ending": [str(tom)]})
    assert registered.state(case_id) == "decided"
    an_account(registered, GIJS)
    assert registered.sign_in(GIJS).open(f"/organisaties/{registered.organisation(OURS)}").status == 200
    assert registered.sign_in(TOM).open(f"/organisaties/{registered.organisation(OURS)}").status == 404
    assert all_is_well(registered)


def role_of(portal: Portal, someone: Someone, role: Role) -> uuid.UUID:
    person = portal.visitor(someone).person_id
    return portal.ask(lambda: reader.query(Membership).filter_by(person_id=person, role=role).one().id)


def test_the_last_who_can_give_roles_stays_and_a_signatory_ends_elsewhere(registered: Portal) -> None:
    where = f"/zaken/begin/organisation_change?organisation={registered.organisation(OURS)}"
    eva = registered.sign_in(EVA).open(where).press("Beginnen").follow("Wat verandert er?")
    eva.choose("what", "roles").press(SAVE)
    offered = {each.get("value") for each in eva.all("input") if each.get("name") == "ending"}
    assert str(role_of(registered, EVA, Role.ADMINISTRATOR)) in offered
    assert str(role_of(registered, BAS, Role.SIGNATORY)) not in offered
    eva.press(SAVE)
    assert "Noem iemand die een rol krijgt" in eva.faults()["joining"]


def test_who_signs_cannot_become_fg(registered: Portal) -> None:
    row = {"name": BAS.name, "email": BAS.email, "roles": ["fg"]}
    with pytest.raises(Exception, match="kan niet FG én tekenbevoegde zijn"):
        a_change(registered, "roles", roles={"joining": [row], "ending": []})


def test_merger_and_split_are_one_at_a_time(registered: Portal) -> None:
    where = f"/zaken/begin/organisation_change?organisation={registered.organisation(OURS)}"
    eva = registered.sign_in(EVA).open(where).press("Beginnen").follow("Wat verandert er?")
    eva.choose("what", "merger", "dissolution").press(SAVE)
    assert "Kies één van deze drie" in eva.faults()["what"]


def test_a_merger_after_which_the_board_goes_on_changes_nothing_but_the_record(in_force: Portal) -> None:
    future = {"other": "Stichting Ander (12345)", "continues": True}
    case_id = a_change(in_force, "merger", future=future)
    assert in_force.state(case_id) == "assessing"
    the_desk_agrees(in_force, case_id)
    signed(in_force, case_id, ANN, BAS)
    assert board(in_force).ended_at is None
    assert board(in_force).profile["future"]["kind"] == "merger"
    assert in_force.count(InForce, kind="board_declaration", until=None) == 3
    assert all_is_well(in_force)


def test_a_dissolution_is_judged_and_signed_and_ends_everything_on_its_day(in_force: Portal) -> None:
    """R002-35: with evidence; roles, mandates, declarations and what is in force end on that day, by themselves."""
    day = START.date() + dt.timedelta(days=7)
    where = f"/zaken/begin/organisation_change?organisation={in_force.organisation(OURS)}"
    eva = in_force.sign_in(EVA).open(where).press("Beginnen").follow("Wat verandert er?")
    eva.choose("what", "dissolution").press(SAVE).sees("bericht van DUO")
    eva.fill(since__day=str(day.day), since__month=str(day.month), since__year=str(day.year))
    eva.upload("evidence", A_PDF).press(SAVE).sees("Op de gekozen dag eindigen alle rollen").press(
        "Wijziging versturen"
    )
    case_id = in_force.case("organisation_change")
    desk = in_force.sign_in(SANNE).open(f"/servicedesk/{case_id}").sees("Opheffing").press("Akkoord")
    assert desk.status == 200
    in_force.work()
    signed(in_force, case_id, ANN, BAS)
    ours = in_force.organisation(OURS)
    assert in_force.sign_in(ANN).open(f"/organisaties/{ours}").status == 200
    assert "spreekt Stichting Voorbeeld 28849 niet meer voor" in in_force.letter(TOM.email, "Stichting Voorbeeld 28849")
    in_force.moment = dt.datetime(2026, 11, 29, 23, 0, tzinfo=dt.UTC)  # 00:00 in Amsterdam
    assert in_force.sign_in(ANN).open(f"/organisaties/{ours}").status == 404
    assert in_force.ask(lambda: mandates.mandates_at(reader(), ours, at=in_force.moment)) == []
    school = in_force.organisation(SCHOOL)
    held = {"organisation_id": school}
    assert in_force.ask(lambda: holding.holding(reader(), "board_declaration", at=in_force.moment, **held)) == []
    assert all_is_well(in_force)


def test_the_service_desk_may_refuse_a_dissolution_and_nothing_happens(in_force: Portal) -> None:
    case_id = a_change(in_force, "dissolution", future={})
    desk = in_force.visitor(SANNE)
    with in_force.opened():
        assessing.assess(case_id, verdict="refuse", words="Geen bericht van DUO.", by=desk, follow=in_force.follow)
    assert in_force.state(case_id) == "refused"
    assert board(in_force).ended_at is None
    assert "Geen bericht van DUO." in in_force.letter(EVA.email, "Uw zaak")


def test_after_its_end_the_same_board_can_be_registered_anew(in_force: Portal) -> None:
    from tests.builders import a_submitted_registration, accept

    case_id = a_change(in_force, "dissolution", future={})
    the_desk_agrees(in_force, case_id)
    signed(in_force, case_id, ANN, BAS)
    accept(in_force, a_submitted_registration(in_force, starter=GIJS, others=(NOOR,)))
    assert board(in_force).ended_at is None
    assert in_force.ask(
        lambda: (
            {each.person.name for each in mandates.mandates_at(reader(), ours, at=in_force.moment)}
            if (ours := in_force.organisation(OURS))
            else set()
        )
    ) == {GIJS.name, NOOR.name}
    in_force.work()
    assert all_is_well(in_force)


def to_be_dissolved(portal: Portal, days: int = 10) -> None:
    """Our board ends in so many days: decided and signed."""
    last_day = (START + dt.timedelta(days=days)).date().isoformat()
    case_id = a_change(portal, "dissolution", future={"since": last_day})
    the_desk_agrees(portal, case_id)
    signed(portal, case_id, ANN, BAS)


def test_nothing_new_is_begun_signed_or_given_for_a_board_that_is_to_end(in_force: Portal) -> None:
    waiting = a_declaration(in_force, real=True)
    to_be_dissolved(in_force)
    with pytest.raises(RefusedError, match="wordt opgeheven"):
        sign(in_force, waiting, BAS)
    eva = in_force.sign_in(EVA).open(f"/zaken/begin/mandate_change?organisation={in_force.organisation(OURS)}")
    assert eva.press("Beginnen").status == 409
    eva.sees("wordt opgeheven op donderdag 3 december 2026")
    ann = in_force.sign_in(ANN).open(f"/organisaties/{in_force.organisation(OURS)}/mensen")
    ann.fill(name=NOOR.name, email="noor@nieuw.example").choose("role", "reader").press("Uitnodigen")
    assert ann.status == 409


def test_the_end_of_a_role_only_ever_moves_nearer(in_force: Portal) -> None:
    to_be_dissolved(in_force)
    eva = role_of(in_force, EVA, Role.ADMINISTRATOR)

    def end(at: dt.datetime) -> dt.datetime | None:
        in_force.do(lambda session: memberships.end_membership(session, session.get_one(Membership, eva), at=at))
        return in_force.ask(lambda: reader.get_one(Membership, eva).until)

    ordered = in_force.ask(lambda: reader.get_one(Membership, eva).until)
    assert ordered is not None
    assert end(ordered + dt.timedelta(days=30)) == ordered
    assert end(ordered - dt.timedelta(days=1)) == ordered - dt.timedelta(days=1)


def test_a_board_that_is_to_end_is_not_registered_by_another_before_that_day(in_force: Portal) -> None:
    from tests.builders import a_submitted_registration

    to_be_dissolved(in_force)
    with pytest.raises(RefusedError, match="al ingeschreven"):
        a_submitted_registration(in_force, starter=GIJS, others=(NOOR,))
    assert board(in_force).ended_at is not None


def test_who_comes_back_after_the_end_has_a_role_again(in_force: Portal) -> None:
    from tests.builders import a_submitted_registration, accept, an_account

    to_be_dissolved(in_force)
    in_force.later(days=20)
    accept(in_force, a_submitted_registration(in_force, starter=ANN, others=(BAS,)))
    an_account(in_force, ANN)
    assert in_force.sign_in(ANN).open(f"/organisaties/{in_force.organisation(OURS)}").status == 200


def test_somebody_of_another_board_or_without_the_role_does_not_start_it(registered: Portal) -> None:
    iris = registered.sign_in(IRIS)
    assert iris.open(f"/zaken/begin/organisation_change?organisation={registered.organisation(OURS)}").status == 404
    a_role(registered, FEMKE, registered.organisation(THEIRS), Role.READER)
    where = f"/zaken/begin/organisation_change?organisation={registered.organisation(THEIRS)}"
    assert registered.sign_in(FEMKE).open(where).press("Beginnen").status == 409
    assert registered.count(Case, workflow="organisation_change") == 0


def test_particulars_changed_by_hand_are_named(registered: Portal) -> None:
    ours = registered.organisation(OURS)
    for column, value in (("name", "Anders"), ("address", "Elders"), ("profile", {}), ("ended_at", START)):
        old = registered.ask(lambda name=column: getattr(reader.get_one(Organisation, ours), name))
        registered.do(lambda s, n=column, v=value: setattr(s.get_one(Organisation, ours), n, v))
        findings = registered.findings()
        assert any("andere gegevens dan er zijn doorgegeven" in each.what for each in findings), column
        registered.do(lambda s, n=column, v=old: setattr(s.get_one(Organisation, ours), n, v))


def test_who_thinks_again_is_asked_what_the_new_answer_leads_to(in_force: Portal) -> None:
    page = in_force.sign_in(EVA)
    visitor, organisation_id = in_force.visitor(EVA), in_force.organisation(OURS)
    with in_force.opened():
        case_id = starting.start("organisation_change", by=visitor, organisation_id=organisation_id)
        answering.answer(case_id, "change", {"what": ["dissolution"]}, by=visitor, seen=0, follow=in_force.follow)
        kept = drafts.keep_file(case_id, content=A_PDF, name="duo.pdf", by=visitor)
        ended = {"since": clock.today().isoformat(), "evidence": evidence(kept)}
        answering.answer(case_id, "future", ended, by=visitor, seen=0, follow=in_force.follow)
        answering.answer(case_id, "change", {"what": ["merger"]}, by=visitor, seen=1, follow=in_force.follow)
    page.open(f"/zaken/{case_id}").sees("Nog een vraag")
    page.open(f"/zaken/{case_id}/nakijken").sees("Met welke organisatie").sees("duo.pdf")
    page.fill(other="Stichting Zuid").choose("continues", "yes").press(SAVE)
    page.sees("Stichting Zuid").press("Wijziging versturen")
    assert in_force.state(case_id) == "assessing"
