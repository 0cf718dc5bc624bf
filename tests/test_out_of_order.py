"""Anybody does anything to a declaration in any order: only what is right has effect, and the witness finds nothing."""

import uuid
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import hypothesis
import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from portal import audit
from portal.cases import access, printing
from portal.cases.tables import Case, CaseState, Comment
from portal.database import reader
from portal.record.ledger import Entry
from tests.browser import Browser
from tests.builders import (
    ANN,
    BAS,
    EVA,
    FEMKE,
    IRIS,
    OURS,
    SANNE,
    SCHOOL,
    Portal,
    Someone,
    a_declaration,
    a_role,
)
from tests.conftest import Installation, Tell
from workflows.vocabulary import Role

DIRECTORS = (ANN, BAS)
PREPARE = (ANN, BAS, EVA)
"""Who may answer every step: the administrator, and whoever can sign."""
READ = (*PREPARE, FEMKE)
EVERYBODY: tuple[Someone | None, ...] = (*READ, IRIS, SANNE, None)
"""Also another board, the service desk, and nobody."""
STEPS: Mapping[str, tuple[dict[str, Any], ...]] = {
    "scope": ({"schools": SCHOOL, "office": ""}, {"schools": SCHOOL, "office": "Kantoor"}),
    "actors": ({},),
    "licence": ({"collective": "no"}, {"collective": "yes", "reference": ""}),
    "start": ({"since-day": "1", "since-month": "12", "since-year": "2026"},),
}
EXTRA: list[dict[str, Any]] = [
    {},
    {"state": "decided", "signed": "yes", "decided_at": "2026-01-01", "role": "signatory"},
    {"by": "x", "person_id": "x", "organisation_id": "x", "case_id": "x", "round": "9", "version": "9", "follow": "1"},
]
"""Fields that no form has."""
ACTS = ("answer", "submit", "terugsturen", "afwijzen", "intrekken", "akkoord-intrekken", "overdragen", "assess", "sign")
RIGHTLY = {
    CaseState.DRAFT: ("submit", "submit", "submit", "overdragen", "intrekken"),
    CaseState.SIGNING: ("sign", "sign", "sign", "terugsturen", "afwijzen", "intrekken"),
}
"""What brings the case further, by its state."""
GOING_ROUND = {CaseState.SIGNING, CaseState.PREPARING}
WITH_APP = (*DIRECTORS, SANNE, IRIS)
WORDS = "Er hoort nog een school bij."
NO_HASH = "0" * 64
PARTS = ("ledger", "files", "documents", "decisions", "offers")
"""What the witness looks at; the seals themselves take long, and have their own tests."""
TRIED: Counter[str] = Counter()
DONE: Counter[str] = Counter()

Choose = Callable[[Sequence[Any]], Any]


class Declaration(RuleBasedStateMachine):
    """One declaration of our board, in the hands of right and wrong people; what has effect is said beforehand."""

    installation: Installation
    forms: list[tuple[str, Someone | None, str, dict[str, Any]]]
    """What was sent before: the act, by whom, where and with which fields."""

    @initialize(waits=st.sampled_from([True, True, False]))
    def begin(self, waits: bool) -> None:
        self.around = self.installation.portal("to_sign" if waits else "registered")
        self.portal: Portal = self.around.__enter__()
        a_role(self.portal, FEMKE, self.portal.organisation(OURS), Role.FINANCIAL_CONTACT)
        if not waits:
            a_declaration(self.portal, draft=True)
        self.case_id = self.portal.case("board_declaration")
        self.browsers: dict[str, Browser] = {}
        self.forms = []

    def teardown(self) -> None:
        if hasattr(self, "around"):
            try:
                self.portal.work()
                found = self.portal.ask(lambda: audit.verify(self.portal.settings, *PARTS)).findings
                assert found == ()
            finally:
                self.around.__exit__(None, None, None)

    # --- What anybody may try

    @rule(data=st.data(), who=st.sampled_from(EVERYBODY), act=st.sampled_from(ACTS))
    def do_anything(self, data: st.DataObject, who: Someone | None, act: str) -> None:
        self._do(act, who, lambda options: data.draw(st.sampled_from(options)))

    @precondition(lambda self: self._state() in RIGHTLY)
    @rule(data=st.data(), director=st.sampled_from(DIRECTORS))
    def do_rightly(self, data: st.DataObject, director: Someone) -> None:
        """So that it gets further, and not everything is refused."""
        act = data.draw(st.sampled_from(RIGHTLY[self._state()]))
        if act == "submit":
            for step in STEPS:
                self._try("answer", EVA, f"/{step}", self._answers(step, self._versions().get(step, 0)))
        self._do(act, director, lambda options: options[0])
        self.portal.work()

    @precondition(lambda self: self.forms)
    @rule(data=st.data())
    def replay(self, data: st.DataObject) -> None:
        """An old form, by whoever sent it or by somebody else."""
        act, who, address, fields = data.draw(st.sampled_from(self.forms))
        self._try(act, data.draw(st.sampled_from([who, *EVERYBODY])), address, fields)

    def _do(self, act: str, who: Someone | None, choose: Choose) -> None:
        """Fill in the form of one act; the first of the options is right."""
        address, fields = f"/{act}", dict[str, Any]()
        match act:
            case "answer":
                step = choose(list(STEPS))
                address, fields = f"/{step}", self._answers(step, choose([0, 1, 2]), choose([0, 1]))
            case "submit":
                address, fields = "/versturen", {"seen": choose([self._digest(), NO_HASH])}
            case "overdragen":
                fields = {"to": str(self.portal.visitor(choose([EVA, ANN, FEMKE, IRIS])).person_id)}
            case "assess":
                address = choose(["/oordeel", f"/servicedesk/{self.case_id}"])
                fields = {"verdict": choose(["accept", "refuse", "ask", "advise"]), "words": WORDS}
            case "sign":
                document, certified = self._document()
                code = choose(["right", "000000", ""])
                address = f"/tekenen/{document}"
                fields = {
                    "typed_name": choose([who.name if who else "Niemand", "Iemand Anders"]),
                    "code": self.portal.code(who) if code == "right" and who in WITH_APP and who else code,
                    "seen": choose([certified, NO_HASH]),
                }
            case _:
                fields = {"words": choose([WORDS, ""])}
        self._try(act, who, address, {**fields, **choose(EXTRA)})

    # --- What may have effect

    def _try(self, act: str, who: Someone | None, address: str, fields: Mapping[str, Any]) -> None:
        """Send a form; where it has any effect, that must have been this person's to do, now."""
        where = address if address.startswith(("/tekenen", "/servicedesk")) else f"/zaken/{self.case_id}{address}"
        may, before = self._may(act, who, fields), self._fingerprint()
        browser = self._browser(who).post(where, dict(fields))
        after = self._fingerprint()
        TRIED[act] += 1
        if after != before:
            assert may, f"{act} by {who} at {before} had effect: {after}"
            DONE[act] += 1
        else:
            assert browser.status in (200, 302, 403, 404, 409, 422, 429), f"{act} by {who} gave {browser.status}"
        if who not in READ and act != "assess":
            assert browser.status == 404 or (browser.response.location or "").startswith("/inloggen")
        self.forms.append((act, who, address, dict(fields)))

    def _may(self, act: str, who: Someone | None, fields: Mapping[str, Any]) -> bool:
        state, signed = self._state(), self._signed()
        match act:
            case "answer":
                return who in PREPARE and state == CaseState.DRAFT
            case "submit":
                return who in PREPARE and state == CaseState.DRAFT and set(self._versions()) == set(STEPS)
            case "terugsturen":
                return who in PREPARE and state in GOING_ROUND and bool(fields["words"])
            case "afwijzen":
                may = who in DIRECTORS and who.email not in signed
                return may and state == CaseState.SIGNING and bool(fields["words"])
            case "intrekken":
                return who in PREPARE and (state == CaseState.DRAFT or (state in GOING_ROUND and bool(fields["words"])))
            case "overdragen":
                colleagues = {str(self.portal.visitor(each).person_id) for each in PREPARE if each != who}
                return who in PREPARE and state == CaseState.DRAFT and fields["to"] in colleagues
            case "sign":
                rightly = who in DIRECTORS and fields["typed_name"] == who.name and fields["code"] not in ("", "000000")
                return rightly and state == CaseState.SIGNING and who.email not in signed and fields["seen"] != NO_HASH
        return False

    # --- How it stands

    def _state(self) -> str:
        return self.portal.state(self.case_id)

    def _versions(self) -> dict[str, int]:
        return self.portal.ask(lambda: {e.step: e.version for e in reader.get_one(Case, self.case_id).answers})

    def _answers(self, step: str, seen: int, which: int = 0) -> dict[str, str]:
        values = STEPS[step][which % len(STEPS[step])]
        shown = " ".join({name.partition("-")[0] for name in values} or {"people"})
        return {**values, "seen": str(seen), "shown": shown}

    def _digest(self) -> str:
        return self.portal.ask(lambda: printing.digest(access.answers_of(reader.get_one(Case, self.case_id))))

    def _document(self) -> tuple[uuid.UUID, str]:
        """The newest document, also one that counts no more, and its hash."""
        made = self.portal.ask(lambda: [(e.id, e.certified) for e in reader.get_one(Case, self.case_id).documents])
        return (made[-1][0], made[-1][1] or NO_HASH) if made else (uuid.UUID(int=1), NO_HASH)

    def _signed(self) -> set[str]:
        def asked() -> set[str]:
            documents = [each for each in reader.get_one(Case, self.case_id).documents if each.void_at is None]
            ids = {each.person_id for document in documents for each in document.signatures}
            return {each.email for each in DIRECTORS if self.portal._person(each).id in ids}

        return self.portal.ask(asked)

    def _fingerprint(self) -> tuple[Any, ...]:
        """Everything that an act can change: how the case stands, what was said, and what the ledger tells of it."""

        def asked() -> tuple[Any, ...]:
            case = reader.get_one(Case, self.case_id)
            answers = sorted((each.step, each.version, str(each.values)) for each in case.answers)
            papers = sorted((str(each.id), bool(each.void_at), len(each.signatures)) for each in case.documents)
            subjects = [f"case:{case.id}", *(f"document:{each.id}" for each in case.documents)]
            told = reader.query(Entry).filter(Entry.subject.in_(subjects), Entry.act != "open").count()
            talk = reader.query(Comment).filter_by(case_id=case.id).count()
            return case.state, case.round, case.assigned_to, answers, papers, len(case.assessments), told, talk

        return self.portal.ask(asked)

    def _browser(self, who: Someone | None) -> Browser:
        name = who.name if who else "nobody"
        if name not in self.browsers:
            browser = self.portal.sign_in(who) if who else self.portal.browser()
            self.browsers[name] = browser.open("/account" if who else "/inloggen")
        return self.browsers[name]


def run(machine: type[Declaration], installation: Installation, *, examples: int) -> None:
    """Play so many times; to make a failure smaller would take minutes."""
    TRIED.clear()
    DONE.clear()
    machine.installation = installation
    phases = (hypothesis.Phase.generate,)
    few = hypothesis.settings(max_examples=examples, stateful_step_count=30, phases=phases)
    run_state_machine_as_test(machine, settings=few)  # type: ignore[no-untyped-call]


@pytest.mark.slow
def test_only_what_is_right_has_effect_in_whatever_order(installation: Installation, tell: Tell) -> None:
    """Row 16: with extra fields, old forms, wrong names, codes and hashes."""
    run(Declaration, installation, examples=10)
    assert sum(DONE.values()) > 5 and len(DONE) > 3, DONE  # not everything was refused
    tell("out of order", sum(TRIED.values()), sum(TRIED.values()))


class NothingIsRight(Declaration):
    """The flawed twin, the other way round: whatever has effect is a fault."""

    def _may(self, act: str, who: Someone | None, fields: Mapping[str, Any]) -> bool:
        return False


def test_an_act_without_right_would_be_seen(installation: Installation) -> None:
    with pytest.raises(AssertionError, match="had effect"):
        run(NothingIsRight, installation, examples=16)
