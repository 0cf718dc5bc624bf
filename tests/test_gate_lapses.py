"""Nothing that the gate says is kept: what lapses, is blocked, or is signed out counts at the very next question."""

import datetime as dt

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.cases import in_force as rows_in_force
from portal.cases.tables import InForce
from portal.database import reader
from portal.offers import blocks
from portal.offers.tables import Product
from portal.parties import people
from portal.parties.tables import Membership, Person, WebSession
from tests.builders import SANNE, TOM, Portal, accepted_terms
from tests.gates import ask

LAPSES = {
    "account": lambda session: people.block(session, tom_in(session), at=dt.datetime.now(dt.UTC)),
    "member": lambda session: (
        session.query(Membership).filter_by(person_id=tom_in(session).id).update({"status": "ended"})
    ),
    "terms": lambda session: end_rows(session, rows_in_force.USAGE_TERMS),
    "registered": lambda session: end_rows(session, rows_in_force.BOARD_DECLARATION),
}


def tom_in(session: Session) -> Person:
    found: Person = session.scalar(select(Person).where(Person.email == TOM.email))
    return found


def end_rows(session: Session, kind: str) -> None:
    session.query(InForce).filter_by(kind=kind).update({"until": START_OF_TIME})


START_OF_TIME = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
TOLD = {"account": (401, None), "member": (403, None), "terms": (403, "terms"), "registered": (403, "registered")}


@pytest.mark.parametrize("lapsed", LAPSES)
def test_what_lapses_counts_at_the_very_next_question(gated: Portal, lapsed: str) -> None:
    """quality.md, row 13: the session is as it was, the condition is not."""
    accepted_terms(gated, TOM)
    tom = gated.sign_in(TOM)
    assert ask(tom) == (204, None)
    gated.do(LAPSES[lapsed])
    assert ask(tom) == TOLD[lapsed]


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
