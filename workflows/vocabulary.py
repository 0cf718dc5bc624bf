"""The words in which a workflow is written: steps, questions, conditions, who assesses and who signs.

A workflow is frozen data. What is not right about it is said when it is made, so that a wrong one stops the start.
Answers are a plain mapping `{step name: {question name: value}}` whose values JSON can hold.
"""

import datetime as dt
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

Answers = Mapping[str, Mapping[str, Any]]
Condition = Callable[[Answers], bool]
Sentence = str | tuple[str, Mapping[str, Any]]
"""What a person is told: a text, or a text with named places and what fills them, so that it can be translated."""


class WorkflowError(Exception):
    """A workflow that contradicts itself."""


class Party(StrEnum):
    """The kinds of organisation, in the words of product.md."""

    BOARD = "board"
    SCHOOL_GROUP = "school_group"
    SCHOOL = "school"
    LOCATION = "location"
    BOARD_OFFICE = "board_office"
    ADMINISTRATION_OFFICE = "administration_office"
    SUPPORT_BODY = "support_body"
    SUPPLIER = "supplier"
    RIGHTS_HOLDER = "rights_holder"
    OPERATOR = "operator"
    PERSON = "person"


class Role(StrEnum):
    """What a person may be at an organisation."""

    ADMINISTRATOR = "administrator"
    SIGNATORY = "signatory"
    PRIVACY_OFFICER = "privacy_officer"
    FG = "fg"
    FINANCIAL_CONTACT = "financial_contact"
    BOARD_OFFICE = "board_office"
    READER = "reader"
    SERVICE_DESK = "service_desk"
    AUDITOR = "auditor"


ROLE_NAMES: Mapping[Role, str] = {
    Role.ADMINISTRATOR: "beheerder",
    Role.SIGNATORY: "tekenbevoegde",
    Role.PRIVACY_OFFICER: "privacy officer",
    Role.FG: "functionaris gegevensbescherming (FG)",
    Role.FINANCIAL_CONTACT: "financieel contactpersoon",
    Role.BOARD_OFFICE: "medewerker bestuurskantoor",
    Role.READER: "rapportlezer",
    Role.SERVICE_DESK: "servicedesk",
    Role.AUDITOR: "auditor",
}
PARTY_NAMES: Mapping[Party, str] = {
    Party.BOARD: "schoolbestuur",
    Party.SCHOOL_GROUP: "scholengroep",
    Party.SCHOOL: "school",
    Party.LOCATION: "vestiging",
    Party.BOARD_OFFICE: "bestuurskantoor",
    Party.ADMINISTRATION_OFFICE: "administratiekantoor",
    Party.SUPPORT_BODY: "ondersteunende instelling",
    Party.SUPPLIER: "leverancier",
    Party.RIGHTS_HOLDER: "rechthebbende",
    Party.OPERATOR: "servicedesk",
    Party.PERSON: "persoon",
}


ORGANISATIONS = frozenset(Party) - {Party.PERSON}
"""Every kind of party but a person: for procedures that any organisation may start."""


# --- Questions ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Question:
    """Something asked of a person; the kinds below say what an answer looks like."""

    name: str
    label: str
    hint: str = field(default="", kw_only=True)
    optional: bool = field(default=False, kw_only=True)
    when: Condition | None = field(default=None, kw_only=True)
    complaint: Callable[[Any], Sentence] | None = field(default=None, kw_only=True)
    """A rule of this question alone: a sentence when the answer breaks it, else the empty string."""


@dataclass(frozen=True)
class Text(Question):
    """One line; the answer is a string."""

    longest: int = field(default=200, kw_only=True)
    kind: str = field(default="text", kw_only=True)


@dataclass(frozen=True)
class Email(Text):
    """An e-mail address, as a string."""


@dataclass(frozen=True)
class ConfirmedEmail(Question):
    """The address to which the link of this case was mailed: shown, taken over, not typed."""


@dataclass(frozen=True)
class LongText(Text):
    """Several lines; the answer is a string."""

    longest: int = field(default=5000, kw_only=True)


@dataclass(frozen=True)
class Date(Question):
    """A day, as an ISO string."""

    not_before_today: bool = field(default=False, kw_only=True)


@dataclass(frozen=True)
class YesNo(Question):
    """Yes or no, as a boolean; nothing is chosen beforehand."""

    yes: str = field(default="Ja", kw_only=True)
    no: str = field(default="Nee", kw_only=True)


@dataclass(frozen=True)
class Choice(Question):
    """One of a closed list, as its key."""

    options: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Choices(Question):
    """Some of a closed list, as a list of keys."""

    options: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class File(Question):
    """A file, as `{"sha256", "name", "size"}`."""

    kinds: tuple[str, ...] = field(default=("pdf",), kw_only=True)
    largest: int = field(default=10 * 1024 * 1024, kw_only=True)


@dataclass(frozen=True)
class FromRegister(Question):
    """A board or location of the real register, as its key ("board:13622", "location:00AP00"), or "" for by hand."""

    kinds: frozenset[str] = field(default=frozenset({"board", "location"}), kw_only=True)


@dataclass(frozen=True)
class Rows(Question):
    """A list of the same few questions, as a list of mappings."""

    questions: tuple[Question, ...] = ()
    fewest: int = field(default=0, kw_only=True)
    most: int = field(default=50, kw_only=True)
    row: str = field(default="rij", kw_only=True)


@dataclass(frozen=True)
class OfEach(Question):
    """The same few questions about each thing that the case's publication names: its dimensions, its measures.

    The answer is a mapping of the id of each thing to a mapping like that of a step. The condition of a question in it
    looks at its own row, as the step "row": `Answered("row.state", "planned")`.
    """

    of: str = field(default="", kw_only=True)
    """What the publication calls them, such as measures."""
    questions: tuple[Question, ...] = ()

    def asked_of(self, row: Mapping[str, Any]) -> tuple[Question, ...]:
        """The questions that the answers about one thing lead to."""
        return tuple(each for each in self.questions if each.when is None or each.when({"row": row}))

    def follows(self, question: Question) -> tuple[int, ...]:
        """With which of the answers to the first question about a thing, from 1 on, this one is asked; none: always."""
        first, when = self.questions[0], question.when
        return _numbers(first, when) if isinstance(when, Answered) and when.place == f"row.{first.name}" else ()


@dataclass(frozen=True)
class Pick(Question):
    """Some of what the publication (or an earlier answer) names: its modules. The answer is a list of ids."""

    of: str = field(default="", kw_only=True)
    """What the publication calls them, such as modules; or an earlier answer, such as subject.schools."""
    one: bool = field(default=False, kw_only=True)
    """Whether one of them is chosen: the answer is then its id."""


@dataclass(frozen=True)
class PartyRows(Question):
    """The schools and locations of the subject's board, each in or out, as a list of location codes that are in."""


@dataclass(frozen=True)
class OnFile(Question):
    """Some of what the portal has on file: of the subject its signatories, roles or declarations, or the products on
    offer. The answer is a list of keys.
    """

    of: str = field(default="", kw_only=True)
    """signatories, roles, declarations, products or ended_agreements"""
    one: bool = field(default=False, kw_only=True)
    """Whether one of them is chosen: the answer is then its key."""


@dataclass(frozen=True)
class Clauses(Question):
    """The clauses of the case's publication; the answer is the list of ids of the key clauses confirmed."""


@dataclass(frozen=True)
class RecipientGroup(Question):
    """Which of the product's closed list of recipient groups the person belongs to, as its key."""


@dataclass(frozen=True)
class TypedName(Question):
    """The person's own full name, typed, as a string that must equal the name of the account."""


# --- Conditions --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Answered:
    """Holds where "step.question" was answered with one of these values (or, without values, at all).

    Where the answer is a list, one of its items suffices.
    """

    place: str
    values: tuple[Any, ...]

    def __init__(self, place: str, *values: Any) -> None:
        object.__setattr__(self, "place", place)
        object.__setattr__(self, "values", values)

    def __call__(self, answers: Answers) -> bool:
        step_name, question_name = self.place.split(".")
        value = answers.get(step_name, {}).get(question_name)
        if not self.values:
            return value not in (None, "", [], {})
        return any(each in self.values for each in (value if isinstance(value, list) else [value]))


def choices_of(question: Question) -> tuple[tuple[Any, str], ...]:
    """The answers to a question of which one is chosen, as (value, words); none for any other question."""
    match question:
        case YesNo(yes=yes, no=no):
            return ((True, yes), (False, no))
        case Choice(options=options):
            return options
    return ()


def _numbers(question: Question, when: Answered) -> tuple[int, ...]:
    """Which of the answers that can be chosen, from 1 on, make the condition hold; none where nothing is chosen."""
    return tuple(number for number, (key, _) in enumerate(choices_of(question), 1) if key in when.values)


# --- Who decides -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Assessor:
    """A role that accepts, asks or refuses: at the operator, at the subject, or at a supplier.

    At a supplier each supplier of the products that the case names decides for its own products, and the operator
    where none of them can: a no there ends the case only when nobody said yes (R002-17). At a board, in a case of a
    person: who may bind the board of the school that the answers name, after the operator said yes. At a rights holder:
    each of the product's decides for itself, and nobody in its place.
    """

    role: Role
    at: Party
    when: Condition | None = None


@dataclass(frozen=True)
class Adviser:
    """A role at the subject that reads, advises and never decides: its words stand in the document."""

    role: Role
    when: Condition | None = None


@dataclass(frozen=True)
class Signatory:
    """Those with authority to bind one side of a document, and the sentence each of them confirms."""

    confirms: str
    when: Condition | None = None
    """Whether these answers want a signature at all; none: always."""
    or_else: Assessor | None = None
    """Who judges where nobody is left with authority to sign."""
    together: Condition | None = None
    """With which answers at least two must sign, also where one could alone; none: never."""
    without_limits: bool = False
    """Whether only those may sign whose mandate has no limits: who may bind, is not for who may bind a little."""

    def fewest(self, answers: Answers) -> int:
        """How many must sign at the least with these answers, whatever those who sign may do alone."""
        return 2 if self.together is not None and self.together(answers) else 1


# --- Steps and workflows -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Step:
    """One page of questions, answered by one role."""

    name: str
    title: str
    questions: tuple[Question, ...]
    by: Role | None = None
    when: Condition | None = None
    intro: str = ""
    complaint: Callable[[Mapping[str, Any], Answers], Mapping[str, Sentence]] | None = None
    """A rule over several questions of the step: question name → sentence, empty when all is well."""
    advises: bool = False
    """Whether its answers are an advice: of who has the role alone, never of who wrote another step or can sign."""
    rests_on: tuple[str, ...] = ()
    """The steps that it is about: once one of them is changed, it is to be answered again."""
    escalates_after: int = 0
    """After how many days without an answer others are told, who can do something about it; 0: never."""

    def asked(self, answers: Answers) -> tuple[Question, ...]:
        """The questions of this step that these answers lead to. What was answered unasked decides nothing."""
        given = answers.get(self.name) or {}
        found: list[Question] = []
        kept: dict[str, Any] = {}
        for each in self.questions:
            if each.when is None or each.when({**answers, self.name: kept}):
                found.append(each)
                kept |= {name: given[name] for name in (each.name,) if name in given}
        return tuple(found)

    def follows(self, question: Question) -> tuple[str, tuple[int, ...]] | None:
        """The question of this page that leads to this one, and by which of its answers, from 1 on; none where that
        cannot be seen on the page itself.
        """
        when = question.when
        if not isinstance(when, Answered):
            return None
        before = self.questions[: self.questions.index(question)]
        leader = next((each for each in before if when.place == f"{self.name}.{each.name}"), None)
        numbers = _numbers(leader, when) if leader else ()
        return (leader.name, numbers) if leader and numbers else None

    def on_page(self, answers: Answers) -> tuple[Question, ...]:
        """The questions that are asked, and those that another answer on the same page would lead to."""
        asked = self.asked(answers)
        found: list[Question] = []
        for each in self.questions:
            leads = self.follows(each)
            if each in asked or (leads and any(leads[0] == shown.name for shown in found)):
                found.append(each)
        return tuple(found)


def step(
    name: str,
    title: str,
    *questions: Question,
    by: Role | None = None,
    when: Condition | None = None,
    intro: str = "",
    complaint: Callable[[Mapping[str, Any], Answers], Mapping[str, Sentence]] | None = None,
    advises: bool = False,
    rests_on: tuple[str, ...] = (),
    escalates_after: int = 0,
) -> Step:
    """A step, written with its questions in a row."""
    return Step(name, title, questions, by, when, intro, complaint, advises, rests_on, escalates_after)


@dataclass(frozen=True)
class Workflow:
    """What is asked, of whom, who assesses and who signs, and what is in force afterwards."""

    name: str
    title: str
    version: str
    subject: Party | frozenset[Party]
    steps: tuple[Step, ...]
    document: str
    outcome: str = ""
    """What follows when it is decided, by name; none: nothing but its document."""
    introduction: str = ""
    prefix: str = ""
    """The letters with which a case's reference begins."""
    started_by: tuple[Role, ...] = ()
    """Roles at the subject that may start it; none: anybody may."""
    assessors: tuple[Assessor, ...] = ()
    adviser: Adviser | None = None
    signatory: Signatory | None = None
    rejected_by: tuple[Role, ...] = ()
    """Roles at the subject that may say no for good while the questions are still being answered."""
    countersignatory: Signatory | None = None
    """Who signs after the subject: those with authority at the supplier of the publication's product. Nobody signs for
    both sides."""
    amount: Callable[[Answers], int] | None = None
    """The sum of money, in whole euros, to which these answers bind the subject; none: to nothing."""
    publication: str | None = None
    """The kind of publication a case is pinned to."""
    about: str = ""
    """The question ("step.question") that says which product it is about, where no publication does."""
    one_sitting: bool = False
    """One person, one sitting: no task list and no check page."""
    submit: str = "Versturen"
    afterwards: str = ""
    """What happens next, for the confirmation page."""
    remarks: Callable[[Answers], list[Sentence]] | None = None
    """What these answers will lead to and the person should know before submitting."""
    card: tuple[str, ...] = ()
    """The questions ("step.question") whose answers tell a signatory at a glance what is signed."""
    expected_days: int = 14
    """Within how many days whoever must act is expected to act."""
    reminders: tuple[int, ...] = (3, 7, 14)
    """After how many days of waiting whoever must act is reminded."""
    lapses_after: int = 90
    """After how many days without anything happening an open case lapses; its people are warned 14 days before."""
    prints_help: bool = False
    """Whether its document gives the help beside each question as well, so that a reader knows what was asked."""
    taken_back: str = ""
    """The sentence under which a person may take a decision back by themselves; empty: that cannot be done."""

    def __post_init__(self) -> None:
        _refuse_contradictions(self)

    @property
    def personal(self) -> bool:
        """Whether it is a person's own, and not an organisation's."""
        return self.subject is Party.PERSON

    @property
    def asks_rights_holders(self) -> bool:
        """Whether each rights holder of the case's product decides."""
        return any(each.at is Party.RIGHTS_HOLDER for each in self.assessors)

    def concerns(self, kind: str) -> bool:
        """Whether this kind of party may be its subject."""
        return kind == self.subject if isinstance(self.subject, Party) else kind in self.subject

    @property
    def may_be_assessed(self) -> bool:
        """Whether there are answers with which somebody judges it."""
        return bool(self.assessors or (self.signatory and self.signatory.or_else))

    def asked_to_assess(self, answers: Answers) -> tuple[Assessor, ...]:
        """The assessors that these answers call for."""
        return tuple(each for each in self.assessors if each.when is None or each.when(answers))

    def asked_to_advise(self, answers: Answers) -> Adviser | None:
        """The adviser, where these answers call for one."""
        adviser = self.adviser
        return adviser if adviser and (adviser.when is None or adviser.when(answers)) else None

    def asked_to_sign(self, answers: Answers) -> Signatory | None:
        """The signatory, where these answers call for a signature."""
        signatory = self.signatory
        return signatory if signatory and (signatory.when is None or signatory.when(answers)) else None

    def asked_to_countersign(self, answers: Answers) -> Signatory | None:
        """The countersignatory, where these answers call for both signatures."""
        other = self.countersignatory if self.asked_to_sign(answers) else None
        return other if other and (other.when is None or other.when(answers)) else None

    def path(self, answers: Answers) -> tuple[Step, ...]:
        """The steps that these answers lead to, in order.

        A condition sees only the answers given on the path so far, so an abandoned branch decides nothing.
        """
        return tuple(each for each, _, _ in self._walked(answers))

    def relevant(self, answers: Answers) -> dict[str, dict[str, Any]]:
        """The answers on the path: what a document may show. Abandoned branches are left out."""
        return {each.name: given for each, _, given in self._walked(answers) if each.name in answers}

    def open_steps(self, answers: Answers) -> tuple[Step, ...]:
        """The steps on the path that have not been answered, or not all of what these answers lead to now."""
        return tuple(
            each
            for each, asked, given in self._walked(answers)
            if each.name not in answers or any(q.name not in given for q in asked if not q.optional)
        )

    def _walked(self, answers: Answers) -> Iterator[tuple[Step, tuple[Question, ...], dict[str, Any]]]:
        """Each step on the path, what it asks, and what was answered to that."""
        kept: dict[str, dict[str, Any]] = {}
        for each in self.steps:
            if each.when is None or each.when(kept):
                given = answers.get(each.name, {})
                asked = each.asked({**kept, each.name: given})
                kept[each.name] = {q.name: given[q.name] for q in asked if q.name in given}
                yield each, asked, kept[each.name]

    def step(self, name: str) -> Step | None:
        """The step of this name, or None."""
        return next((each for each in self.steps if each.name == name), None)


def _refuse_contradictions(workflow: Workflow) -> None:
    names = [each.name for each in workflow.steps]
    _refuse_twins(workflow.name, names)
    for name in (workflow.name, *names):
        if not re.fullmatch(r"[a-z][a-z_]*", name):
            raise WorkflowError(f"{workflow.name}: {name!r} is no name for an address")
    if not workflow.steps:
        raise WorkflowError(f"{workflow.name}: asks nothing")
    seen: set[str] = set()
    for each in workflow.steps:
        if missing := set(each.rests_on) - {before.split(".")[0] for before in seen}:
            raise WorkflowError(f"{workflow.name}.{each.name}: rests on {min(missing)!r}, which comes later")
        if each.advises and not (each.by and each.rests_on):
            raise WorkflowError(f"{workflow.name}.{each.name}: an advice of nobody, or about nothing")
        _refuse_twins(f"{workflow.name}.{each.name}", [q.name for q in each.questions])
        _refuse_unknown(workflow.name, [each.when], seen)
        for question in each.questions:
            _refuse_unknown(workflow.name, [question.when], seen | {f"{each.name}.{q.name}" for q in each.questions})
            if isinstance(question, Choice | Choices) and not question.options:
                raise WorkflowError(f"{workflow.name}.{each.name}.{question.name}: a choice of nothing")
        seen |= {f"{each.name}.{q.name}" for q in each.questions}
    if unknown := set(workflow.card) - seen:
        raise WorkflowError(f"{workflow.name}: its card shows {min(unknown)!r}, which is not asked")
    if workflow.about and (workflow.publication or workflow.about not in seen):
        raise WorkflowError(f"{workflow.name}: is about {workflow.about!r}, which is not asked or known already")
    for decider in (*workflow.assessors, workflow.adviser, workflow.signatory, workflow.countersignatory):
        _refuse_unknown(workflow.name, [decider.when if decider else None], seen)
    if workflow.one_sitting and (workflow.signatory or workflow.assessors or workflow.adviser):
        raise WorkflowError(f"{workflow.name}: one sitting, yet others must act")
    if workflow.countersignatory and not (workflow.signatory and workflow.publication):
        raise WorkflowError(f"{workflow.name}: countersigned, yet nobody signs first or there is no supplier to do it")
    if workflow.countersignatory and any(
        each and each.together for each in (workflow.signatory, workflow.countersignatory)
    ):
        raise WorkflowError(f"{workflow.name}: how many must sign is not said of one of two sides")
    if isinstance(workflow.subject, frozenset) and (not workflow.subject or Party.PERSON in workflow.subject):
        raise WorkflowError(f"{workflow.name}: its subjects are organisations, at least one kind")
    if workflow.personal and (workflow.signatory or workflow.adviser):
        raise WorkflowError(f"{workflow.name}: a person's own case is not signed or advised on by an organisation")
    if not workflow.personal and not workflow.prefix:
        raise WorkflowError(f"{workflow.name}: its references need letters")


def _refuse_twins(where: str, names: Iterable[str]) -> None:
    names = list(names)
    for name in names:
        if names.count(name) > 1:
            raise WorkflowError(f"{where}: {name!r} stands there twice")


def _refuse_unknown(where: str, conditions: Iterable[Condition | None], seen: set[str]) -> None:
    for condition in conditions:
        if isinstance(condition, Answered) and condition.place not in seen:
            raise WorkflowError(f"{where}: looks at {condition.place!r}, which has not been asked yet")


def day(value: str) -> dt.date:
    """The day that a Date answer stands for."""
    return dt.date.fromisoformat(value)
