"""How the demonstration is set: by the same acts that people use."""

import uuid
from dataclasses import replace
from typing import Any

from flask import Flask
from flask_security import hash_password
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock, outcomes
from portal.cases import access, answering, assessing, drafts, printing, signing, starting
from portal.cases.access import Visitor
from portal.cases.offering import making
from portal.cases.tables import Case, Document, KeptFile
from portal.config import Settings
from portal.database import act, reader
from portal.demonstration import permissions
from portal.offers import products, publications
from portal.offers.products import RECIPIENT_GROUPS, Wanted
from portal.offers.tables import Product, Publication
from portal.parties import authenticator, memberships, people, register
from portal.parties.tables import Invitation, Organisation, Person
from portal.record import ledger
from portal.reports import catalogue, datasets
from portal.views.sign_in import totp_secrets
from portal.worker import Worker
from workflows.vocabulary import Party, Role

IN_FORCE, HALF_SIGNED, IN_QUEUE = "30010", "30240", "31657"
PAIR_A = (("Ann de Vries", "ann.devries@amersfoort.example"), ("Bas Jansen", "bas.jansen@amersfoort.example"))
PAIR_B = (("Peter Mulder", "peter.mulder@helmond.example"), ("Karin Visser", "karin.visser@helmond.example"))
PAIR_C = (("Iris Blom", "iris.blom@hoorn.example"), ("Omar Yilmaz", "omar.yilmaz@hoorn.example"))
SUPPLIER = "Voorbeeldleverancier B.V."
KIM, SAM = ("Kim Peeters", "kim.peeters@leverancier.example"), ("Sam Dekker", "sam.dekker@leverancier.example")
PRIVACY = "privacy@amersfoort.example"
ASKS = ("Sara Bakker", "sara.bakker@amersfoort.example")
RIGHTS_HOLDERS = (
    ("Centerdata", "Lotte Vermeer", "lotte.vermeer@centerdata.example"),
    ("Ministerie van OCW", "Daan Prins", "daan.prins@ocw.example"),
)
EXAMPLE_PDF = b"""%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>endobj
4 0 obj<</Length 73>>stream
BT /F 18 Tf 72 720 Td (Voorbeeld van een bewijsstuk: niet echt.) Tj ET
endstream endobj
5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj
trailer<</Root 1 0 R>>
%%EOF
"""
PRODUCT = Wanted(
    name="resultatenmonitor",
    title="Onderwijsresultatenmonitor",
    description="Schoolkaart, trend, positie en bestuursoverzicht uit de leerresultaten van de inspectie.",
    contact="servicedesk@tekenpoort.example",
    supplier=SUPPLIER,
    conditions=("account", "block", "second_factor", "registered", "member", "terms"),
    recipient_groups=tuple(RECIPIENT_GROUPS),
    rights_holders=tuple(name for name, _, _ in RIGHTS_HOLDERS),
    reports=tuple(each.name for each in catalogue.REPORTS),
)


class Stage:
    """An empty installation that becomes the demonstration."""

    def __init__(self, app: Flask, settings: Settings, password: str) -> None:
        self.app, self.settings = app, settings
        self.password_hash = hash_password(password)
        # needs nothing from outside, mails nobody
        at_home = replace(settings, time_stamp_url=None, time_stamp_url_2=None, smtp_url=None)
        self.worker = Worker(app.extensions["tekenpoort.database"], at_home, lambda endpoint, _: f"/{endpoint}")

    def set(self) -> None:
        """One board in force with a school and a teacher, one half-signed, one registration in the queue."""
        desk = self._service_desk()
        self._product()
        self._supplier(desk)
        amersfoort = self._registered(
            IN_FORCE, "Stichting Voorbeeldonderwijs Amersfoort", "amersfoort.example", PAIR_A, desk
        )
        self._declared(amersfoort, PAIR_A)
        self._teacher(amersfoort)
        self._account(PRIVACY)
        self._offered(amersfoort)
        helmond = self._registered(HALF_SIGNED, "Stichting Voorbeeldonderwijs Helmond", "helmond.example", PAIR_B, desk)
        self._declared(helmond, PAIR_B[:1])
        self._submitted(IN_QUEUE, "Stichting Voorbeeldonderwijs Hoorn", "hoorn.example", PAIR_C)
        self.worker.work_off()

    def _service_desk(self) -> Person:
        with act() as session:
            operator = Organisation(kind=Party.OPERATOR, name="Servicedesk Tekenpoort", registered_at=clock.now())
            session.add(operator)
            session.flush()
            person = people.a_person(
                session, name="Sanne Bos", email="servicedesk@tekenpoort.example", function="Servicedesk"
            )
            self._invite(session, person, operator, Role.SERVICE_DESK)
        return self._account("servicedesk@tekenpoort.example")

    def _product(self) -> None:
        wanted = replace(PRODUCT, contact=self.settings.contact)
        with act() as session:
            product = products.put(session, Product(name=wanted.name), wanted, by=None)
            publications.publish_terms(session, product.id, publications.SHIPPED / "usage_terms_2026-11.toml")
            holders = {each.name: each for each in product.rights_holders}
            for organisation, name, email in RIGHTS_HOLDERS:
                person = people.a_person(session, name=name, email=email, function="Rechthebbende")
                self._invite(session, person, holders[organisation], Role.ADMINISTRATOR)
        for _, _, email in RIGHTS_HOLDERS:
            self._account(email)

    def _supplier(self, desk: Person) -> None:
        """Its administrator, who may bind it, and the text of its processor agreement."""
        with act() as session:
            supplier_id = session.execute(select(Organisation.id).filter_by(name=SUPPLIER)).scalar_one()
            product_id = session.execute(select(Product.id).filter_by(name=PRODUCT.name)).scalar_one()
            supplier = session.get_one(Organisation, supplier_id)
            self._invite(session, people.a_person(session, name=KIM[0], email=KIM[1]), supplier, Role.ADMINISTRATOR)
            publications.publish_agreement(session, product_id, publications.AN_EXAMPLE, since=clock.today())
            model = publications.MODEL_EXAMPLES["results_monitor"]
            publications.publish_model(session, product_id, model, since=clock.today())
        kim = Visitor(self._account(KIM[1]).id)
        case_id = starting.start("mandate_change", by=kim, organisation_id=supplier_id)
        evidence = drafts.keep_file(case_id, content=EXAMPLE_PDF, name="uittreksel-voorbeeld.pdf", by=kim)
        answers: dict[str, dict[str, Any]] = {
            "change": {"what": ["joining", "rule"]},
            "joining": {"people": [{"name": SAM[0], "function": "Directeur", "email": SAM[1]}]},
            "rule": {"mode": "alone"},
            "start": {"since": clock.today().isoformat(), "basis": "trade_register", "evidence": _as_answer(evidence)},
        }
        self._answer(case_id, answers, kim)
        assessing.assess(case_id, verdict="accept", words="", by=Visitor(desk.id), follow=self._follow)
        self._account(SAM[1])

    def _offered(self, board: Organisation) -> None:
        """The supplier offers its agreement to a board, which says for whom it is: a task for who assesses there."""
        kim = Visitor(self._person(KIM[1]).id)
        query = select(Publication.id).filter_by(kind=publications.PROCESSOR_AGREEMENT)
        making.ask(uuid.uuid4(), reader.execute(query).scalar_one(), [board.id], deadline=None, by=kim)
        self.worker.work_off()
        offered = select(Case.id).filter_by(workflow="processor_agreement", organisation_id=board.id)
        case_id, ann = reader.execute(offered).scalar_one(), Visitor(self._person(PAIR_A[0][1]).id)
        schools = [each.code for each in register.locations_of(board.board_number or "")]
        answers: dict[str, dict[str, Any]] = {
            "scope": {"schools": schools},
            "contacts": {"privacy": "Noor Kaya", "privacy_email": PRIVACY, "underlying": ""},
        }
        for step, values in answers.items():
            answering.answer(case_id, step, values, by=ann, seen=0, follow=self._follow)
        self.worker.work_off()

    def _registered(
        self, number: str, name: str, domain: str, pair: tuple[tuple[str, str], ...], desk: Person
    ) -> Organisation:
        case_id = self._submitted(number, name, domain, pair)
        assessing.assess(case_id, verdict="accept", words="", by=Visitor(desk.id), follow=self._follow)
        for _, email in pair:
            self._account(email)
        self.worker.work_off()
        return reader.execute(select(Organisation).filter_by(register_key=f"board:{number}")).scalar_one()

    def _submitted(self, number: str, name: str, domain: str, pair: tuple[tuple[str, str], ...]) -> uuid.UUID:
        board = register.board(number)
        assert board is not None, number
        starting.start_by_mail("registration", email=pair[0][1])
        case = reader.scalars(select(Case).filter_by(starter_email=pair[0][1])).one()
        starter = Visitor(drafts=frozenset({case.id}))
        evidence = drafts.keep_file(case.id, content=EXAMPLE_PDF, name="uittreksel-voorbeeld.pdf", by=starter)
        location = next(each for each in register.locations_of(number) if each.street)
        answers: dict[str, dict[str, Any]] = {
            "kind": {"kind": "board"},
            "party": {"party": f"board:{number}"},
            "details": {
                "name": name,
                "street": f"{location.street} {location.house_number}",
                "postcode": location.postcode,
                "place": board.place,
                "board_number": number,
                "kvk": f"{int(number):08}",
            },
            "you": {"name": pair[0][0], "function": "Voorzitter college van bestuur", "email": pair[0][1], "phone": ""},
            "authority": {
                "self": True,
                "others": [{"name": pair[1][0], "function": "Lid college van bestuur", "email": pair[1][1]}],
                "mode": "jointly",
                "together": "2",
                "basis": "trade_register",
                "evidence": _as_answer(evidence),
            },
            "roles": {
                "people": [
                    {"name": "Femke Smit", "email": f"financien@{domain}", "roles": ["financial_contact"]},
                    {"name": "Noor Kaya", "email": f"privacy@{domain}", "roles": ["privacy_officer"]},
                ]
            },
            "invoices": {"channel": "email", "address": f"facturen@{domain}", "reference": "", "office": False},
            "products": {"products": ["resultatenmonitor"], "pupil_system": "parnassys", "year_classes": True},
        }
        self._answer(case.id, answers, starter)
        return case.id

    def _declared(self, board: Organisation, signers: tuple[tuple[str, str], ...]) -> None:
        signer = self._person(signers[0][1])
        case_id = starting.start("board_declaration", by=Visitor(signer.id), organisation_id=board.id)
        codes = [each.code for each in register.locations_of(board.board_number or "")]
        answers: dict[str, dict[str, Any]] = {
            "scope": {"schools": codes, "office": ""},
            "actors": {"people": []},
            "licence": {"collective": True, "reference": ""},
            "start": {"since": clock.today().isoformat()},
        }
        self._answer(case_id, answers, Visitor(signer.id))
        self.worker.work_off()
        document = reader.scalars(select(Document).filter_by(case_id=case_id)).one()
        for name, email in signers:
            person = self._person(email)
            signing.sign(
                {document.id: document.certified or ""},
                by=Visitor(person.id),
                typed_name=name,
                code=authenticator.unused_code(person, totp_secrets=totp_secrets(self.settings)),
                code_is_good=self._code_is_good,
                follow=self._follow,
            )
        self.worker.work_off()

    def _teacher(self, board: Organisation) -> None:
        codes = [each.code for each in register.locations_of(board.board_number or "")]
        code = next(code for code in codes if datasets.why_no_card(code) is None)
        with act() as session:
            school = outcomes.school_organisation(session, code)
            teacher = people.a_person(
                session, name="Tom de Wit", email="meester.tom@amersfoort.example", function="Leerkracht groep 8"
            )
            self._invite(session, teacher, school, Role.READER)
            asks = people.a_person(session, name=ASKS[0], email=ASKS[1], function="Intern begeleider")
            self._invite(session, asks, school, Role.READER)
        self._account("meester.tom@amersfoort.example")
        product_id = reader.execute(select(Product.id).filter_by(name=PRODUCT.name)).scalar_one()
        holders = [Visitor(self._person(email).id) for _, _, email in RIGHTS_HOLDERS]
        asking = Visitor(self._account(ASKS[1]).id)
        permissions.set_up(product_id, asking, ASKS[0], holders, answer=self._answer, follow=self._follow)

    def _invite(self, session: Session, person: Person, organisation: Organisation, role: Role) -> None:
        """Offer somebody a role, as an administrator would; the link is used by `_account`."""
        memberships.join(session, person, organisation, role)
        people.invite(session, person, at=clock.now(), link_secret=self.settings.secret("link"))
        about = f"organisation:{organisation.id}"
        ledger.append(session, act="invite", subject=about, person=str(person.id), role=role)

    def _answer(self, case_id: uuid.UUID, answers: dict[str, dict[str, Any]], visitor: Visitor) -> None:
        for step, values in answers.items():
            answering.answer(case_id, step, values, by=visitor, seen=0, follow=self._follow)
        reader.expire_all()
        seen = printing.digest(access.answers_of(reader.get_one(Case, case_id)))
        answering.submit(case_id, by=visitor, seen=seen, follow=self._follow)

    def _account(self, email: str) -> Person:
        """Accept the invitation of somebody, as the mailed link would, and set an authenticator app."""
        with act() as session:
            person = people.by_email(session, email)
            assert person is not None, email
            invitation = session.scalars(
                select(Invitation).filter_by(person_id=person.id, used_at=None).order_by(Invitation.expires_at.desc())
            ).first()
            assert invitation is not None, email
            people.accept(
                session,
                invitation,
                password_hash=None if person.password else self.password_hash,
                name=person.name,
                function=person.function,
            )
            if person.needs_second_factor and not person.has_second_factor:
                person.tf_totp_secret = self.app.extensions["security"].totp_factory.generate_totp_secret()
                person.tf_primary_method = "authenticator"
        return self._person(email)

    def _person(self, email: str) -> Person:
        return reader.scalars(select(Person).filter_by(email=email)).one()

    def _code_is_good(self, session: Session, person_id: uuid.UUID, code: str) -> bool:
        return authenticator.code_is_good(session, person_id, code, totp_secrets=totp_secrets(self.settings))

    def _follow(self, session: Session, case: Case) -> None:
        outcomes.follow(session, case, link_secret=self.settings.secret("link"))


def _as_answer(kept: KeptFile) -> dict[str, Any]:
    return {"sha256": kept.blob, "name": kept.name, "size": kept.size, "kept": str(kept.id)}
