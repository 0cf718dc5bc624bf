"""Nothing that the gate says is kept: what lapses, is blocked, or is signed out counts at the very next question."""

import datetime as dt
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.cases import in_force as rows_in_force
from portal.cases.tables import InForce
from portal.database import reader
from portal.gate.conditions import CONDITIONS
from portal.offers import blocks
from portal.offers.tables import Block, Product
from portal.parties import people
from portal.parties.tables import Membership, Person, WebSession
from tests.builders import ANN, BAS, NOOR, OURS, PRODUCT, SAM, SANNE, SCHOOL, TOM, Portal, a_role, accepted_terms, sign
from tests.conftest import Tell
from tests.dpia_decisions import a_decision, a_model, reuse
from tests.gates import ask
from tests.proxies import behind_nginx
from tests.suppliers import a_published_agreement, an_agreement
from workflows.vocabulary import Role

PAGE = f"/rapporten/{PRODUCT}/{SCHOOL}"

PAST = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
EVERYTHING = ["account", "block", "second_factor", "registered", "agreement", "dpia", "member", "terms"]


def tom_in(session: Session) -> Person:
    found: Person = session.scalar(select(Person).where(Person.email == TOM.email))
    return found


def in_force_until(kind: str) -> Callable[[Session, bool], None]:
    """Lets what holds of this kind end, or hold again."""

    def change(session: Session, lapsed: bool) -> None:
        session.query(InForce).filter_by(kind=kind).update({"until": PAST if lapsed else None})

    return change


def of_tom(*, well: dict[str, object], lapsed: dict[str, object], table: type[Person | Membership] = Membership) -> Callable[[Session, bool], None]:  # fmt: skip
    """Changes Tom, or his role."""

    def change(session: Session, is_lapsed: bool) -> None:
        mine = Person.id if table is Person else Membership.person_id
        session.query(table).filter(mine == tom_in(session).id).update(lapsed if is_lapsed else well)

    return change


def blocked(session: Session, lapsed: bool) -> None:
    """Shuts Tom out of the product, or lets him in again."""
    if not lapsed:
        session.query(Block).delete()
        return
    desk = session.query(Membership).filter_by(role=Role.SERVICE_DESK).first()
    assert desk is not None
    block = Block(person_id=tom_in(session).id, product_id=session.query(Product).one().id, reason="x", since=PAST)
    block.organisation_id, block.blocked_by = desk.organisation_id, desk.person_id
    session.add(block)


def _changed(change: Callable[[Session, bool], None], lapsed: bool, session: Session) -> None:
    change(session, lapsed)


LAPSES: dict[str, Callable[[Session, bool], None]] = {
    "account": of_tom(table=Person, well={"blocked_at": None}, lapsed={"blocked_at": PAST}),
    "block": blocked,
    "second_factor": of_tom(well={"role": "reader"}, lapsed={"role": "privacy_officer"}),
    "registered": in_force_until(rows_in_force.BOARD_DECLARATION),
    "agreement": in_force_until(rows_in_force.PROCESSOR_AGREEMENT),
    "dpia": in_force_until(rows_in_force.DPIA_REUSE),
    "member": of_tom(well={"status": "active"}, lapsed={"status": "ended"}),
    "terms": in_force_until(rows_in_force.USAGE_TERMS),
}


@pytest.fixture
def everything(gated: Portal) -> Portal:
    """The product asks for all there is, and Tom comes in."""
    accepted_terms(gated, TOM)
    a_role(gated, NOOR, gated.organisation(OURS), Role.PRIVACY_OFFICER)
    a_published_agreement(gated)
    case_id = an_agreement(gated)
    for someone in (ANN, BAS, SAM):
        sign(gated, case_id, someone)
        gated.work()
    a_model(gated)
    a_decision(gated, reuse())
    gated.do(lambda session: setattr(session.query(Product).one(), "conditions", EVERYTHING))
    return gated


@pytest.mark.row(13, "each condition lapses: page, proxy, application")
def test_every_door_is_shut_the_moment_a_condition_lapses_and_open_the_moment_it_is_met_again(
    everything: Portal, tmp_path: Path, tell: Tell
) -> None:
    """quality.md, row 13: the page, the explanation, the proxy's question and the application behind a real nginx."""
    tom = everything.sign_in(TOM)
    with behind_nginx(everything, tmp_path / "nginx") as client:
        outside = client.with_cookie_of(everything, TOM)
        tried = 0
        for code, change in LAPSES.items():
            assert (ask(tom), tom.open(PAGE).status, outside.get().status) == ((204, None), 200, 200), code
            everything.do(partial(_changed, change, True))
            begun = time.monotonic()
            application = outside.get()
            assert time.monotonic() - begun < 1
            assert (application.status, application.seen) == (302, False), code
            nothing_to_do_with_it = code == "member"
            assert ask(tom) == (403, None if nothing_to_do_with_it else code)
            assert tom.send("GET", PAGE).status in ((404,) if nothing_to_do_with_it else (302, 403)), code
            everything.do(partial(_changed, change, False))
            tried += 3
        assert (ask(tom), outside.get().status) == ((204, None), 200)
    assert set(LAPSES) == set(EVERYTHING) == set(CONDITIONS), "a new condition has its lapse here"
    tell("no door stays open after a condition lapsed", tried, tried)


def test_who_is_blocked_altogether_is_signed_out_everywhere(gated: Portal) -> None:
    accepted_terms(gated, TOM)
    tom = gated.sign_in(TOM)
    assert ask(tom) == (204, None)
    gated.do(lambda session: people.block(session, tom_in(session), at=gated.moment))
    assert ask(tom) == (401, None)


def test_a_block_for_the_product_counts_at_the_very_next_question(gated: Portal) -> None:
    accepted_terms(gated, TOM)
    tom = gated.sign_in(TOM)
    assert ask(tom) == (204, None)
    tom_id, desk = gated.visitor(TOM).person_id, gated.visitor(SANNE).person_id
    assert tom_id and desk
    product_id = gated.ask(lambda: reader.scalar(select(Product.id)))
    with gated.opened():
        blocks.block(tom_id, product_id, reason="x", words="", until=None, by=desk, contact="x@example.nl")
    assert ask(tom) == (403, "block")


def test_a_role_that_asks_for_a_second_factor_shuts_the_gate_also_where_the_product_does_not_ask(gated: Portal) -> None:
    """The portal shows such a person no page either."""
    accepted_terms(gated, TOM)
    gated.do(lambda session: setattr(session.query(Product).one(), "conditions", ["account", "member", "terms"]))
    tom = gated.sign_in(TOM)
    assert ask(tom) == (204, None)
    gated.do(
        lambda session: (
            session.query(Membership).filter_by(person_id=tom_in(session).id).update({"role": "privacy_officer"})
        )
    )
    assert ask(tom) == (403, "second_factor")


# --- Sessions ------------------------------------------------------------------------------------------------------


def test_being_at_an_application_counts_as_being_here_until_the_longest_time_is_over(gated: Portal) -> None:
    accepted_terms(gated, TOM)
    tom = gated.sign_in(TOM)
    for _ in range(14):
        gated.later(minutes=50)
        assert ask(tom) == (204, None)
    gated.later(minutes=30)
    assert ask(tom) == (401, None), "twelve hours after signing in it is over"


@pytest.mark.row(13, "an old session")
def test_a_session_that_was_left_alone_is_over(gated: Portal) -> None:
    accepted_terms(gated, TOM)
    tom = gated.sign_in(TOM)
    gated.later(minutes=59)
    assert ask(tom) == (204, None)
    gated.later(minutes=60)
    assert ask(tom) == (401, None)


def test_a_question_writes_nothing_but_that_somebody_was_here_once_a_minute(gated: Portal) -> None:
    accepted_terms(gated, TOM)
    tom = gated.sign_in(TOM)
    seen = []
    for _ in range(8):
        assert ask(tom) == (204, None)
        seen.append(gated.ask(lambda: reader.scalar(select(WebSession.seen_at).order_by(WebSession.made_at.desc()))))
        gated.later(seconds=20)
    assert len(set(seen)) == 3


def test_who_signs_out_is_out_of_every_application(gated: Portal) -> None:
    accepted_terms(gated, TOM)
    tom = gated.sign_in(TOM).open("/")
    kept = tom.client.get_cookie("tekenpoort")
    assert kept and ask(tom) == (204, None)
    tom.open("/").press("Uitloggen")
    tom.client.set_cookie("tekenpoort", kept.value)
    assert ask(tom) == (401, None)
