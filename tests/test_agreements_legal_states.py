"""What two people do to one agreement at one moment leaves legal states only, and nobody's words are lost silently."""

import random
import uuid
from collections import Counter
from typing import Any

import pytest
from sqlalchemy import select

from portal.cases import answering, in_force, starting
from portal.cases.answering import StaleAnswerError
from portal.cases.offering import withdrawing
from portal.cases.offering.tables import Offer
from portal.cases.tables import Case, Document, InForce, Signature, StepAnswer
from portal.clock import now
from portal.database import act, reader
from portal.offers.tables import Publication
from tests.agreements import a_stage, case_of, offer, prepared, ready_to_sign
from tests.battery import Sample
from tests.builders import ANN, BAS, NOOR, OURS, SANNE, Portal, Someone, _certify, a_declaration, sign, submit
from tests.conftest import Tell
from tests.test_agreements_raced import Deed, at_once, copies, held, signing_by, told
from tests.test_two_sides import SAM
from workflows.processor_agreement import POINTS

pytestmark = [pytest.mark.fault, pytest.mark.timeout(1800)]
FEW, MANY = 20, 100


@pytest.fixture
def stage(registered: Portal) -> Portal:
    portal = a_stage(registered)
    offer(portal, OURS)
    return portal


@pytest.fixture
def to_sign(stage: Portal) -> Portal:
    """Our board's document waits for its two signatures."""
    ready_to_sign(stage, case_of(stage))
    return stage


# --- Two who assess ----------------------------------------------------------------------------------------------


@pytest.mark.row(5, "two assessors answer one step at one moment")
def test_of_two_who_assess_one_is_kept_and_the_other_is_told(stage: Portal, sample: Sample, tell: Tell) -> None:
    many, chance, first = sample.size(FEW, MANY), random.Random(sample.seed), Counter[str]()
    case_id = case_of(stage)
    prepared(stage, case_id)
    for number in range(many):
        seen, stale = 2 * number, dict[str, StaleAnswerError]()
        words = {each.name: f"{each.name} vindt {number} te lang." for each in (NOOR, ANN)}
        did = at_once(
            stage, chance, *(assessing(stage, case_id, each, words[each.name], seen, stale) for each in (NOOR, ANN))
        )
        assert sorted(did) == ["done", "refused"]
        winner, loser = (NOOR, ANN) if did[0] == "done" else (ANN, NOOR)
        first[winner.name] += 1
        assert kept(stage, case_id) == (words[winner.name], seen + 1)
        assert stale[loser.name].stored["retention_why"] == words[winner.name], "what the colleague said is shown"
        with stage.opened():  # having read that, the other keeps their own words
            answer(stage, case_id, loser, words[loser.name], stale[loser.name].version)
        assert kept(stage, case_id) == (words[loser.name], seen + 2)
    tell(f"two assessors at one step ({first[NOOR.name]} times the first of the two)", many, sum(first.values()))


def assessing(
    portal: Portal, case_id: uuid.UUID, someone: Someone, why: str, seen: int, stale: dict[str, StaleAnswerError]
) -> Deed:
    """What this person sends; what they are told where they were second."""

    def do() -> None:
        try:
            answer(portal, case_id, someone, why, seen)
        except StaleAnswerError as fault:
            stale[someone.name] = fault
            raise

    return do


def answer(portal: Portal, case_id: uuid.UUID, someone: Someone, why: str, seen: int) -> None:
    points: dict[str, Any] = {name: "ok" for name, _, _ in POINTS[:6]}
    values = {**points, "retention": "remark", "retention_why": why}
    answering.answer(case_id, "content", values, by=portal.visitor(someone), seen=seen, follow=portal.follow)


def kept(portal: Portal, case_id: uuid.UUID) -> tuple[str, int]:
    """The explanation that is stored, and its version."""
    found = portal.ask(lambda: reader.get_one(StepAnswer, (case_id, "content")))
    return str(found.values["retention_why"]), found.version


def test_who_was_second_reads_both_and_finds_their_own_words_in_the_form(stage: Portal) -> None:
    case_id = case_of(stage)
    prepared(stage, case_id)
    pages = {each.name: stage.sign_in(each).open(f"/zaken/{case_id}/content") for each in (NOOR, ANN)}
    for who, page in pages.items():
        for name, _, _ in POINTS[:6]:
            page.choose(name, "remark" if name == "retention" else "ok")
        page.press("Opslaan en verder").fill(retention_why=f"{who} vindt dit te lang.")
    pages[NOOR.name].press("Opslaan en verder")
    second = pages[ANN.name].press("Opslaan en verder")
    assert second.status == 409
    second.sees(
        "Een collega heeft deze stap intussen gewijzigd",
        f"{NOOR.name} vindt dit te lang.",
        f"{ANN.name} vindt dit te lang.",
    )
    assert second.values()["retention_why"] == [f"{ANN.name} vindt dit te lang."]
    assert kept(stage, case_id)[0] == f"{NOOR.name} vindt dit te lang."
    second.press("Opslaan en verder")
    assert kept(stage, case_id)[0] == f"{ANN.name} vindt dit te lang."


# --- A version that is withdrawn for all -------------------------------------------------------------------------


def of_their_own(portal: Portal, many: int) -> list[tuple[uuid.UUID, list[uuid.UUID]]]:
    """So many versions, each with two cases that wait for signatures."""
    cases = copies(portal, 2 * many)

    def part(session: Any) -> list[tuple[uuid.UUID, list[uuid.UUID]]]:
        first = session.get_one(Case, cases[0]).publication
        made = []
        for number in range(many):
            names = ("product_id", "kind", "title", "body", "sha256", "since", "grace_days")
            copy = Publication(version=f"c{number}", **{name: getattr(first, name) for name in names})
            session.add(copy)
            session.flush()
            pair = cases[2 * number : 2 * number + 2]
            for case_id in pair:
                session.get_one(Case, case_id).publication_id = copy.id
                session.scalars(select(Offer).filter_by(case_id=case_id)).one().publication_id = copy.id
            made.append((copy.id, pair))
        return made

    with portal.opened(), act() as session:
        return part(session)


def withdrawing_all(portal: Portal, publication_id: uuid.UUID) -> Deed:
    desk = portal.visitor(SANNE)
    return lambda: withdrawing.withdraw_all(publication_id, words="Er staat een fout in.", by=desk)


@pytest.mark.row(6, "a board signs while its supplier withdraws the version for all")
def test_nothing_is_signed_after_a_version_was_withdrawn_for_all(to_sign: Portal, sample: Sample, tell: Tell) -> None:
    many, chance, seen = sample.size(FEW, MANY), random.Random(sample.seed), Counter[tuple[str, ...]]()
    for publication_id, pair in of_their_own(to_sign, many):
        sign(to_sign, pair[0], ANN)
        did = at_once(to_sign, chance, signing_by(to_sign, pair[0], BAS), withdrawing_all(to_sign, publication_id))
        seen[did] += 1
        assert did[1] == "done"
        expected = ["sign", "sign", "withdrawn"] if did[0] == "done" else ["sign", "withdrawn"]
        assert told(to_sign, pair[0], "sign", "withdrawn") == expected
        assert told(to_sign, pair[1], "sign", "withdrawn") == ["withdrawn"]
        for case_id in pair:
            assert (to_sign.state(case_id), held(to_sign, case_id)) == ("withdrawn", 0)
            assert to_sign.count(Document, case_id=case_id, void_at=None) == 0
    tell(f"signing against a version withdrawn for all ({seen['done', 'done']} signed first)", many, sum(seen.values()))


@pytest.mark.row(6, "the last signature while the version is withdrawn for all")
def test_the_last_signature_or_the_withdrawal_of_the_version(to_sign: Portal, sample: Sample, tell: Tell) -> None:
    """Sam countersigns while the service desk withdraws the version: in force and it stays, or withdrawn unsigned."""
    many, chance, seen = sample.size(FEW, MANY), random.Random(sample.seed), Counter[tuple[str, ...]]()
    for publication_id, pair in of_their_own(to_sign, many):
        for each in (ANN, BAS):
            sign(to_sign, pair[0], each)
        did = at_once(to_sign, chance, signing_by(to_sign, pair[0], SAM), withdrawing_all(to_sign, publication_id))
        seen[did] += 1
        assert did[1] == "done"
        if did[0] == "done":
            assert to_sign.state(pair[0]) == "decided" and held(to_sign, pair[0]) > 0
            assert told(to_sign, pair[0], "withdrawn") == []
        else:
            assert to_sign.state(pair[0]) == "withdrawn" and held(to_sign, pair[0]) == 0
            assert told(to_sign, pair[0], "sign", "withdrawn") == ["sign", "sign", "withdrawn"]
        assert to_sign.state(pair[1]) == "withdrawn"
    tell(
        f"the last signature against withdrawing a version ({seen['done', 'done']} in force)", many, sum(seen.values())
    )


# --- A declaration that is revoked -------------------------------------------------------------------------------


def a_revocation(portal: Portal) -> uuid.UUID:
    """Our board's declaration that holds, and the case that revokes it, which waits for Ann alone."""
    declared = a_declaration(portal, since=portal.moment.date())
    for each in (ANN, BAS):
        sign(portal, declared, each)
    ann, board = portal.visitor(ANN), portal.organisation(OURS)
    with portal.opened():
        case_id = starting.start("declaration_revocation", by=ann, organisation_id=board)
        values = {
            "declarations": [str(declared)],
            "since": portal.moment.date().isoformat(),
            "reason": "De scholen gaan over naar een ander bestuur.",
        }
        answering.answer(case_id, "revocation", values, by=ann, seen=0, follow=portal.follow)
    submit(portal, case_id, ann)
    portal.do(lambda session: _certify(session.get_one(Case, case_id), session))
    sign(portal, case_id, BAS)
    return case_id


@pytest.mark.row(6, "a board revokes its declaration while it signs an agreement")
def test_a_board_that_revokes_its_declaration_while_it_signs(to_sign: Portal, sample: Sample, tell: Tell) -> None:
    """Ann signs the revocation while Bas signs the agreement, each as the second of two: both are done, once each;
    the agreement goes on to the supplier, and holds for the schools that it names."""
    many, chance, order = sample.size(FEW, MANY), random.Random(sample.seed), Counter[str]()
    board = to_sign.organisation(OURS)
    for case_id in copies(to_sign, many):
        revoked = a_revocation(to_sign)
        sign(to_sign, case_id, ANN)
        did = at_once(to_sign, chance, signing_by(to_sign, case_id, BAS), signing_by(to_sign, revoked, ANN))
        assert did == ("done", "done")
        assert (to_sign.state(case_id), to_sign.state(revoked)) == ("signing", "decided")
        speaks = to_sign.ask(
            lambda: in_force.holding(reader(), in_force.BOARD_DECLARATION, at=now(), on_behalf_of=board)
        )
        assert speaks == [], "the board speaks for no school any more"
        document = to_sign.document(case_id).id
        assert to_sign.count(Signature, document_id=document) == 2
        order[both_signed(to_sign, case_id, revoked)] += 1
        sign(to_sign, case_id, SAM)
        assert to_sign.state(case_id) == "decided"
        rows = to_sign.ask(lambda case_id=case_id: list(reader.scalars(select(InForce).filter_by(case_id=case_id))))  # type: ignore[misc]
        assert len({each.organisation_id for each in rows}) == len(rows) > 1
        assert {each.on_behalf_of for each in rows} == {board}
    tell(f"an agreement signed while the declaration is revoked ({order['first']} signed first)", many, many)


def both_signed(portal: Portal, case_id: uuid.UUID, revoked: uuid.UUID) -> str:
    """Which of the two last signatures the ledger has first."""
    numbers = [
        max(
            portal.ask(
                lambda each=each: [one.ledger_size for one in reader.get_one(Case, each).documents[-1].signatures]
            )
        )  # type: ignore[misc]
        for each in (case_id, revoked)
    ]
    return "first" if numbers[0] < numbers[1] else "second"
