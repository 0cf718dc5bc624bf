"""quality.md, row 14: whatever the facts and whichever conditions a product lists, access if and only if no finding."""

import datetime as dt
import random
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.gate.conditions import CONDITIONS, listed
from portal.gate.facts import Agreement, Dpia, DpiaStage, Facts, OpenMeasure, Paper, Shut, Standing
from portal.gate.judge import judge
from portal.wording import say
from tests.builders import START
from tests.conftest import Tell

T = TypeVar("T")
TRIED = 10_000
WORDS = ("", "Ann", "Bas de Wit", "%(board)s", "<b>", "100%", "{x}", "\u202eé")
QUICKLY = settings(max_examples=TRIED, deadline=None, database=None, suppress_health_check=list(HealthCheck))


class Chance:
    """Throws dice: one seed, one state; hypothesis chooses the seeds."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)

    def yes(self, often: float = 0.5) -> bool:
        return self.dice.random() < often

    def word(self) -> str:
        return self.dice.choice(WORDS)

    def day(self) -> dt.date | None:
        return START.date() + dt.timedelta(days=self.dice.randrange(-900, 900)) if self.yes() else None

    def some(self, make: Callable[[], T], often: float = 0.5) -> tuple[T, ...]:
        return tuple(make() for _ in range(self.dice.randrange(1, 3))) if self.yes(often) else ()

    def versions(self) -> tuple[str, ...]:
        return tuple(each for each in "321" if self.yes())

    def paper(self) -> Paper:
        signed, needed = self.dice.randrange(4), self.dice.randrange(4)
        standing = self.dice.choice(list(Standing))
        return Paper(standing, self.word(), signed, needed, self.some(self.word), self.day(), self.yes())

    def agreement(self) -> Agreement:
        sufficing, held = self.versions(), self.versions()
        return Agreement(self.yes(), self.word(), sufficing, held, self.yes(), self.paper(), self.word(), self.day())

    def measure(self) -> OpenMeasure:
        return OpenMeasure(self.word(), self.word(), self.day())

    def dpia(self) -> Dpia:
        stage = DpiaStage.IN_FORCE if self.yes() else self.dice.choice(list(DpiaStage))
        late, review, measures = self.yes(), self.day(), self.some(self.measure)
        return Dpia(stage, START.date(), self.yes(), late, review, measures, self.some(self.word), self.paper())

    def facts(self) -> Facts:
        yes, word = self.yes, self.word
        return Facts(
            at=START, person_name=word(), account_active=yes(0.8), account_blocked=yes(0.2), needs_second_factor=yes(),
            has_second_factor=yes(), school_name=word(), school_key=word(), school_registered=yes(), board_name=word(),
            board_registered=yes(), board_id=word(), declaration=self.paper(), agreement=self.agreement(), dpia=self.dpia(),
            board_signatories=self.some(word), member=yes(), acting=yes(), inviters=self.some(word), supplier=word(),
            product=word(), product_title=word(), terms_published=yes(0.8), terms_version=word(), terms_accepted=self.versions(),
            terms_sufficing=self.versions(), blocks=self.some(lambda: Shut(word(), self.day(), word()), 0.3), contact=word(),
        )  # fmt: skip

    def codes(self) -> list[str]:
        """Some conditions in some order, as a product could list them."""
        return self.dice.sample(sorted(CONDITIONS), self.dice.randrange(1, len(CONDITIONS) + 1))


KEPT: dict[str, Callable[[Facts], bool]] = {
    "account": lambda facts: facts.account_active and not facts.account_blocked,
    "block": lambda facts: len(facts.blocks) == 0,
    "second_factor": lambda facts: facts.has_second_factor or not facts.needs_second_factor,
    "registered": lambda facts: facts.school_registered or facts.declaration.standing is Standing.IN_FORCE,
    "agreement": lambda facts: any(each in facts.agreement.sufficing for each in facts.agreement.held),
    "dpia": lambda facts: facts.dpia.stage is DpiaStage.IN_FORCE,
    "member": lambda facts: facts.member or facts.acting,
    "terms": lambda facts: (
        facts.terms_published and any(each in facts.terms_sufficing for each in facts.terms_accepted)
    ),
}
"""What each condition promises, said once more in another way."""


def what_decides(facts: Facts) -> Facts:
    """The same without all that only explains: as much as the proxy's question is judged over."""
    agreement, in_force = facts.agreement, Paper(Standing.IN_FORCE)
    return replace(
        facts, person_name="", school_name="", board_name="", board_registered=False, board_id="", board_signatories=(),
        declaration=in_force if facts.declaration.standing is Standing.IN_FORCE else Paper(),
        agreement=Agreement(agreement.published, agreement.version, agreement.sufficing, agreement.held),
        dpia=Dpia(DpiaStage.IN_FORCE) if facts.dpia.stage is DpiaStage.IN_FORCE else Dpia(),
        inviters=(), supplier="", product="", product_title="", terms_version="", contact="",
        blocks=(Shut(""),) if facts.blocks else (),
    )  # fmt: skip


def is_as_promised(facts: Facts, codes: list[str]) -> bool:
    """Judge, and compare with what was promised; says whether the gate is open."""
    verdict = judge(listed(codes), facts)
    findings = [finding for each in verdict.judged for finding in each.findings]
    assert verdict.is_open == (not findings) == all(KEPT[code](facts) for code in codes), (facts, codes)
    assert list(verdict.missing) == [code for code in codes if not KEPT[code](facts)], (facts, codes)
    assert all(say(each.sentence, **each.values) for each in findings)
    assert judge(listed(codes), what_decides(facts)).missing == verdict.missing, (facts, codes)
    return verdict.is_open


@pytest.mark.row(14, "access if and only if no finding")
def test_access_if_and_only_if_there_is_no_finding_in_ten_thousand_random_states(tell: Tell) -> None:
    opened: dict[bool, int] = {True: 0, False: 0}

    @QUICKLY
    @given(st.integers(0, 2**64))
    def holds(seed: int) -> None:
        chance = Chance(seed)
        opened[is_as_promised(chance.facts(), chance.codes())] += 1

    holds()
    assert set(KEPT) == set(CONDITIONS), "a new condition is said here in another way"
    assert min(opened.values()) > TRIED // 20, f"{opened}: this proves little"
    tell("access if and only if no finding", sum(opened.values()), sum(opened.values()))


@pytest.mark.parametrize("code", sorted(CONDITIONS))
def test_a_condition_that_is_turned_round_is_seen(code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A check that cannot fail proves nothing."""
    kept = KEPT[code]
    monkeypatch.setitem(KEPT, code, lambda facts: not kept(facts))
    with pytest.raises(AssertionError):
        is_as_promised(Chance(1).facts(), [code])
