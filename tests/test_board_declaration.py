"""The board declaration: its scope, its invoices, its first day, and who may act for the schools afterwards."""

import datetime as dt
import uuid
from collections.abc import Mapping
from typing import Any

import pytest

from portal import dossier
from portal.cases import in_force as holding
from portal.cases.tables import Case, InForce
from portal.database import reader
from portal.parties.register import RegisterLocation
from portal.record import ledger
from tests.browser import Browser
from tests.builders import (
    ANN,
    BAS,
    EVA,
    IRIS,
    NOOR,
    OTHER_SCHOOL,
    OURS,
    PRODUCT,
    SCHOOL,
    START,
    THEIR_SCHOOL,
    THEIRS,
    TOM,
    Portal,
    Someone,
    a_declaration,
    a_role,
    all_is_well,
    an_account,
    sign,
)
from workflows.board_declaration import invoiced_per_school
from workflows.vocabulary import Role

SAVE = "Opslaan en verder"
GATE = f"/rapporten/{PRODUCT}/{SCHOOL}/poort"
TAKES_PART = "De school doet nog niet mee"
PIA = Someone("Pia Groen", "pia@ons.example")


def begun(portal: Portal, someone: Someone = EVA, board: str = OURS) -> Browser:
    """Somebody at the first step of a declaration of their board."""
    where = f"/zaken/begin/board_declaration?organisation={portal.organisation(board)}"
    return portal.sign_in(someone).open(where).press("Beginnen").follow("Welke scholen vallen hieronder?")


def at_licence(portal: Portal) -> Browser:
    return begun(portal).press(SAVE).press(SAVE)


def at_start(portal: Portal) -> Browser:
    return at_licence(portal).choose("collective", "no").press(SAVE)


def declared(portal: Portal, school: str = SCHOOL) -> bool:
    """Whether a declaration for this school is in force."""
    where = {"organisation_id": portal.organisation(school)}
    return bool(portal.ask(lambda: holding.holding(reader(), "board_declaration", at=portal.moment, **where)))


def move(portal: Portal, school: str, board: str) -> None:
    """DUO's next file says that the school has another board."""
    portal.do(lambda session: setattr(session.get_one(RegisterLocation, school), "board_number", board))


# --- Scope -------------------------------------------------------------------------------------------------------


def test_the_scope_is_the_boards_schools_from_the_register_all_in(registered: Portal) -> None:
    browser = begun(registered).sees("Antonius", "Jozefschool", "Oosteinder", "Ingevuld uit het register van DUO")
    assert sorted(browser.values()["schools"]) == ["03KF00", "06GP00", "09KD00"]


def test_a_school_can_be_left_out_but_not_all(registered: Portal) -> None:
    browser = begun(registered).choose("schools").press(SAVE)
    assert "Kies ten minste één" in browser.faults()["schools"]
    browser.choose("schools", SCHOOL).press(SAVE).sees("Wie mag voor alle scholen handelen?")


@pytest.mark.parametrize("school", [THEIR_SCHOOL, "99ZZ00", "x", ""])
def test_a_school_of_another_board_cannot_be_taken(registered: Portal, school: str) -> None:
    browser = begun(registered)
    browser.post(browser.address, {"schools": [SCHOOL, school], "office": "", "seen": "0", "shown": "schools office"})
    assert browser.status == 422
    assert "schools" in browser.faults()


def test_a_school_in_another_boards_declaration_is_shown_and_cannot_be_taken(in_force: Portal) -> None:
    move(in_force, SCHOOL, THEIRS)
    browser = begun(in_force, IRIS, THEIRS).sees("staat al in de verklaring van Stichting Voorbeeld 28849")
    assert SCHOOL not in browser.values()["schools"]
    browser.post(browser.address, {"schools": [SCHOOL], "office": "", "seen": "0", "shown": "schools office"})
    assert browser.status == 422


def test_a_school_that_was_taken_between_answering_and_submitting_is_refused(to_sign: Portal) -> None:
    move(to_sign, SCHOOL, THEIRS)
    browser = begun(to_sign, IRIS, THEIRS).press(SAVE).press(SAVE).choose("collective", "no").press(SAVE).press(SAVE)
    for someone in (ANN, BAS):
        sign(to_sign, to_sign.case("board_declaration", organisation_id=to_sign.organisation(OURS)), someone)
    browser.open(browser.address).press("Klaarzetten om te tekenen")
    assert browser.status == 409
    browser.sees("staat intussen in de verklaring van Stichting Voorbeeld 28849")


def test_a_school_that_was_taken_between_submitting_and_signing_is_not_declared_twice(to_sign: Portal) -> None:
    ours = to_sign.case("board_declaration")
    move(to_sign, SCHOOL, THEIRS)
    theirs = a_declaration(to_sign, SCHOOL, THEIR_SCHOOL, board=THEIRS, by=IRIS)
    for someone in (ANN, BAS):
        sign(to_sign, ours, someone)
    iris = signing(to_sign, IRIS, theirs)
    assert iris.status == 409
    iris.sees("staat intussen in de verklaring van Stichting Voorbeeld 28849")
    assert to_sign.count(InForce, kind="board_declaration", organisation_id=to_sign.organisation(SCHOOL)) == 1
    assert not to_sign.document(theirs).signatures


def signing(portal: Portal, someone: Someone, case_id: object) -> Browser:
    browser = portal.sign_in(someone).open(f"/tekenen/{portal.document(case_id).id}")  # type: ignore[arg-type]
    return browser.fill(typed_name=someone.name, code=portal.code(someone)).press("Teken nu")


# --- Licence and invoices ----------------------------------------------------------------------------------------


def test_a_reference_number_asks_for_confirmation(registered: Portal) -> None:
    """R002-20: filled in, invoices go to each school."""
    browser = (
        at_licence(registered)
        .choose("collective", "yes")
        .sees("Vult u het in, dan krijgt elke school een eigen factuur")
    )
    browser.fill(reference="4711").press(SAVE).sees("Nog een vraag", "Weet u zeker dat elke school een eigen factuur")
    browser.choose("invoice_each_school", "no").press(SAVE)
    assert "Maak dit veld leeg, of bevestig" in browser.faults()["reference"]
    browser.choose("invoice_each_school", "yes").press(SAVE).sees("Ingangsdatum")


def test_without_a_reference_number_there_is_one_collective_invoice(registered: Portal) -> None:
    """R002-18, -20"""
    at_licence(registered).choose("collective", "yes").press(SAVE).press(SAVE).sees("Ingangsdatum")


@pytest.mark.parametrize(
    ("licence", "per_school"),
    [({"collective": False}, True), ({"collective": True}, False), ({"collective": True, "reference": "4711"}, True)],
)
def test_who_gets_the_invoices(licence: Mapping[str, Any], per_school: bool) -> None:
    """R002-18, -20"""
    assert invoiced_per_school({"licence": licence}) is per_school


# --- The first day -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "sentence"),
    [
        (("31", "2", "2027"), "bestaat niet"),
        (("29", "2", "2027"), "bestaat niet"),
        (("0", "1", "2027"), "bestaat niet"),
        (("1", "1", "99999999999999999999"), "bestaat niet"),
        (("1", "1", "9" * 5000), "bestaat niet"),
        (("een", "1", "2027"), "bestaat niet"),
        (("٣", "1", "2027"), "bestaat niet"),
        (("1", "", "2027"), "bestaat niet"),
        (("", "", ""), "Vul een datum in"),
        (("22", "11", "2026"), "al voorbij"),
        (("1", "1", "2100"), "van 2000 tot en met 2099"),
    ],
)
def test_a_day_that_cannot_be_is_said_at_its_field(registered: Portal, day: tuple[str, ...], sentence: str) -> None:
    browser = at_start(registered)
    browser.fill(since__day=day[0], since__month=day[1], since__year=day[2]).press(SAVE)
    assert browser.status == 422
    assert sentence in browser.faults()["since"]
    assert browser.values()["since-day"] == [day[0]]


def test_today_is_filled_in_and_a_leap_day_exists(registered: Portal) -> None:
    browser = at_start(registered)
    assert [browser.values()[f"since-{part}"] for part in ("day", "month", "year")] == [["23"], ["11"], ["2026"]]
    browser.fill(since__day="29", since__month="2", since__year="2028").press(SAVE).sees("dinsdag 29 februari 2028")


def test_a_declaration_from_a_later_date_is_not_in_force_until_that_day(registered: Portal) -> None:
    since = START.date() + dt.timedelta(days=7)
    case_id = a_declaration(registered, since=since)
    for someone in (ANN, BAS):
        sign(registered, case_id, someone)
    ann = registered.sign_in(ANN).open(GATE).sees("gaat in op 30 november 2026")
    assert ann.missing()[TAKES_PART] == "niemand: u hoeft alleen te wachten"
    assert not declared(registered)
    registered.moment = dt.datetime(2026, 11, 29, 22, 59, tzinfo=dt.UTC)
    assert not declared(registered)
    registered.later(minutes=1)  # 00:00 in Amsterdam
    assert declared(registered)


def test_the_first_of_two_joint_signatures_does_not_put_it_in_force_and_the_second_does(to_sign: Portal) -> None:
    case_id = to_sign.case("board_declaration")
    sign(to_sign, case_id, ANN)
    assert to_sign.count(InForce, kind="board_declaration") == 0
    assert to_sign.state(case_id) == "signing"
    sign(to_sign, case_id, BAS)
    assert declared(to_sign)
    assert to_sign.state(case_id) == "decided"


def test_where_one_may_sign_alone_one_signature_suffices(registered: Portal) -> None:
    case_id = a_declaration(registered, board=THEIRS, by=IRIS)
    sign(registered, case_id, IRIS)
    assert declared(registered, THEIR_SCHOOL)


def test_declaring_anew_ends_the_declaration_before(in_force: Portal) -> None:
    case_id = a_declaration(in_force, OTHER_SCHOOL)
    for someone in (ANN, BAS):
        sign(in_force, case_id, someone)
    assert not declared(in_force)
    assert declared(in_force, OTHER_SCHOOL)


def test_a_declaration_anew_from_a_later_day_leaves_the_earlier_in_force_until_then(in_force: Portal) -> None:
    case_id = a_declaration(in_force, OTHER_SCHOOL, since=START.date() + dt.timedelta(days=1))
    for someone in (ANN, BAS):
        sign(in_force, case_id, someone)
    assert declared(in_force)
    in_force.later(days=1)
    assert not declared(in_force)


def test_a_third_declaration_does_not_bring_back_what_the_second_will_end(in_force: Portal) -> None:
    for schools, days in (((OTHER_SCHOOL,), 1), ((SCHOOL, OTHER_SCHOOL), 3)):
        case_id = a_declaration(in_force, *schools, since=START.date() + dt.timedelta(days=days))
        for someone in (ANN, BAS):
            sign(in_force, case_id, someone)
    days = [declared(in_force.later(days=1)) for _ in range(3)]
    assert days == [False, False, True]


# --- Declaring anew ----------------------------------------------------------------------------------------------


def ends_well(portal: Portal) -> bool:
    portal.work()
    return all_is_well(portal)


def signed(portal: Portal, case_id: uuid.UUID, *those: Someone) -> uuid.UUID:
    for someone in those or (ANN, BAS):
        sign(portal, case_id, someone)
    return case_id


def test_the_next_declaration_is_filled_in_from_the_one_that_holds_and_says_so(registered: Portal) -> None:
    office = [{"name": PIA.name, "email": PIA.email, "acts": ["reports"]}]
    licence = {"collective": True, "reference": ""}
    signed(registered, a_declaration(registered, SCHOOL, actors={"people": office}, licence=licence))
    browser = begun(registered).sees("Ingevuld uit uw verklaring BV-2026-00001")
    assert browser.values()["schools"] == [SCHOOL]
    browser.press(SAVE).sees("uit uw verklaring BV-2026-00001")
    assert browser.values()["people-0-email"] == [PIA.email]
    assert browser.press(SAVE).values()["collective"] == ["yes"]


def test_a_school_that_falls_out_is_told_and_its_reports_shut(in_force: Portal) -> None:
    signed(in_force, a_declaration(in_force, OTHER_SCHOOL, real=True))
    letter = in_force.letter(TOM.email, "Stichting Voorbeeld 28849 spreekt niet meer")
    assert "Vanaf maandag 23 november 2026" in letter
    assert not declared(in_force)
    assert ends_well(in_force)


def test_who_is_not_named_again_acts_no_longer_from_the_day_of_the_new_one(registered: Portal) -> None:
    office = [{"name": each.name, "email": each.email, "acts": ["reports"]} for each in (PIA, NOOR)]
    signed(registered, a_declaration(registered, actors={"people": office}, real=True))
    registered.work()
    for someone in (PIA, NOOR):
        an_account(registered, someone)
    day = START.date() + dt.timedelta(days=3)
    again = [{"name": NOOR.name, "email": NOOR.email, "acts": ["invite"]}]
    signed(registered, a_declaration(registered, actors={"people": again}, since=day, real=True))
    assert (acts_of(registered, PIA), acts_of(registered, NOOR)) == ({"reports"}, {"reports"})
    registered.later(days=3)
    assert (acts_of(registered, PIA), acts_of(registered, NOOR)) == (set(), {"invite"})
    assert "handelt u niet meer" in registered.letter(PIA.email, "U handelt niet meer")
    assert ends_well(registered)


def acts_of(portal: Portal, someone: Someone) -> set[str]:
    person = portal.visitor(someone).person_id
    assert person is not None
    found = portal.ask(lambda: dossier.acting_for(reader(), person, at=portal.moment))  # type: ignore[arg-type]
    return {act for each in found for act in each.acts}


def test_a_school_that_another_board_lets_go_can_be_declared_from_that_day(in_force: Portal) -> None:
    """Merger and split: each board declares anew, and the old declaration ends the day before."""
    move(in_force, SCHOOL, THEIRS)
    day = START.date() + dt.timedelta(days=7)
    signed(in_force, a_declaration(in_force, OTHER_SCHOOL, "09KD00", since=day, real=True))
    browser = begun(in_force, IRIS, THEIRS).sees("vrij vanaf maandag 30 november 2026")
    chosen = [*browser.values()["schools"], SCHOOL]
    browser.choose("schools", *chosen).press(SAVE).press(SAVE).choose("collective", "no").press(SAVE).press(SAVE)
    assert "staat tot maandag 30 november 2026 in de verklaring van" in browser.faults()["since"]
    browser.fill(since__day="30", since__month="11", since__year="2026").press(SAVE)
    browser.press("Klaarzetten om te tekenen")
    in_force.work()
    theirs = in_force.case("board_declaration", organisation_id=in_force.organisation(THEIRS))
    signed(in_force, theirs, IRIS)
    ours = in_force.organisation(OURS)
    assert speaks_for(in_force, SCHOOL) == ours
    in_force.later(days=7)
    assert speaks_for(in_force, SCHOOL) == in_force.organisation(THEIRS)
    assert ends_well(in_force)


def speaks_for(portal: Portal, school: str) -> uuid.UUID | None:
    where = {"organisation_id": portal.organisation(school)}
    rows = portal.ask(lambda: holding.holding(reader(), "board_declaration", at=portal.moment, **where))
    assert len(rows) <= 1
    return rows[0].on_behalf_of if rows else None


@pytest.mark.parametrize(
    ("licence", "version"),
    [
        ({"collective": True, "reference": ""}, "one_invoice"),
        ({"collective": True, "reference": "4711", "invoice_each_school": True}, "per_school"),
        ({"collective": False}, None),
    ],
)
def test_a_board_licence_rests_on_a_signed_declaration_and_says_where_the_invoices_go(
    registered: Portal, licence: dict[str, Any], version: str | None
) -> None:
    """R002-18, -19, -20: recorded, in the ledger too, and only once it is signed."""
    case_id = a_declaration(registered, licence=licence, real=True)
    assert registered.count(InForce, kind="board_licence") == 0
    signed(registered, case_id)
    rows = registered.ask(lambda: [each.version for each in reader.query(InForce).filter_by(kind="board_licence")])
    assert rows == ([version] if version else [])
    entry = registered.ask(lambda: reader.query(ledger.Entry).filter_by(act="declare").one())
    assert entry.detail["invoices"] == (version or "per_school")
    assert ends_well(registered)


# --- Who may start, and who may act ------------------------------------------------------------------------------


def test_who_reads_reports_at_the_board_cannot_start_one(registered: Portal) -> None:
    a_role(registered, PIA, registered.organisation(OURS), Role.READER)
    pia = registered.sign_in(PIA).open(f"/organisaties/{registered.organisation(OURS)}").sees_not("Bestuursverklaring")
    pia.open(f"/zaken/begin/board_declaration?organisation={registered.organisation(OURS)}").press("Beginnen")
    assert pia.status == 409
    assert registered.count(Case, workflow="board_declaration") == 0


def test_starting_twice_leads_to_the_same_declaration(registered: Portal) -> None:
    begun(registered, EVA)
    begun(registered, ANN)
    assert registered.count(Case, workflow="board_declaration") == 1


def test_a_school_in_scope_counts_as_registered_and_is_acted_for(in_force: Portal) -> None:
    """R002-21: the declaration ties schools and board; the signatory may always act for all of them."""
    ann = in_force.sign_in(ANN).open(GATE)
    assert TAKES_PART not in ann.missing()
    assert "U hoort nog niet bij deze school" not in ann.missing()
    ann.open("/organisaties").follow("Rooms Katholieke Basisschool Antonius").follow("Mensen en rollen")
    ann.sees("U nodigt uit namens")


@pytest.mark.parametrize(("acts", "may_invite", "may_read"), [(["invite"], True, False), (["reports"], False, True)])
def test_the_board_office_does_what_it_was_given_and_no_more(
    registered: Portal, acts: list[str], may_invite: bool, may_read: bool
) -> None:
    """R002-21"""
    office = [{"name": PIA.name, "email": PIA.email, "acts": acts}]
    case_id = a_declaration(registered, actors={"people": office})
    for someone in (ANN, BAS):
        sign(registered, case_id, someone)
    an_account(registered, PIA)
    pia = registered.sign_in(PIA).open(f"/organisaties/{registered.organisation(SCHOOL)}/mensen")
    assert ("U nodigt uit namens" in pia.text) is may_invite
    assert ("U hoort nog niet bij deze school" not in pia.open(GATE).missing()) is may_read


def test_who_acts_for_a_school_does_so_on_record(in_force: Portal) -> None:
    """R002-21: every such act names both."""
    ann = in_force.sign_in(ANN).open(f"/organisaties/{in_force.organisation(SCHOOL)}/mensen")
    ann.fill(name=PIA.name, email=PIA.email).choose("role", "reader").press("Uitnodigen").sees("is uitgenodigd")
    entry = in_force.ask(lambda: reader.query(ledger.Entry).filter_by(act="invite").order_by("number").all()[-1])
    assert entry.actor == str(in_force.visitor(ANN).person_id)
    assert entry.on_behalf_of == str(in_force.organisation(SCHOOL))


def test_the_people_of_a_school_are_told(in_force: Portal) -> None:
    case_id = a_declaration(in_force)
    for someone in (ANN, BAS):
        sign(in_force, case_id, someone)
    assert "het voor de school mag handelen" in in_force.letter(TOM.email, "Stichting Voorbeeld 28849 verklaart")


def test_nobody_may_act_before_it_is_in_force(to_sign: Portal) -> None:
    ann = to_sign.visitor(ANN)
    assert ann.person_id is not None
    sign(to_sign, to_sign.case("board_declaration"), ANN)
    assert to_sign.ask(lambda: dossier.acting_for(reader(), ann.person_id, at=to_sign.moment)) == []  # type: ignore[arg-type]
