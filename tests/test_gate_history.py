"""What the gate said on another day, and by which documents: the same answer as it gave then, or that it is not known."""

import datetime as dt
from collections import Counter
from dataclasses import fields

import pytest
from sqlalchemy import Column, Table
from sqlalchemy.sql import visitors

from portal.database import reader
from portal.dossier import gate_history
from portal.dossier.deciding_statement import BY_PERSON
from portal.dossier.gate_history import Answer, History, Question
from portal.gate.conditions import CONDITIONS
from portal.offers.tables import Product
from portal.parties.tables import Person
from portal.record import past
from sqlalchemy import select, func
from tests.builders import ANN, BAS, NOOR, OURS, PRODUCT, SAM, SCHOOL, TOM, Portal, a_role, accepted_terms, sign
from tests.conftest import Tell
from tests.dpia_decisions import a_decision, a_model, reuse
from tests.pasts import Life
from tests.suppliers import a_published_agreement, an_agreement
from workflows.vocabulary import Role


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
    gated.do(lambda session: setattr(session.query(Product).one(), "conditions", sorted(CONDITIONS)))
    return gated


def read(portal: Portal, question: Question) -> History:
    return portal.ask(lambda: gate_history.read(reader(), question))


@pytest.mark.parametrize("seed", range(3))
def test_the_gate_says_of_every_moment_what_it_said_at_that_moment(everything: Portal, seed: int, tell: Tell) -> None:
    """Random lives of a portal; nothing is said of the past that was not said then."""
    life = Life(everything, seed)
    told = life.live(60)
    found = {each: read(everything, each) for each in {each.question for each in told}}
    spans = {each: everything.ask(history.spans) for each, history in found.items()}
    held = 0
    for each in told:
        said = found[each.question].at(each.at)
        assert (said.answer, set(said.missing)) == (each.answer, set(each.missing)), (each, life.done)
        [span] = [
            one for one in spans[each.question] if one.since <= each.at and (one.until is None or each.at < one.until)
        ]
        assert span.said == said
        held += 1
    seen = Counter(each.answer for each in told)
    assert min(seen[each] for each in (Answer.OPEN, Answer.SHUT, Answer.NO_ROLE)) > 10, f"{seen}: this proves little"
    assert everything.findings("past") == ()
    print(seen, Counter(code for each in told for code in each.missing), life.done)
    tell("what the gate said then", len(told), held)


def test_everything_that_the_gates_statement_reads_keeps_its_past() -> None:
    """A column that decides and is not kept would make the history say what is so now."""
    asked: dict[str, set[str]] = {}
    for each in visitors.iterate(BY_PERSON):
        if isinstance(each, Column) and isinstance(each.table, Table):
            asked.setdefault(each.table.name, set()).add(each.name)
    kept = {each.table.name: set(each.columns) for each in past.KEPT.values()}
    assert {name: columns - kept.get(name, set()) for name, columns in asked.items()} == dict.fromkeys(kept, set())


def test_before_the_keeping_began_it_is_not_known_and_says_so(everything: Portal) -> None:
    question = Question(everything.ask(lambda: reader.scalars(select(Person.id)).first()), PRODUCT, SCHOOL)
    history = read(everything, question)
    assert history.known_since
    assert history.at(history.known_since - dt.timedelta(microseconds=1)).answer is Answer.NOT_KNOWN
    assert history.at(history.known_since).answer is not Answer.NOT_KNOWN
