"""The stage of the bench: the demonstration in a folder of its own, its people signed in, and many cases of others."""

import datetime as dt
import json
import random
import uuid
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from portal import clock, serving
from portal.cases import drafts, starting
from portal.cases.access import Visitor as Who
from portal.cases.tables import Case, CaseState, Document, DocumentState, InForce, StepAnswer
from portal.database import act, reader
from portal.parties import authenticator
from portal.parties.register_tables import RegisterLocation
from portal.parties.tables import Membership, Organisation, Person
from portal.views.sign_in import totp_secrets
from tests.bench.bench_visitor import Visitor, arrived
from tests.stage import ANN, Installation, settings_of
from workflows.vocabulary import Party, Role

BAS = "bas.jansen@amersfoort.example"
DESK = "servicedesk@tekenpoort.example"
BOARD = "30010"
"""The board of Ann and Bas, who sign together."""
NEWCOMER = "13622"
"""A board of the register that has not registered."""
SEED = 20261122
AT_ONCE = 5_000  # rows in one statement
ANSWERS_EACH = 3


def the_demonstration(folder: Path) -> Installation:
    """The demonstration as it comes, made by the acts that people use."""
    serving.prepare(settings_of(folder))
    made = Installation(folder)
    made.sql("pragma wal_checkpoint(truncate)")
    return made


def code(place: Installation, email: str) -> str:
    """What somebody's app shows; a code works once, so the portal is made to forget the last one."""
    wake_code(place, email)
    with place.opened():
        person = reader.scalars(select(Person).filter_by(email=email)).one()
        return authenticator.unused_code(person, totp_secrets=totp_secrets(place.settings))


def wake_code(place: Installation, email: str) -> None:
    """Let the code of this moment work once more: people wait half a minute for the next, the bench does not."""
    place.sql("update person set totp_counter = null where email = ?", email)


def signed_in(place: Installation, port: int, email: str) -> Visitor:
    """A browser in which this person has signed in, by password and code."""
    visitor = Visitor(port)
    visitor.get("/inloggen")
    password = json.loads((place.folder / "demo.json").read_text())["password"]
    page = visitor.send(visitor.fill({"email": email, "password": password}))
    if 'name="code"' in page.text:
        visitor.send(visitor.fill({"code": code(place, email)}))
    if "Uitloggen" not in arrived(visitor.get("/"), "/").text:
        raise RuntimeError(f"{email} could not sign in")
    return visitor


def person_id(place: Installation, email: str) -> uuid.UUID:
    """Who goes by this address."""
    with place.opened():
        return reader.scalars(select(Person.id).filter_by(email=email)).one()


def board_id(place: Installation) -> uuid.UUID:
    """The organisation of Ann and Bas."""
    with place.opened():
        return reader.scalars(select(Organisation.id).filter_by(register_key=f"board:{BOARD}")).one()


# --- Cases to walk through ---------------------------------------------------------------------------------------


def a_registration(place: Installation, email: str) -> tuple[uuid.UUID, str]:
    """A registration that has just been started, with the path of its mailed link."""
    with place.opened():
        starting.start_by_mail("registration", email=email)
        newest = select(Case.id).filter_by(starter_email=email).order_by(Case.reference.desc()).limit(1)
        case_id = reader.execute(newest).scalar_one()
        with act() as session:
            token = drafts.new_draft_link(session, session.get_one(Case, case_id))
        return case_id, f"/inschrijven/verder/{token}"


def a_declaration(place: Installation) -> uuid.UUID:
    """A declaration of Ann's board that has just been started."""
    who = Who(person_id(place, ANN))
    organisation_id = board_id(place)
    with place.opened():
        return starting.start("board_declaration", by=who, organisation_id=organisation_id)


def put_away(place: Installation, case_id: uuid.UUID) -> None:
    """Past the portal: this draft is no longer open, so that the next one can begin."""
    place.sql("update \"case\" set state = 'withdrawn' where id = ?", case_id.hex)


# --- The cases of everybody else ---------------------------------------------------------------------------------


def fill(place: Installation, cases: int, *, queue: int = 20) -> None:
    """Add so many cases of others: one for every eleven of which is a registration, the rest of their life after it.

    They lie with organisations of the register and people who work there; nobody of the demonstration takes part.
    The queue of the service desk is as long however many cases there are: what waits is worked off.
    """
    chance = random.Random(SEED)
    with place.opened():
        codes = reader.execute(select(RegisterLocation.code, RegisterLocation.name)).all()
        taken = set(reader.scalars(select(Organisation.register_key)))
        product_id = reader.scalar(select(InForce.product_id).limit(1))
    free = [(code, name) for code, name in codes if f"location:{code}" not in taken]
    chance.shuffle(free)
    schools = [
        {"id": uuid.UUID(int=chance.getrandbits(128)), "kind": Party.LOCATION, "name": name, "register_key": f"location:{code}", "registered_at": _long_ago(chance), "profile": {}}
        for code, name in free[: max(10, min(len(free), cases // 10))]
    ]  # fmt: skip
    staff = [
        {"id": uuid.UUID(int=chance.getrandbits(128)), "name": f"Medewerker {number}", "email": f"medewerker{number}@scholen.example", "active": True}
        for number in range(len(schools) * 3)
    ]  # fmt: skip
    with place.opened(), act() as session:
        add(session, Organisation, schools)
        add(session, Person, staff)
        add(session, Membership, _memberships(schools, staff))
        made = [_case(chance, number, schools, staff, product_id, number < queue) for number in range(cases)]
        add(session, Case, made)
        add(session, StepAnswer, _answers(made))
        add(session, Document, _documents(made))
        add(session, InForce, _in_force(made))
    place.sql("pragma wal_checkpoint(truncate)")


def add(session: Session, table: type[Any], rows: Any) -> None:
    """Very many rows of one table, a part at a time."""
    left, into = iter(rows), insert(table.__table__)
    while part := list(islice(left, AT_ONCE)):
        session.execute(into, part)


def _memberships(schools: list[dict[str, Any]], staff: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    roles = (Role.ADMINISTRATOR, Role.FINANCIAL_CONTACT, Role.READER)
    for number, person in enumerate(staff):
        school = schools[number % len(schools)]
        yield {"person_id": person["id"], "organisation_id": school["id"], "role": roles[number % 3], "status": "active", "acts": []}  # fmt: skip


def _case(
    chance: random.Random, number: int, schools: list[Any], staff: list[Any], product_id: Any, waits: bool
) -> dict[str, Any]:
    place = chance.randrange(len(schools))
    starter = staff[place + chance.randrange(3) * len(schools)]
    if waits:
        workflow, state = "registration", CaseState.ASSESSING
    else:
        workflow = chance.choices(("registration", "board_declaration", "usage_terms"), (1, 2, 8))[0]
        state = chance.choices((CaseState.DECIDED, CaseState.DRAFT, CaseState.SIGNING, CaseState.WITHDRAWN), (88, 5, 3, 4))[0]  # fmt: skip
        if workflow != "board_declaration" and state == CaseState.SIGNING:
            state = CaseState.DECIDED
    begun = _long_ago(chance)
    over = begun + dt.timedelta(days=3)
    return {
        "id": uuid.UUID(int=chance.getrandbits(128)),
        "reference": f"{'X' if waits else 'Z'}-2025-{number:06}",
        "workflow": workflow,
        "workflow_version": "2026-11",
        "organisation_id": None if workflow == "usage_terms" else schools[place]["id"],
        "person_id": starter["id"] if workflow == "usage_terms" else None,
        "product_id": product_id if workflow == "usage_terms" else None,
        "publication_id": None,
        "started_by": starter["id"],
        "starter_email": "",
        "state": state,
        "signing_for": schools[place]["id"] if state == CaseState.SIGNING else None,
        "round": 1,
        "started_at": begun,
        "submitted_at": None if state == CaseState.DRAFT else over,
        "moved_at": begun if state == CaseState.DRAFT else over,
        "decided_at": over if state in (CaseState.DECIDED, CaseState.WITHDRAWN) else None,
    }


def _long_ago(chance: random.Random) -> dt.datetime:
    return clock.now() - dt.timedelta(days=30, minutes=chance.randrange(500_000))


def _answers(cases: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for case in cases:
        for number in range(ANSWERS_EACH):
            values = {"name": f"Een antwoord van gewone lengte bij stap {number}", "people": [], "choice": "email"}
            yield {"case_id": case["id"], "step": f"step_{number}", "values": values, "version": 1, "answered_by": case["started_by"], "answered_at": case["started_at"]}  # fmt: skip


def _documents(cases: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for case in cases:
        if case["state"] in (CaseState.DECIDED, CaseState.SIGNING):
            complete = case["state"] == CaseState.DECIDED
            yield {
                "id": uuid.UUID(int=case["id"].int ^ 1),
                "case_id": case["id"],
                "title": "Stuk",
                "template": f"documents/{case['workflow']}.html",
                "code": f"{case['id'].hex[:16]}",
                "facts": {"signatories": [], "organisation": {"name": "Een school"}, "reference": case["reference"], "sections": ["x" * 900]},
                "state": DocumentState.COMPLETE if complete else DocumentState.CERTIFIED,
                "certified": case["id"].hex * 2,
                "current": case["id"].hex * 2,
                "is_test": True,
                "made_at": case["submitted_at"],
                "completed_at": case["decided_at"],
            }  # fmt: skip


def _in_force(cases: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for case in cases:
        if case["state"] == CaseState.DECIDED:
            yield {
                "kind": "registered" if case["workflow"] == "registration" else case["workflow"],
                "organisation_id": case["organisation_id"],
                "on_behalf_of": None,
                "person_id": case["person_id"],
                "product_id": case["product_id"],
                "version": "2026-11",
                "since": case["decided_at"],
                "case_id": case["id"],
            }
