"""Two people at one moment about one agreement: withdrawn or signed, offered once, and never anything in between."""

import random
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import select

from portal.cases import in_force, reissuing, signing, starting
from portal.cases.offering import making, withdrawing
from portal.cases.offering.tables import Offer
from portal.cases.tables import Case, Document, InForce, Revision, Signature
from portal.clock import now
from portal.database import act, reader
from portal.documents import vault
from portal.errors import NotFoundError, RefusedError
from portal.offers.tables import Product
from portal.parties import mandates, mandating
from portal.parties.tables import Organisation
from portal.record import ledger
from portal.record.ledger import Entry
from portal.worker import Worker
from tests.agreements import a_stage, a_version, case_of, offer, offer_to, open_cases, published, ready_to_sign
from tests.battery import Sample
from tests.builders import A_PDF, ANN, BAS, EVA, OURS, PRODUCT, SANNE, Portal, Someone, sign
from tests.conftest import Tell
from tests.test_two_sides import SAM

pytestmark = [pytest.mark.fault, pytest.mark.timeout(1800)]
FEW, MANY = 20, 100
Deed = Callable[[], None]


@pytest.fixture
def stage(registered: Portal) -> Portal:
    return a_stage(registered)


@pytest.fixture
def to_sign(stage: Portal) -> Portal:
    """Our board's document waits for its two signatures."""
    offer(stage, OURS)
    ready_to_sign(stage, case_of(stage))
    return stage


def at_once(portal: Portal, chance: random.Random, *deeds: Deed) -> tuple[str, ...]:
    """Each of these by a thread of its own, from one moment: done, or refused."""
    barrier, said = threading.Barrier(len(deeds)), [""] * len(deeds)
    waits = [chance.uniform(0, 0.006) for _ in deeds]
    there = replace(portal)

    def do(place: int) -> None:
        barrier.wait(30)
        time.sleep(waits[place])
        try:
            with there.opened():
                deeds[place]()
            said[place] = "done"
        except (RefusedError, NotFoundError):
            said[place] = "refused"
        except Exception as fault:
            said[place] = f"{type(fault).__name__}: {fault}"

    threads = [threading.Thread(target=do, args=(place,)) for place in range(len(deeds))]
    for each in threads:
        each.start()
    for each in threads:
        each.join(60)
    assert set(said) <= {"done", "refused"}, said
    return tuple(said)


def signing_by(portal: Portal, case_id: uuid.UUID, someone: Someone) -> Deed:
    """What this person presses, with a code that is good now."""
    document, code, visitor = portal.document(case_id), portal.code(someone), portal.visitor(someone)

    def do() -> None:
        signing.sign(
            {document.id: document.certified or ""},
            by=visitor,
            typed_name=someone.name,
            code=code,
            code_is_good=portal.code_is_good,
            follow=portal.follow,
        )

    return do


def withdrawing_by(portal: Portal, case_id: uuid.UUID, someone: Someone = SANNE) -> Deed:
    visitor = portal.visitor(someone)
    return lambda: withdrawing.withdraw(case_id, words="Er staat een fout in.", by=visitor)


def copies(portal: Portal, many: int) -> list[uuid.UUID]:
    """The case that waits for signatures, and more of the same, each with its own offer."""
    with portal.opened(), act() as session:
        case = session.get_one(Case, case_of(portal))
        first, offered = case.documents[-1], session.scalars(select(Offer).filter_by(case_id=case.id)).one()
        names = (
            "workflow", "workflow_version", "organisation_id", "counterparty_id", "product_id", "publication_id",
            "state", "submitted_at", "signing_for",
        )  # fmt: skip
        made = [case.id]
        for number in range(many - 1):
            copy = Case(reference=f"VO-C-{number:05}", **{name: getattr(case, name) for name in names})
            copy.answers = [type(each)(step=each.step, values=each.values) for each in case.answers]
            session.add(copy)
            session.flush()
            told = ("title", "template", "facts", "state", "certified", "current", "is_test", "made_at")
            document = Document(case_id=copy.id, code=f"COPY-{number:05}", **{n: getattr(first, n) for n in told})
            document.revisions = [Revision(number=1, blob=first.certified)]
            session.add(document)
            board = Organisation(kind="board", name=f"Kopie {number}")
            session.add(board)
            session.flush()
            where = {"round_id": offered.round_id, "publication_id": offered.publication_id}
            session.add(Offer(case_id=copy.id, organisation_id=board.id, **where))
            made.append(copy.id)
        return made


def told(portal: Portal, case_id: uuid.UUID, *acts: str) -> list[str]:
    """Which of these acts the ledger tells of a case, in its order."""
    entries = portal.ask(lambda: list(reader.scalars(select(Entry).where(Entry.act.in_(acts)).order_by(Entry.number))))
    return [each.act for each in entries if str(case_id) in (each.detail.get("case"), each.subject[5:])]


def held(portal: Portal, case_id: uuid.UUID) -> int:
    return portal.count(InForce, case_id=case_id)


# --- Signing against withdrawing ---------------------------------------------------------------------------------


@pytest.mark.row(6, "a board signs while its supplier withdraws")
def test_nothing_is_signed_after_the_supplier_withdrew_it(to_sign: Portal, sample: Sample, tell: Tell) -> None:
    many, chance, seen = sample.size(FEW, MANY), random.Random(sample.seed), Counter[tuple[str, ...]]()
    for case_id in copies(to_sign, many):
        sign(to_sign, case_id, ANN)
        seen[at_once(to_sign, chance, signing_by(to_sign, case_id, BAS), withdrawing_by(to_sign, case_id))] += 1
        acts = told(to_sign, case_id, "sign", "withdrawn")
        assert acts in (["sign", "withdrawn"], ["sign", "sign", "withdrawn"]), acts
        assert (to_sign.state(case_id), held(to_sign, case_id)) == ("withdrawn", 0)
        assert to_sign.count(Document, case_id=case_id, void_at=None) == 0
    tell(f"signing against a supplier that withdraws ({seen['done', 'done']} signed first)", many, sum(seen.values()))


@pytest.mark.row(6, "the last signature while the supplier withdraws")
def test_the_last_signature_or_the_withdrawal_never_both(to_sign: Portal, sample: Sample, tell: Tell) -> None:
    """Sam countersigns while the service desk withdraws: in force with nothing withdrawn, or the other way round."""
    many, chance, seen = sample.size(FEW, MANY), random.Random(sample.seed), Counter[tuple[str, ...]]()
    for case_id in copies(to_sign, many):
        for each in (ANN, BAS):
            sign(to_sign, case_id, each)
        did = at_once(to_sign, chance, signing_by(to_sign, case_id, SAM), withdrawing_by(to_sign, case_id))
        seen[did] += 1
        offered = to_sign.ask(lambda case_id=case_id: reader.query(Offer).filter_by(case_id=case_id).one())  # type: ignore[misc]
        if did == ("done", "refused"):
            assert to_sign.state(case_id) == "decided" and offered.withdrawn_at is None and held(to_sign, case_id) > 0
        else:
            assert did == ("refused", "done"), did
            assert to_sign.state(case_id) == "withdrawn" and offered.withdrawn_at and held(to_sign, case_id) == 0
    tell(f"the last signature against withdrawing ({seen['done', 'refused']} in force)", many, sum(seen.values()))


# --- What a board loses while it signs ---------------------------------------------------------------------------


@pytest.mark.row(6, "a board loses a mandate while it signs an agreement")
def test_nobody_signs_after_their_mandate_ended(to_sign: Portal, sample: Sample, tell: Tell) -> None:
    """Bas may bind the board, then he may not: each time he signs at that moment. He is given it back afterwards."""
    many, chance, signed = sample.size(FEW, MANY), random.Random(sample.seed), 0
    board, bas = to_sign.organisation(OURS), to_sign.visitor(BAS).person_id

    def end() -> None:
        with act() as session:
            held_now = mandates.mandates_from(session, board, at=now())
            leaving = [each.id for each in held_now if each.person_id == bas]
            said = mandating.change(session, board, at=now(), leaving=leaving)
            ledger.append(session, act="mandates", subject=f"organisation:{board}", **said)

    for case_id in copies(to_sign, many):
        sign(to_sign, case_id, ANN)
        at_once(to_sign, chance, signing_by(to_sign, case_id, BAS), end)
        entries = to_sign.ask(lambda: list(reader.scalars(select(Entry).order_by(Entry.number.desc()).limit(8))))
        ended = next(each.number for each in entries if each.act == "mandates")
        his = [each.number for each in entries if each.act == "sign" and each.detail.get("case") == str(case_id)]
        his = [number for number in his if number in [each.number for each in entries if each.actor == str(bas)]]
        assert all(number < ended for number in his)
        assert to_sign.state(case_id) == "signing"
        signed += len(his)

        def back(session) -> None:  # type: ignore[no-untyped-def]
            mandating.change(
                session, board, at=now(), joining=[bas], basis="statutes", evidence=vault.keep(session, A_PDF)
            )

        to_sign.do(back)
    tell(f"signing an agreement against the end of a mandate ({signed} signed first)", many, many)


@pytest.mark.row(6, "a board loses its declaration while its supplier signs")
def test_what_a_board_agreed_stands_whatever_moment_its_declaration_ends(
    to_sign: Portal, sample: Sample, tell: Tell
) -> None:
    """The declaration ends while Sam signs: the agreement is in force for the board and the schools it named."""
    many, chance = sample.size(FEW, MANY), random.Random(sample.seed)
    board = to_sign.organisation(OURS)

    def end() -> None:
        with act() as session:
            rows = in_force.holding(session, in_force.BOARD_DECLARATION, at=now(), on_behalf_of=board)
            in_force.end(session, rows, at=now(), because=session.get_one(Case, case_of(to_sign)))
            reissuing.ask(session, board, at=now())

    for case_id in copies(to_sign, many):
        for each in (ANN, BAS):
            sign(to_sign, case_id, each)
        assert at_once(to_sign, chance, signing_by(to_sign, case_id, SAM), end) == ("done", "done")
        assert to_sign.state(case_id) == "decided" and held(to_sign, case_id) > 1
        assert to_sign.count(Signature, completes=True) > 0
    tell("the last signature against the end of a declaration", many, many)


# --- Offering ----------------------------------------------------------------------------------------------------


@pytest.mark.row(6, "two offers, a board that begins by itself, and two workers at one moment")
def test_a_board_never_has_two_open_cases_whoever_begins_them(stage: Portal, sample: Sample, tell: Tell) -> None:
    many, chance = sample.size(FEW, MANY), random.Random(sample.seed)
    ours, eva = stage.organisation(OURS), stage.visitor(EVA)
    sam, desk = stage.visitor(SAM), stage.visitor(SANNE)
    product = stage.ask(lambda: reader.query(Product.id).filter_by(name=PRODUCT).scalar())
    for number in range(many):
        stage.later(days=1)
        publication_id = a_version(stage, f"r{number}")
        rounds = [uuid.uuid4(), uuid.uuid4()]
        for round_id, by in zip(rounds, (sam, desk), strict=True):
            with stage.opened():
                making.ask(round_id, publication_id, [ours], deadline=None, by=by)
        workers = [Worker(stage.database, stage.settings, lambda endpoint, _: f"/{endpoint}") for _ in range(2)]

        def begin() -> None:
            starting.start("processor_agreement", by=eva, organisation_id=ours, product_id=product)

        done = at_once(stage, chance, *(lambda each=each: each.work_off() and None for each in workers), begin)  # type: ignore[misc]
        assert done == ("done",) * 3
        stage.work()
        assert len(open_cases(stage)) == 1
        assert stage.count(Offer, publication_id=publication_id) == 2
        assert offer_to(stage, version=f"r{number}") and published(stage, f"r{number}") == publication_id
    tell("a board is offered a version twice while it begins by itself", many, many)
