"""The gate's judgement: pure. The same call decides and explains, so that the two cannot differ."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from portal.gate.facts import Facts


@dataclass(frozen=True)
class Finding:
    """One condition that is not met: what, who can fix it, and where."""

    sentence: str
    """In plain Dutch, untranslated; `values` fill its named places."""
    fixed_by: str
    """Who can fix it, in words: a role, and the person where one is known."""
    page: tuple[str, Mapping[str, str]] | None = None
    """The endpoint of the page that fixes it, with its parameters; None where the person can only wait or ask."""
    page_text: str = ""
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Notice:
    """What is worth knowing of a condition that is met; it shuts nothing."""

    sentence: str
    """In plain Dutch, untranslated; `values` fill its named places."""
    values: Mapping[str, object] = field(default_factory=dict)


Rule = Callable[[Facts], Iterator[Finding]]
Remark = Callable[[Facts], Iterator[Notice]]


@dataclass(frozen=True)
class Condition:
    """A promise that must be kept before a report opens. Its code never changes."""

    code: str
    title: str
    """What is so where it is met."""
    unmet: str
    """What is so where it is not."""
    lacks: str
    """What another person lacks where it is not met, in a few words."""
    rule: Rule
    remark: Remark | None = None
    """What is said besides, where it is met."""


class Judged(NamedTuple):
    """One condition with what was found; nothing found means kept."""

    condition: Condition
    findings: tuple[Finding, ...]
    notices: tuple[Notice, ...] = ()
    """What is said of it although it is met."""

    @property
    def kept(self) -> bool:
        """Whether the condition is met."""
        return not self.findings


@dataclass(frozen=True)
class Verdict:
    """Open or shut, with every condition and every reason."""

    judged: tuple[Judged, ...]

    @property
    def is_open(self) -> bool:
        """Access if and only if there are no findings."""
        return all(each.kept for each in self.judged)

    @property
    def kept(self) -> int:
        """How many conditions are met."""
        return sum(each.kept for each in self.judged)

    @property
    def missing(self) -> tuple[str, ...]:
        """The codes of the conditions that are not met, in order."""
        return tuple(each.condition.code for each in self.judged if each.findings)


class NoConditionsError(Exception):
    """A product whose gate would be open to everybody; refused at the start."""


def judge(conditions: Iterable[Condition], facts: Facts) -> Verdict:
    """Judge every condition over these facts. A condition that raises counts as not met.

    Raises NoConditionsError for an empty list: a gate is never open by default.
    """
    judged = tuple(_judged(condition, facts) for condition in conditions)
    if not judged:
        raise NoConditionsError
    return Verdict(judged)


def _judged(condition: Condition, facts: Facts) -> Judged:
    findings = _found(condition, facts)
    if findings or condition.remark is None:
        return Judged(condition, findings)
    try:
        return Judged(condition, (), tuple(condition.remark(facts)))
    except Exception:
        return Judged(condition, (BROKEN,))


def _found(condition: Condition, facts: Facts) -> tuple[Finding, ...]:
    try:
        return tuple(condition.rule(facts))
    except Exception:
        return (BROKEN,)


BROKEN = Finding(
    sentence="Wij konden deze voorwaarde niet controleren. Daarom blijft de poort dicht.",
    fixed_by="de servicedesk",
)
