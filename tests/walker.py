"""Walks any workflow to its end through the pages, with answers made from its questions alone.

What it does not know is which answers fit together. So it answers, reads the faults on the page, and tries the next
possibility at each question that was complained about, until the step is taken. Then it judges, advises and signs as
whoever is asked: people whom it makes for the seats that a case calls for.
"""

import itertools
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from sqlalchemy import select

from portal import clock
from portal.cases import access, assessing
from portal.cases.catalogue import workflow_of
from portal.cases.tables import Case, CaseState
from portal.database import reader
from portal.documents import vault
from portal.parties import mandating, memberships, people
from portal.parties.authority import Rule
from portal.parties.tables import Organisation
from tests.browser import Browser
from tests.builders import (
    A_PDF,
    ANN,
    EVA,
    EVERYONE,
    OURS,
    PRODUCT,
    SAM,
    SANNE,
    TOM,
    Portal,
    Someone,
    a_role,
    accepted_terms,
    sign,
)
from tests.suppliers import a_published_agreement, an_ended_agreement, the_supplier
from workflows import vocabulary as v

MOST_TRIES = 40
MOST_TURNS = 12
TEXTS = {
    "text": ("Voorbeeld", "naam@voorbeeld.example"),
    "tel": ("020 123 45 67",),
    "amount": ("25000", "100"),
    "kvk": ("12345678",),
    "board_number": ("20183",),
    "postcode": ("1431 SG",),
}
SAVE = "Opslaan en verder"
ADVICE = "Ik adviseer positief, want de gegevens zijn juist en volledig."


@dataclass
class Walk:
    """One run of a workflow by one person."""

    portal: Portal
    workflow: v.Workflow
    someone: Someone
    browser: Browser
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    steps: list[str] = field(default_factory=list)
    judged: list[v.Role] = field(default_factory=list)
    """The seats from which the case was judged or advised on, in order."""

    def to_the_end(self) -> uuid.UUID:
        """Every step, the check page, and everybody who must act; gives the case's id."""
        case_id = self.to_the_last_answer()
        if not self.workflow.one_sitting:
            self.browser.press(self.workflow.submit)
        for _ in range(MOST_TURNS):
            self.portal.work()
            match self._state(case_id):
                case CaseState.ASSESSING:
                    self._judge(case_id)
                case CaseState.ADVISING:
                    self._advise(case_id)
                case CaseState.SIGNING:
                    self._sign(case_id)
                case _:
                    break
        return case_id

    def to_the_last_answer(self) -> uuid.UUID:
        """Every step on the path; gives the case's id."""
        case_id = uuid.UUID(self.browser.address.split("/")[2])
        for _ in self.workflow.steps:
            if self._state(case_id) != CaseState.DRAFT or "nakijken" in self.browser.address:
                break
            self._step()
        return case_id

    def _state(self, case_id: uuid.UUID) -> str:
        return self.portal.state(case_id)

    # --- Who must act besides

    def _judge(self, case_id: uuid.UUID) -> None:
        """One yes, from somebody who is new at the first seat that is still empty."""
        seat = self.portal.ask(lambda: access.seats_left(reader.get_one(Case, case_id))[0])
        self.judged.append(seat.role)
        by = self._somebody(seat.organisation_id or self._operator(), seat.role)
        with self.portal.opened():
            assessing.assess(case_id, verdict="accept", words="Akkoord.", by=by, follow=self.portal.follow)

    def _advise(self, case_id: uuid.UUID) -> None:
        def asked() -> tuple[uuid.UUID, v.Role]:
            case = reader.get_one(Case, case_id)
            adviser = workflow_of(case).asked_to_advise(access.relevant_answers(case))
            assert adviser is not None
            assert case.organisation_id is not None
            return case.organisation_id, adviser.role

        organisation_id, role = self.portal.ask(asked)
        self.judged.append(role)
        by = self._somebody(organisation_id, role)
        with self.portal.opened():
            assessing.advise(case_id, words=ADVICE, by=by, follow=self.portal.follow)

    def _sign(self, case_id: uuid.UUID) -> None:
        for signatory in list(self.portal.document(case_id).facts["signatories"]):
            if self._state(case_id) == CaseState.SIGNING:
                sign(self.portal, case_id, next(each for each in EVERYONE if each.name == signatory["name"]))

    def _somebody(self, organisation_id: uuid.UUID, role: v.Role) -> access.Visitor:
        number = next(self.numbers)
        someone = Someone(f"Beoordelaar {number}", f"beoordelaar{number}@voorbeeld.example")
        a_role(self.portal, someone, organisation_id, role)
        return self.portal.visitor(someone)

    def _operator(self) -> uuid.UUID:
        operator = select(Organisation.id).filter_by(kind=v.Party.OPERATOR)
        return self.portal.ask(lambda: reader.scalars(operator).one())

    # --- Answering

    def _step(self) -> None:
        """One step, tried until it is taken."""
        step = self.workflow.step(self.browser.address.rpartition("/")[2])
        assert step is not None, self.browser.address
        self.steps.append(step.name)
        turns: dict[str, int] = {}
        address = self.browser.address
        for _ in range(MOST_TRIES):
            for question in step.questions:
                if self._is_asked(question):
                    self._answer(question, question.name, turns.get(question.name, 0))
            self.browser.press(self._button())
            if self.browser.address != address:
                return
            for place in self.browser.faults():
                name = place.partition("-")[0]
                turns[name] = turns.get(name, 0) + 1
        raise AssertionError(f"no answers found for {step.name}: {self.browser.faults()}\n{self.browser.text}")

    def _button(self) -> str:
        there = [each for each in self.browser.all("button") if (each.text or "") == self.workflow.submit]
        return self.workflow.submit if there else SAVE

    def _is_asked(self, question: v.Question) -> bool:
        names = {each.get("name", "").partition("-")[0] for each in self.browser.all("*") if each.get("name")}
        return question.name in names

    def _answer(self, question: v.Question, name: str, turn: int) -> None:
        """An answer to one question: the first possibility, or the next one each turn."""
        match question:
            case v.Rows(questions=columns):
                for column in columns:
                    self._answer(column, f"{name}-0-{column.name}", turn)
            case v.Email():
                self.browser.filled[name] = f"iemand{next(self.numbers)}@voorbeeld.example"
            case v.Text(kind=kind):
                self.browser.filled[name] = self.browser.values().get(name, [""])[0] or _turn(TEXTS[kind], turn)
                if turn:
                    self.browser.filled[name] = _turn(TEXTS[kind], turn)
            case v.YesNo():
                self.browser.choose(name, _turn(("yes", "no"), turn))
            case v.Choice(options=options) | v.Choices(options=options):
                self.browser.choose(name, _turn([key for key, _ in options], turn))
            case v.RecipientGroup() | v.OnFile():
                self.browser.choose(name, _turn(self._offered(name), turn))
            case v.Clauses():
                self.browser.choose(name, *self._offered(name))
            case v.TypedName():
                self.browser.filled[name] = self.someone.name
            case v.File():
                self.browser.upload(name, A_PDF)
            case v.FromRegister():
                self.browser.fill(q="20183").press("Zoeken")
                self.browser.choose(name, _turn(self._offered(name), turn))
            case v.Date():
                today = clock.day_of(self.portal.moment)
                for part in ("day", "month", "year"):
                    self.browser.filled[f"{name}-{part}"] = str(getattr(today, part))
            case v.PartyRows() | v.ConfirmedEmail():
                pass  # filled in by the portal
            case _:
                raise AssertionError(f"the walker knows no answer to {type(question).__name__}")

    def _offered(self, name: str) -> list[str]:
        return [each.get("value", "") for each in self.browser.all("input") if each.get("name") == name]


def _turn(possibilities: list[str] | tuple[str, ...], turn: int) -> str:
    return possibilities[turn % len(possibilities)]


def begin(portal: Portal, workflow: v.Workflow) -> Walk:
    """Somebody who can start it, at its first step."""
    someone, browser = _starts(workflow)(portal, workflow)
    walk = Walk(portal, workflow, someone, browser)
    if not workflow.one_sitting:
        browser.follow(workflow.steps[0].title)
    return walk


Begins = Callable[[Portal, v.Workflow], tuple[Someone, Browser]]


def _starts(workflow: v.Workflow) -> Begins:
    if not workflow.personal:
        return _for_an_organisation
    if workflow.asks_rights_holders:
        return _of_rights_holders
    return _for_a_product if workflow.publication else _by_mail


def _of_rights_holders(portal: Portal, workflow: v.Workflow) -> tuple[Someone, Browser]:
    accepted_terms(portal, TOM)
    return TOM, portal.sign_in(TOM).open(f"/zaken/begin/{workflow.name}?product={PRODUCT}").press("Beginnen")


def _for_an_organisation(portal: Portal, workflow: v.Workflow) -> tuple[Someone, Browser]:
    """Our board where it can be one, the supplier of a text that it is about, else one that Ann may bind."""
    product = ""
    if workflow.publication:
        a_published_agreement(portal)
        product = f"&product={PRODUCT}"
    if product and workflow.concerns(v.Party.SUPPLIER):
        return SAM, _begun(portal.sign_in(SAM), workflow, the_supplier(portal), product)
    if _asks_for_ended_agreements(workflow):
        an_ended_agreement(portal)
        return SAM, _begun(portal.sign_in(SAM), workflow, the_supplier(portal), product)
    if workflow.concerns(v.Party.BOARD):
        organisation_id = portal.organisation(OURS)
    else:
        organisation_id = _an_organisation(portal, workflow)
    for role in {step.by for step in workflow.steps if step.by} - {v.Role.SIGNATORY, v.Role.ADMINISTRATOR}:
        a_role(portal, ANN, organisation_id, role)
    return ANN, _begun(portal.sign_in(ANN), workflow, organisation_id, product)


def _asks_for_ended_agreements(workflow: v.Workflow) -> bool:
    asked = [each for step in workflow.steps for each in step.questions if isinstance(each, v.OnFile)]
    return any(each.of == "ended_agreements" for each in asked)


def _begun(browser: Browser, workflow: v.Workflow, organisation_id: uuid.UUID, product: str) -> Browser:
    return browser.open(f"/zaken/begin/{workflow.name}?organisation={organisation_id}{product}").press("Beginnen")


def _an_organisation(portal: Portal, workflow: v.Workflow) -> uuid.UUID:
    kinds = workflow.subject if isinstance(workflow.subject, frozenset) else {workflow.subject}

    def make(session) -> uuid.UUID:  # type: ignore[no-untyped-def]
        organisation = Organisation(kind=min(kinds), name="Voorbeeldorganisatie", registered_at=clock.now())
        session.add(organisation)
        session.flush()
        ann = people.by_email(session, ANN.email)
        assert ann is not None
        for role in (*workflow.started_by, v.Role.SIGNATORY):
            memberships.join(session, ann, organisation, role, status="active")
        mandating.change(
            session,
            organisation.id,
            at=clock.now(),
            joining=[ann.id],
            rule=Rule("alone"),
            basis="statutes",
            evidence=vault.keep(session, A_PDF),
        )
        return organisation.id

    return portal.do(make)


def _for_a_product(portal: Portal, workflow: v.Workflow) -> tuple[Someone, Browser]:
    browser = portal.sign_in(SANNE).open(f"/zaken/begin/{workflow.name}?product={PRODUCT}").press("Beginnen")
    return SANNE, browser


def _by_mail(portal: Portal, _workflow: v.Workflow) -> tuple[Someone, Browser]:
    browser = portal.browser().open("/inschrijven").fill(email=EVA.email).press("Mail mij de link")
    return EVA, browser.open(portal.mailed_link(EVA.email, "Ga verder"))


def case_of(portal: Portal, case_id: uuid.UUID) -> Case:
    return portal.ask(lambda: reader.get_one(Case, case_id))
