"""Two people at one moment, each in a process of their own: sealed once, none lost, and never signed after it was ended."""

import multiprocessing
import random
import time
import uuid
from collections import Counter
from dataclasses import dataclass, replace
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.engine import make_url

from portal import clock
from portal.app import open_database
from portal.cases import signing, turning
from portal.cases.tables import Case, Document, Revision, Signature
from portal.config import Settings
from portal.database import act, reader
from portal.errors import NotFoundError, RefusedError
from portal.record.ledger import Entry
from portal.worker import Worker
from tests.battery import Sample
from tests.builders import ANN, BAS, EVA, IRIS, OMAR, THEIRS, Portal, Someone, a_declaration
from tests.conftest import Installation, Tell
from tests.guards import Watch
from tests.test_mandate_change import a_change

pytestmark = [pytest.mark.fault, pytest.mark.timeout(1800)]
FEW_DOCUMENTS, DOCUMENTS = 20, 200
FEW_RACES, RACES = 15, 60
FEW_ENDS, ENDS = 4, 20
PATIENCE = 60.0
spawn = multiprocessing.get_context("spawn")


@dataclass(frozen=True)
class Deed:
    """What somebody does with one case, once both stand ready."""

    settings: Settings
    moment: Any
    case: uuid.UUID
    who: Someone
    what: str = "sign"


def be_somebody(deeds: list[Deed], barrier: Any, said: Any, seed: int) -> None:
    """Another process that does these deeds, each from one moment with whoever else stands at the barrier."""
    chance = random.Random(seed)
    for number, deed in enumerate(deeds):
        database = open_database(deed.settings)
        portal = Portal(None, deed.settings, database, Watch(), deed.moment)  # type: ignore[arg-type]
        document, visitor = portal.document(deed.case), portal.visitor(deed.who)
        code = portal.code(deed.who) if deed.what == "sign" else ""
        barrier.wait(PATIENCE)
        time.sleep(chance.uniform(0, 0.01))
        try:
            with portal.opened():
                if deed.what == "withdraw":
                    turning.withdraw(deed.case, words="Het bestuur fuseert.", by=visitor)
                else:
                    signing.sign(
                        {document.id: document.certified or ""},
                        by=visitor,
                        typed_name=deed.who.name,
                        code=code,
                        code_is_good=portal.code_is_good,
                        follow=portal.follow,
                    )
            said.put((number, deed.who.name, "done"))
        except (RefusedError, NotFoundError):  # who may sign no longer may not even find it
            said.put((number, deed.who.name, "refused"))
        except Exception as fault:
            said.put((number, deed.who.name, f"{type(fault).__name__}: {fault}"))
        database.engine.dispose()


def at_the_barrier(*those: list[Deed], seed: int) -> Counter[tuple[str, str]]:
    """Each of these lists in a process of its own; how often each person's deed was done, or refused."""
    barrier, said = spawn.Barrier(len(those)), spawn.Queue()
    processes = [
        spawn.Process(target=be_somebody, args=(deeds, barrier, said, seed + number))
        for number, deeds in enumerate(those)
    ]
    for each in processes:
        each.start()
    told = [said.get(timeout=PATIENCE) for deeds in those for _ in deeds]
    for each in processes:
        each.join(PATIENCE)
        assert each.exitcode == 0
    return Counter((who, how) for _, who, how in told)


def be_a_worker(settings: Settings, moment: Any) -> None:
    """Another process that does what is due."""
    database = open_database(settings)
    with clock.standing_at(moment):
        Worker(database, settings, lambda endpoint, _: f"/{endpoint}").work_off()
    database.engine.dispose()


def cases(portal: Portal, many: int) -> list[uuid.UUID]:
    """So many cases that wait for both signatures, each with a document of the same bytes."""
    with portal.opened(), act() as session:
        case = session.get_one(Case, portal.case("board_declaration"))
        first = case.documents[0]
        made = [case.id]
        for number in range(many - 1):
            answers = [type(each)(step=each.step, values=each.values) for each in case.answers]
            columns = ("workflow", "workflow_version", "organisation_id", "started_by", "state", "submitted_at")
            copy = Case(reference=f"BV-C-{number:05}", **{name: getattr(case, name) for name in columns})
            copy.answers = answers
            session.add(copy)
            session.flush()
            columns = ("title", "template", "facts", "state", "certified", "current", "is_test", "made_at")
            document = Document(
                case_id=copy.id, code=f"COPY-{number:05}", **{name: getattr(first, name) for name in columns}
            )
            document.revisions = [Revision(number=1, blob=first.certified)]
            session.add(document)
            made.append(copy.id)
        return made


def deeds(portal: Portal, those: list[uuid.UUID], who: Someone, what: str = "sign") -> list[Deed]:
    """One deed for each case, a minute apart: a code works once."""
    return [
        Deed(portal.settings, replace(portal, moment=portal.moment).later(minutes=number).moment, case, who, what)
        for number, case in enumerate(those, 1)
    ]


def others(portal: Portal) -> int:
    """The documents that nobody signs: those of the registrations."""
    return portal.count(Document, template="documents/registration.html")


@pytest.mark.row(6, "two signatories at one moment, two workers that seal at once")
def test_two_signatories_at_one_moment_seal_each_document_once(to_sign: Portal, sample: Sample, tell: Tell) -> None:
    """Issue 2, 4 and issue 4: each signatory in a process of its own, and two workers that seal at the same time."""
    many = sample.size(FEW_DOCUMENTS, DOCUMENTS)
    those = cases(to_sign, many)
    done = at_the_barrier(deeds(to_sign, those, ANN), deeds(to_sign, those, BAS), seed=sample.seed)
    assert done == {(ANN.name, "done"): many, (BAS.name, "done"): many}
    to_sign.later(hours=10)
    assert to_sign.count(Signature) == 2 * many
    assert to_sign.count(Signature, completes=True) == many

    workers = [spawn.Process(target=be_a_worker, args=(to_sign.settings, to_sign.moment)) for _ in range(2)]
    for each in workers:
        each.start()
    for each in workers:
        each.join()
        assert each.exitcode == 0
    assert to_sign.count(Revision) == many * 3 + others(to_sign)
    assert to_sign.count(Signature, revision=None) == 0
    held = to_sign.count(Document, state="complete") - others(to_sign)
    tell("two signatories and two workers at one moment", many, held)
    assert held == many


@pytest.mark.row(6, "signing against withdrawing, at one moment")
def test_nothing_is_signed_after_it_was_withdrawn(to_sign: Portal, sample: Sample, tell: Tell) -> None:
    many, held, signed = sample.size(FEW_RACES, RACES), 0, 0
    those = cases(to_sign, many)
    done = at_the_barrier(deeds(to_sign, those, ANN), deeds(to_sign, those, EVA, "withdraw"), seed=sample.seed)
    assert done[EVA.name, "done"] == many
    for case_id in those:
        acts = in_order(to_sign, case_id, "sign", "withdrawn")
        assert acts in (["withdrawn"], ["sign", "withdrawn"]), acts
        assert to_sign.state(case_id) == "withdrawn"
        signed += len(acts) - 1
        held += 1
    assert done[ANN.name, "done"] == signed and done[ANN.name, "refused"] == many - signed
    tell(f"signing against withdrawing ({signed} were signed first)", many, held)


def in_order(portal: Portal, case_id: uuid.UUID, *acts: str) -> list[str]:
    """Which of these acts the ledger tells of a case, in its order."""
    with portal.opened():
        entries = reader.scalars(select(Entry).where(Entry.act.in_(acts)).order_by(Entry.number))
        return [each.act for each in entries if str(case_id) in (each.detail.get("case"), each.subject[5:])]


@pytest.mark.row(6, "signing against the end of one's mandate, at one moment")
def test_nothing_is_signed_after_the_mandate_was_ended(
    installation: Installation, registered: Portal, sample: Sample, tell: Tell
) -> None:
    """Iris signs that Omar stops, while Omar signs a declaration; each time on a database of its own."""
    end = a_change(registered, "leaving", board=THEIRS, by=IRIS, leaving=(OMAR,))
    registered.work()
    declaration = a_declaration(registered, board=THEIRS, by=IRIS)
    registered.later(minutes=5)
    many, held, signed = sample.size(FEW_ENDS, ENDS), 0, 0
    registered.database.engine.dispose()
    name = (make_url(registered.settings.database_url).database or "").rpartition("/")[2].removesuffix(".db")
    places = [
        replace(registered.settings, database_url=installation.shelf.copy(name, f"{name}_{number}"))
        for number in range(many)
    ]
    both = [
        [Deed(each, registered.moment, case, who) for each in places]
        for case, who in ((declaration, OMAR), (end, IRIS))
    ]
    done = at_the_barrier(*both, seed=sample.seed)
    assert done[IRIS.name, "done"] == many
    for number, settings in enumerate(places):
        database = open_database(settings)
        with database.opened():
            entries = list(reader.scalars(select(Entry).order_by(Entry.number)))
            [ended] = [each for each in entries if each.act == "mandates" and each.detail["case"] == str(end)]
            omars = [each for each in entries if each.act == "sign" and each.detail["case"] == str(declaration)]
            assert all(each.number < ended.number for each in omars)
            signed += len(omars)
            held += 1
        database.engine.dispose()
        installation.shelf.drop(f"{name}_{number}")
    assert done[OMAR.name, "done"] == signed and done[OMAR.name, "refused"] == many - signed
    tell(f"signing against the end of a mandate ({signed} were signed first)", many, held)
