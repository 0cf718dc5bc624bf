"""Taking a declaration back: who signs, from which day, who is told, and that the gate shuts at the next request."""

import datetime as dt
import uuid
from typing import Any

from portal import dossier
from portal.cases import answering, starting
from portal.cases import in_force as holding
from portal.cases.tables import InForce
from portal.database import reader
from portal.parties.tables import Membership
from tests.builders import (
    ANN,
    BAS,
    EVA,
    IRIS,
    OURS,
    PRODUCT,
    SCHOOL,
    START,
    TOM,
    Portal,
    Someone,
    a_declaration,
    accepted_terms,
    all_is_well,
    an_account,
    sign,
    submit,
)

PIA = Someone("Pia Groen", "pia@ons.example")
REPORT = f"/rapporten/{PRODUCT}/{SCHOOL}"


def a_revocation(portal: Portal, *, since: dt.date | None = None, by: Someone = ANN) -> uuid.UUID:
    """The revocation of the declaration that holds, sent."""
    visitor, declared = portal.visitor(by), portal.case("board_declaration")
    values: dict[str, Any] = {
        "declarations": [str(declared)],
        "since": (since or START.date()).isoformat(),
        "reason": "De scholen gaan naar een ander bestuur.",
    }
    with portal.opened():
        case_id = starting.start("declaration_revocation", by=visitor, organisation_id=portal.organisation(OURS))
        answering.answer(case_id, "revocation", values, by=visitor, seen=0, follow=portal.follow)
    submit(portal, case_id, visitor)
    return case_id


def signed(portal: Portal, case_id: uuid.UUID, *those: Someone) -> uuid.UUID:
    portal.work()
    for someone in those or (ANN, BAS):
        sign(portal, case_id, someone)
    portal.work()
    return case_id


def declared(portal: Portal) -> bool:
    where = {"organisation_id": portal.organisation(SCHOOL)}
    return bool(portal.ask(lambda: holding.holding(reader(), "board_declaration", at=portal.moment, **where)))


def test_the_board_takes_its_declaration_back_and_the_gate_shuts_at_the_next_request(in_force: Portal) -> None:
    accepted_terms(in_force, TOM)
    tom = in_force.sign_in(TOM).open(REPORT)
    assert tom.status == 200
    where = f"/zaken/begin/declaration_revocation?organisation={in_force.organisation(OURS)}"
    eva = in_force.sign_in(EVA).open(where).press("Beginnen").follow("Welke verklaring trekt u in?")
    eva.sees("BV-2026-00001 van Stichting Voorbeeld 28849", "3 scholen en vestigingen")
    eva.fill(since__day="23", since__month="11", since__year="2026", reason="Fusie").press("Opslaan en verder")
    eva.press("Klaarzetten om te tekenen")
    case_id = signed(in_force, in_force.case("declaration_revocation"))
    assert in_force.state(case_id) == "decided"
    assert tom.open(REPORT).status != 200
    assert not declared(in_force)
    assert "spreekt Stichting Voorbeeld 28849 niet meer voor" in in_force.letter(TOM.email, "Stichting Voorbeeld 28849")
    assert all_is_well(in_force)


def test_one_of_two_joint_signatures_does_not_take_it_back(in_force: Portal) -> None:
    signed(in_force, a_revocation(in_force), ANN)
    assert declared(in_force)


def test_from_a_later_day_it_holds_until_then(in_force: Portal) -> None:
    signed(in_force, a_revocation(in_force, since=START.date() + dt.timedelta(days=7)))
    in_force.moment = dt.datetime(2026, 11, 29, 22, 59, tzinfo=dt.UTC)
    assert declared(in_force)
    assert not declared(in_force.later(minutes=1))
    assert all_is_well(in_force)


def test_who_acted_for_the_schools_does_so_no_longer(registered: Portal) -> None:
    office = [{"name": PIA.name, "email": PIA.email, "acts": ["reports"]}]
    case_id = a_declaration(registered, actors={"people": office}, real=True)
    for someone in (ANN, BAS):
        sign(registered, case_id, someone)
    registered.work()
    an_account(registered, PIA)
    signed(registered, a_revocation(registered, since=START.date() + dt.timedelta(days=3)))
    pia = registered.visitor(PIA).person_id
    assert pia is not None

    def acting() -> bool:
        return bool(registered.ask(lambda: dossier.acting_for(reader(), pia, at=registered.moment)))  # type: ignore[arg-type]

    assert acting()
    registered.later(days=3)
    assert not acting()
    assert registered.sign_in(PIA).open(f"/organisaties/{registered.organisation(OURS)}").status == 404
    assert "handelt u niet meer namens de scholen" in registered.letter(PIA.email, "U handelt niet meer")
    row = registered.ask(lambda: reader.query(Membership).filter_by(person_id=pia).one())
    assert row.until is not None


def test_without_a_declaration_there_is_nothing_to_take_back(registered: Portal) -> None:
    where = f"/zaken/begin/declaration_revocation?organisation={registered.organisation(OURS)}"
    ann = registered.sign_in(ANN).open(where).press("Beginnen").follow("Welke verklaring trekt u in?")
    ann.fill(since__day="23", since__month="11", since__year="2026", reason="Fusie").press("Opslaan en verder")
    assert ann.status == 422
    assert "declarations" in ann.faults()
    ann.sees("Dan heeft uw bestuur geen verklaring")


def test_another_boards_declaration_cannot_be_named(in_force: Portal) -> None:
    theirs = f"/zaken/begin/declaration_revocation?organisation={in_force.organisation('31189')}"
    iris = in_force.sign_in(IRIS).open(theirs).press("Beginnen").follow("Welke verklaring trekt u in?")
    ours = str(in_force.case("board_declaration"))
    fields = {"since-day": "23", "since-month": "11", "since-year": "2026", "reason": "x", "seen": "0"}
    iris.post(iris.address, {**fields, "declarations": ours, "shown": "declarations since reason"})
    assert iris.status == 422
    assert "declarations" in iris.faults()


def test_a_declaration_that_is_replaced_before_the_revocation_is_signed_is_not_taken_back_twice(
    in_force: Portal,
) -> None:
    case_id = a_revocation(in_force)
    in_force.work()
    anew = a_declaration(in_force.later(minutes=1), real=True)
    for someone in (ANN, BAS):
        sign(in_force, anew, someone)
    sign(in_force, case_id, ANN)
    bas = in_force.sign_in(BAS).open(f"/tekenen/{in_force.document(case_id).id}")
    bas.fill(typed_name=BAS.name, code=in_force.code(BAS)).press("Teken nu")
    assert bas.status == 409
    bas.sees("geldt niet meer")
    assert declared(in_force)
    assert in_force.count(InForce, kind="board_declaration", until=None) == 3
