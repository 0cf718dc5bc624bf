"""Builders: the portal with its clock and worker, the people of the stories, and acts with defaults.

The stages of the stories are built once by the acts that people use, and copied for each test: `open_for_business`,
then `registered`, `to_sign`, `in_force`. `OURS` is the board of the stories, `THEIRS` the other one.
"""

import datetime as dt
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from flask import Flask, Response
from flask_security import hash_password, login_user
from passlib.totp import TOTP
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import audit, clock, demonstration, outcomes
from portal.cases import access, answering, assessing, drafts, printing, signing, starting
from portal.cases.access import Visitor
from portal.cases.tables import Case, CaseState, Document, DocumentState, KeptFile, Revision
from portal.config import Settings
from portal.database import Database, act, reader
from portal.demonstration import EXAMPLE_PDF
from portal.documents import vault
from portal.offers import blocks, drafting, products, publications
from portal.offers.tables import Product
from portal.parties import authenticator, memberships, people, register
from portal.parties.tables import Invitation, Organisation, Person
from portal.record import ledger, letters, outbox
from portal.serving import addresses
from portal.views.sign_in import totp_secrets
from portal.worker import Worker
from tests.browser import Browser
from tests.guards import Watch
from workflows.vocabulary import Party, Role

T = TypeVar("T")
START = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)
PASSWORD = "zeven groene fietsen in Drachten"
OURS, THEIRS = "28849", "31189"
SCHOOL, OTHER_SCHOOL, THEIR_SCHOOL = "03KF00", "06GP00", "03LN00"
PRODUCT = "resultatenmonitor"
A_PDF = EXAMPLE_PDF


@dataclass(frozen=True)
class Someone:
    """A person of the stories."""

    name: str
    email: str
    function: str = "Medewerker"


ANN = Someone("Ann de Vries", "ann@ons.example", "Voorzitter")
BAS = Someone("Bas Jansen", "bas@ons.example", "Lid van het bestuur")
EVA = Someone("Eva Bakker", "eva@ons.example", "Bestuurssecretaris")
NOOR = Someone("Noor Kaya", "noor@ons.example")
FEMKE = Someone("Femke Smit", "femke@ons.example")
TOM = Someone("Tom de Wit", "tom@ons.example", "Leerkracht")
SANNE = Someone("Sanne Bos", "sanne@tekenpoort.example", "Servicedesk")
IRIS = Someone("Iris Blom", "iris@hun.example", "Bestuurder")
OMAR = Someone("Omar Yilmaz", "omar@hun.example", "Bestuurder")
SAM = Someone("Sam Dekker", "sam@leverancier.example", "Directeur")
LOTTE = Someone("Lotte Vermeer", "lotte@centerdata.example", "Rechthebbende")
EVERYONE = (ANN, BAS, EVA, NOOR, FEMKE, TOM, SANNE, IRIS, OMAR, SAM)


@dataclass(eq=False)
class Portal:
    """The whole portal on a database of its own, with a clock that stands still until somebody moves it."""

    app: Flask
    settings: Settings
    database: Database
    watch: Watch
    moment: dt.datetime = START
    faults_expected: bool = field(default=False)

    # --- Time, and the database

    @contextmanager
    def opened(self) -> Iterator[None]:
        """Inside: this database, at this portal's moment."""
        with self.database.opened(), clock.standing_at(self.moment):
            yield

    def later(self, **span: float) -> "Portal":
        """Time passes."""
        self.moment += dt.timedelta(**span)
        return self

    def do(self, deed: Callable[[Session], T]) -> T:
        """One act straight on the database: to set a stage that no page can set."""
        with self.opened(), act() as session:
            return deed(session)

    def ask(self, question: Callable[[], T]) -> T:
        """Something read."""
        with self.opened():
            return question()

    def count(self, table: type[Any], **where: Any) -> int:
        """How many rows there are."""
        return self.ask(lambda: reader.query(table).filter_by(**where).count())

    # --- What runs beside the pages

    @cached_property
    def worker(self) -> Worker:
        return Worker(self.database, self.settings, addresses(self.app, self.settings))

    def findings(self, *parts: str) -> tuple[audit.Finding, ...]:
        """What `tekenpoort verify` would name; the sealed files are left out, they have tests of their own."""
        wanted = parts or tuple(each for each in audit.PARTS if each != "pdfs")
        report = self.ask(lambda: audit.verify(self.settings, *wanted))
        assert self.ask(report.in_words)  # what was read and found can be said, whatever it is
        return report.findings

    def work(self) -> int:
        """The worker does what is due."""
        with clock.standing_at(self.moment):
            return self.worker.work_off()

    def browser(self, *, expects_fault: bool = False) -> Browser:
        return Browser(self, expects_fault=expects_fault)

    def sign_in(self, someone: Someone) -> Browser:
        """A browser in which this person is signed in already (how one signs in has its own tests)."""
        browser = self.browser()
        with self.opened(), self.app.test_request_context():
            person = people.by_email(reader, someone.email)
            assert person is not None, someone
            login_user(person)
            answer = self.app.process_response(Response())
        name, _, rest = answer.headers["Set-Cookie"].partition("=")
        browser.client.set_cookie(name, rest.partition(";")[0])
        return browser

    def code(self, someone: Someone) -> str:
        """What this person's app shows now; time passes first, since a code works once."""
        self.later(seconds=authenticator.STEP)
        with self.opened():
            return authenticator.unused_code(self._person(someone), totp_secrets=totp_secrets(self.settings))

    def code_of_key(self, key: str) -> str:
        """What an app shows in which this key was typed."""
        self.later(seconds=authenticator.STEP)
        return str(TOTP(key=key.replace(" ", "").replace("-", "")).generate(time=self.moment.timestamp()).token)

    def mails(self, to: str) -> list[str]:
        """The subjects of the mails to this address, newest first."""
        return self.ask(lambda: [mail.subject for mail in outbox.mailbox(reader(), to=to)])

    def letter(self, to: str, subject: str) -> str:
        """The text of the newest mail to this address whose subject begins so."""
        with self.opened():
            mails = [each for each in outbox.mailbox(reader(), to=to) if each.subject.lstrip("⟦").startswith(subject)]
            assert mails, f"no mail {subject!r} to {to}, only {[each.subject for each in outbox.mailbox(reader())]}"
            return letters.write(mails[0], addresses(self.app, self.settings), self.settings).text

    def mailed_link(self, to: str, subject: str) -> str:
        """The link in that mail, as a path of the portal."""
        letter = self.letter(to, subject)
        address = next(word for word in letter.split() if word.startswith(self.settings.public_url + "/"))
        return address.removeprefix(self.settings.public_url)

    # --- Who and what

    def _person(self, someone: Someone) -> Person:
        person = people.by_email(reader, someone.email)
        assert person is not None, someone
        return person

    def visitor(self, someone: Someone) -> Visitor:
        return Visitor(self.ask(lambda: self._person(someone).id))

    def organisation(self, key: str) -> uuid.UUID:
        """The id of the board with this number, or the location with this code."""
        kind = "board" if key.isdigit() else "location"
        query = select(Organisation.id).filter_by(register_key=f"{kind}:{key}")
        return self.ask(lambda: reader.execute(query).scalar_one())

    def case(self, workflow: str, **where: Any) -> uuid.UUID:
        """The id of the newest case of this workflow."""
        query = select(Case.id).filter_by(workflow=workflow, **where).order_by(Case.started_at.desc()).limit(1)
        return self.ask(lambda: reader.execute(query).scalar_one())

    def state(self, case_id: uuid.UUID) -> str:
        return self.ask(lambda: reader.get_one(Case, case_id).state)

    def document(self, case_id: uuid.UUID) -> Document:
        """The document of a case, with its signatures."""
        with self.opened():
            found = reader.execute(select(Document).filter_by(case_id=case_id, void_at=None)).scalar_one()
            _ = (found.signatures, found.revisions)
            reader.expunge_all()
            return found

    def follow(self, session: Session, case: Case) -> None:
        outcomes.follow(session, case, link_secret=self.settings.secret("link"))

    def code_is_good(self, session: Session, person_id: uuid.UUID, code: str) -> bool:
        return authenticator.code_is_good(session, person_id, code, totp_secrets=totp_secrets(self.settings))


# --- Acts with defaults ------------------------------------------------------------------------------------------


def an_account(portal: Portal, someone: Someone) -> None:
    """Accepts the open invitation of somebody, and sets an authenticator app where a role asks for one."""
    password_hash = _hashed(portal)

    def accept(session: Session) -> None:
        person = people.by_email(session, someone.email)
        assert person is not None, someone
        open_one = select(Invitation).filter_by(person_id=person.id, used_at=None)
        invitation = session.scalars(open_one.order_by(Invitation.expires_at.desc())).first()
        assert invitation is not None, someone
        words = {"name": someone.name, "function": someone.function}
        people.accept(session, invitation, password_hash=None if person.password else password_hash, **words)
        if person.needs_second_factor and not person.has_second_factor:
            person.tf_totp_secret = portal.app.extensions["security"].totp_factory.generate_totp_secret()
            person.tf_primary_method = "authenticator"

    portal.do(accept)


def a_role(portal: Portal, someone: Someone, organisation_id: uuid.UUID, role: Role, **more: Any) -> None:
    """Gives somebody an account with this role."""

    def give(session: Session) -> None:
        person = people.a_person(session, name=someone.name, email=someone.email, function=someone.function)
        memberships.join(session, person, organisation_id, role, **more)
        people.invite(session, person, at=clock.now(), link_secret=portal.settings.secret("link"))
        about = f"organisation:{organisation_id}"
        ledger.append(session, act="invite", subject=about, person=str(person.id), role=role)

    portal.do(give)
    an_account(portal, someone)


def answers_for_registration(
    number: str = OURS, *, starter: Someone = ANN, others: tuple[Someone, ...] = (BAS,), **other: Mapping[str, Any]
) -> dict[str, dict[str, Any]]:
    """The answers of a sound registration of a board, by step; the evidence is still to be added."""
    answers: dict[str, dict[str, Any]] = {
        "kind": {"kind": "board"},
        "party": {"party": f"board:{number}"},
        "details": {
            "name": f"Stichting Voorbeeld {number}",
            "street": "Dorpsstraat 1",
            "postcode": "1431 SG",
            "place": "Aalsmeer",
            "board_number": number,
            "kvk": f"{number:0>8}",
        },
        "you": {"name": starter.name, "function": starter.function, "email": starter.email, "phone": ""},
        "authority": {
            "self": True,
            "others": [{"name": each.name, "function": each.function, "email": each.email} for each in others],
            "mode": "jointly" if others else "alone",
            "together": "2",
            "basis": "trade_register",
        },
        "roles": {
            "people": [
                {"name": FEMKE.name, "email": f"geld@{number}.example", "roles": ["financial_contact"]},
                {"name": NOOR.name, "email": f"privacy@{number}.example", "roles": ["privacy_officer"]},
            ]
        },
        "invoices": {"channel": "email", "address": f"facturen@{number}.example", "reference": "", "office": False},
        "products": {"products": ["resultatenmonitor"], "pupil_system": "parnassys", "year_classes": True},
    }
    for step, values in other.items():
        answers[step] = {**answers.get(step, {}), **values}
    return answers


def a_draft(portal: Portal, answers: dict[str, dict[str, Any]], *, starter: Someone = ANN) -> uuid.UUID:
    """A registration with these answers, not yet submitted."""
    with portal.opened():
        starting.start_by_mail("registration", email=starter.email)
        newest = select(Case).filter_by(starter_email=starter.email).order_by(Case.reference.desc())
        case_id = reader.scalars(newest).first().id  # type: ignore[union-attr]
        visitor = Visitor(drafts=frozenset({case_id}))
        if "authority" in answers:
            kept = drafts.keep_file(case_id, content=A_PDF, name="uittreksel.pdf", by=visitor)
            answers["authority"]["evidence"] = evidence(kept)
        for step, values in answers.items():
            answering.answer(case_id, step, values, by=visitor, seen=0, follow=portal.follow)
    return case_id


def at_step(portal: Portal, step: str, **others: Any) -> Browser:
    """Ann at this step of a registration of which everything before it is answered, by the link from her mail."""
    answers = answers_for_registration(**others)
    before = {name: answers[name] for name in list(answers)[: list(answers).index(step)]}
    case_id = a_draft(portal.later(seconds=1), before)
    browser = portal.browser()
    browser.open(portal.mailed_link(ANN.email, "Ga verder"))
    return browser.open(f"/zaken/{case_id}/{step}")


def evidence(kept: KeptFile) -> dict[str, Any]:
    return {"sha256": kept.blob, "name": kept.name, "size": kept.size, "kept": str(kept.id)}


def a_submitted_registration(portal: Portal, *args: Any, starter: Someone = ANN, **others: Any) -> uuid.UUID:
    """A registration that waits for the service desk."""
    answers = answers_for_registration(*args, starter=starter, **others)
    case_id = a_draft(portal, answers, starter=starter)
    submit(portal, case_id, Visitor(drafts=frozenset({case_id})))
    return case_id


def submit(portal: Portal, case_id: uuid.UUID, visitor: Visitor) -> None:
    with portal.opened():
        seen = printing.digest(access.answers_of(reader.get_one(Case, case_id)))
        answering.submit(case_id, by=visitor, seen=seen, follow=portal.follow)


def accept(portal: Portal, case_id: uuid.UUID) -> None:
    """The service desk agrees."""
    desk = portal.visitor(SANNE)
    with portal.opened():
        assessing.assess(case_id, verdict="accept", words="", by=desk, follow=portal.follow)


def answers_for_declaration(
    *schools: str, since: dt.date | None = None, **other: Mapping[str, Any]
) -> dict[str, dict[str, Any]]:
    """The answers of a sound declaration, by step."""
    answers: dict[str, dict[str, Any]] = {
        "scope": {"schools": list(schools), "office": ""},
        "actors": {"people": []},
        "licence": {"collective": False},
        "start": {"since": (since or START.date()).isoformat()},
    }
    for step, values in other.items():
        answers[step] = {**answers[step], **values}
    return answers


def a_declaration(
    portal: Portal,
    *schools: str,
    board: str = OURS,
    by: Someone = ANN,
    draft: bool = False,
    to_sign: bool = True,
    real: bool = False,
    **others: Any,
) -> uuid.UUID:
    """A declaration of all schools of the board, or these: ready to be signed, unless it is not to come so far.

    Where nobody looks at the document, bytes that stand in for it are certified, since a real one takes a second.
    """
    visitor, organisation_id = portal.visitor(by), portal.organisation(board)
    with portal.opened():
        scope = schools or tuple(each.code for each in register.locations_of(board))
        case_id = starting.start("board_declaration", by=visitor, organisation_id=organisation_id)
        for step, values in answers_for_declaration(*scope, **others).items():
            answering.answer(case_id, step, values, by=visitor, seen=0, follow=portal.follow)
    if draft:
        return case_id
    submit(portal, case_id, visitor)
    if to_sign and real:
        portal.work()
    elif to_sign:
        portal.do(lambda session: _certify(session.get_one(Case, case_id), session))
    return case_id


def _certify(case: Case, session: Session) -> None:
    document = case.documents[0]
    document.certified = document.current = vault.keep(session, A_PDF + case.id.bytes)
    document.state, document.is_test = DocumentState.CERTIFIED, True
    document.revisions.append(Revision(number=1, blob=document.certified))
    case.state, case.signing_for = CaseState.SIGNING, case.organisation_id


def sign(portal: Portal, case_id: uuid.UUID, someone: Someone) -> None:
    """This person signs the document of the case."""
    document, code = portal.document(case_id), portal.code(someone)
    visitor = portal.visitor(someone)
    with portal.opened():
        signing.sign(
            {document.id: document.certified or ""},
            by=visitor,
            typed_name=someone.name,
            code=code,
            code_is_good=portal.code_is_good,
            follow=portal.follow,
        )


def accepted_terms(portal: Portal, someone: Someone, **other: Any) -> uuid.UUID:
    """This person accepts the terms of the product."""
    visitor = portal.visitor(someone)
    with portal.opened():
        product = reader.execute(select(Product).filter_by(name=PRODUCT)).scalar_one()
        case_id = starting.start("usage_terms", by=visitor, product_id=product.id)
        case = reader.get_one(Case, case_id)
        assert case.publication is not None
        keys = [each["id"] for each in case.publication.body["clauses"] if each["key"]]
        for step, values in (
            ("read", {"confirmed": keys}),
            ("group", {"group": "school"}),
            ("accept", {"name": someone.name}),
        ):
            answering.answer(case_id, step, values, by=visitor, seen=0, follow=portal.follow)
    return case_id


def all_is_well(portal: Portal) -> bool:
    """Nothing is kept that no act in the ledger made so."""
    assert portal.findings() == ()
    return True


def a_rights_holder(portal: Portal, someone: Someone = LOTTE, name: str = "Centerdata") -> None:
    """Gives somebody an account at an organisation that holds rights in the product."""
    query = select(Organisation.id).filter_by(name=name, kind=Party.RIGHTS_HOLDER)
    a_role(portal, someone, portal.ask(lambda: reader.execute(query).scalar_one()), Role.ADMINISTRATOR)


def a_busy_desk(portal: Portal) -> None:
    """Drafts of the next terms and of an agreement, one published, and a rights holder who shut Bas out of the product."""
    a_rights_holder(portal)
    desk, lotte, bas = (portal.visitor(each).person_id for each in (SANNE, LOTTE, BAS))
    assert desk and lotte and bas
    with portal.opened():
        example = publications.SHIPPED / "processor_agreement_2026-11.json"
        drafting.publish_file(
            example.read_text(encoding="utf-8"), product_name=PRODUCT, kind=publications.PROCESSOR_AGREEMENT
        )
        for _ in range(3):
            drafting.begin(PRODUCT, text=None, by=desk)
            drafting.begin(PRODUCT, text=None, by=desk, kind=publications.PROCESSOR_AGREEMENT)
        product_id = reader.execute(select(Product.id).filter_by(name=PRODUCT)).scalar_one()
        blocks.block(bas, product_id, reason="x", words="", until=None, by=lotte, contact=portal.settings.contact)


# --- Stages ------------------------------------------------------------------------------------------------------


def open_for_business(portal: Portal) -> None:
    """A service desk, and one product with its terms."""

    def set_up(session: Session) -> uuid.UUID:
        desk = Organisation(kind=Party.OPERATOR, name="Servicedesk", registered_at=clock.now())
        session.add(desk)
        session.flush()
        wanted = replace(demonstration.PRODUCT, description="", contact=portal.settings.contact)
        product = products.put(session, Product(name=PRODUCT), wanted, by=None)
        publications.publish_terms(session, product.id, publications.SHIPPED / "usage_terms_2026-11.toml")
        return desk.id

    a_role(portal, SANNE, portal.do(set_up), Role.SERVICE_DESK)


def registered(portal: Portal) -> None:
    """Our board with two joint signatories and an administrator; their board, where either may sign alone."""
    accept(portal, a_submitted_registration(portal))
    accept(
        portal,
        a_submitted_registration(portal, THEIRS, starter=IRIS, others=(OMAR,), authority={"mode": "alone"}),
    )
    for someone in (ANN, BAS, IRIS, OMAR):
        an_account(portal, someone)
    a_role(portal, EVA, portal.organisation(OURS), Role.ADMINISTRATOR)
    portal.work()


def to_sign(portal: Portal) -> None:
    """The declaration of our board, which waits for its two signatures."""
    a_declaration(portal, real=True)


def in_force(portal: Portal) -> None:
    """The declaration signed and sealed; Tom teaches at one of the schools and may read its reports."""
    case_id = portal.case("board_declaration")
    sign(portal, case_id, ANN)
    sign(portal, case_id, BAS)
    portal.work()
    a_role(portal, TOM, portal.organisation(SCHOOL), Role.READER)


STAGES: tuple[Callable[[Portal], None], ...] = (open_for_business, registered, to_sign, in_force)
_password_hashes: dict[Path, str] = {}


def _hashed(portal: Portal) -> str:
    """The hash of the password of the stories: it takes its time, so once for each installation and its secrets."""
    data = portal.settings.data
    if data not in _password_hashes:
        with portal.opened(), portal.app.test_request_context():
            _password_hashes[data] = str(hash_password(PASSWORD))
    return _password_hashes[data]
