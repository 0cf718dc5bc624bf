"""An old tab and the back button, at every step of every workflow: both answers are shown, nothing is overwritten."""

import uuid
from dataclasses import dataclass, field
from typing import Any
from xml.etree.ElementTree import Element

import pytest

from portal.cases.tables import CaseState, StepAnswer
from portal.database import reader
from tests.browser import Browser, words_of
from tests.builders import Portal
from tests.conftest import Tell
from tests.test_workflows import OF_ONE
from tests.walker import Walk, begin
from workflows import vocabulary as v

MOST_TURNS = 6
"""So many other answers are tried at a step, until one is sound by itself."""
CHANGED = "Een collega heeft deze stap intussen gewijzigd"


@dataclass
class WithOldTabs(Walk):
    """A walk beside which a second tab stands at each step: sent after the first, with other answers and with the same."""

    refused: list[str] = field(default_factory=list)
    """The steps at which the old tab had something else to say."""
    repeated: int = 0
    """At how many steps there is nothing else to say, so that the old tab only repeats."""

    def _step(self) -> None:
        tab = Browser(self.portal)
        tab.client = self.browser.client
        tab.open(self.browser.address)
        page = tab.address, tab.tree
        super()._step()
        if self._state(self.case_id) != CaseState.DRAFT:
            self._repeats(tab)
            return
        if self._refuses(tab, page):
            self.refused.append(self.steps[-1])
        else:
            self.repeated += 1
        before = self._stored()
        self.browser.open(page[0]).press(self._button())  # the back button, and on again without a change
        assert self._stored() == before

    def _refuses(self, tab: Browser, page: tuple[str, Element | None]) -> bool:
        """Whether some other answer from the old tab was sound, and therefore shown beside what is kept."""
        kept, other = self._stored(), Walk(self.portal, self.workflow, self.someone, tab, self.numbers)
        step = self.workflow.step(self.steps[-1])
        assert step is not None
        for turn in range(1, MOST_TURNS):
            tab.address, tab.tree = page
            for question in step.questions:
                if other._is_asked(question):
                    other._answer(question, question.name, turn)
            tab.press(other._button())
            assert self._stored() == kept, f"an old tab overwrote {step.name}"
            if tab.status == 409:
                theirs, mine = [words_of(each) for each in tab.all("dl")][:2]
                assert tab.sees(CHANGED) and theirs != mine
                return True
        return False

    def _repeats(self, tab: Browser) -> None:
        """The last button of a workflow of one sitting, pressed again: the same answer, and nothing more."""
        self.repeated += 1
        kept, other = self._stored(), Walk(self.portal, self.workflow, self.someone, tab, self.numbers)
        for question in self.workflow.steps[-1].questions:
            other._answer(question, question.name, 0)
        assert tab.press(other._button()).status == 200
        assert self._stored() == kept

    @property
    def case_id(self) -> uuid.UUID:
        return self.portal.case(self.workflow.name)

    def _stored(self) -> dict[str, tuple[int, Any]]:
        mine = {"case_id": self.case_id}
        return self.portal.ask(
            lambda: {each.step: (each.version, each.values) for each in reader.query(StepAnswer).filter_by(**mine)}
        )


@pytest.mark.parametrize("workflow", OF_ONE.values(), ids=OF_ONE)
@pytest.mark.row(5, "an old tab, at each step of each procedure")
def test_an_old_tab_overwrites_nothing_at_any_step(in_force: Portal, workflow: v.Workflow, tell: Tell) -> None:
    """Row 5: a new workflow is tested the day it is added."""
    begun = begin(in_force, workflow)
    walk = WithOldTabs(in_force, workflow, begun.someone, begun.browser, begun.numbers)
    walk.to_the_last_answer()
    assert walk.refused
    tell(f"old tabs of {workflow.name}", len(walk.steps), len(walk.refused) + walk.repeated)
