"""What a board answered about its own use, read beside the model: worst sides, asked measures, risks that are left."""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from workflows.dpia_facts import DIMENSIONS, Around, Comparison, Level, MeasureState, Model, ModelMeasure
from workflows.dpia_risks import level_of, lowered
from workflows.vocabulary import Answers, Sentence, day

MONTHS_WHILE_IN_USE = 3
"""Within how many months a critical measure must be carried out where use has begun already."""


def side_name(side: str) -> Sentence:
    """What one of the twelve sides is about, for use within a sentence."""
    names = {
        "D1": "de doelen van het gebruik",
        "D2": "de functies, modules en koppelingen",
        "D3": "de groepen mensen",
        "D4": "de soorten persoonsgegevens",
        "D5": "de omvang van het gebruik",
        "D6": "de duur en de bewaartermijnen",
        "D7": "de toegang en het delen",
        "D8": "de verwerkers en subverwerkers",
        "D9": "de landen en de doorgifte",
        "D10": "de gebruikte technieken",
        "D11": "de instellingen en het inloggen",
        "D12": "de informatie en de rechten",
    }
    return (names[side], {})


def months_after(start: dt.date, months: int) -> dt.date:
    """The same day so many months later, or the last day of that month where it has no such day."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    following = dt.date(year + (month == 11), (month + 1) % 12 + 1, 1)
    return min(dt.date(year, month + 1, 1) + dt.timedelta(days=start.day - 1), following - dt.timedelta(days=1))


def rows(given: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The rows of an answer with the number each is known by, from 1."""
    for number, row in enumerate(given or (), start=1):
        yield str(number), row


def asked_measures(model: Model, used: frozenset[str]) -> tuple[ModelMeasure, ...]:
    """The measures that are asked of who uses these modules: those of the whole product, and of a module in use."""
    return tuple(each for each in model.measures if not each.modules or each.modules & used)


@dataclass(frozen=True)
class SideAnswer:
    """How one side of the use compares, for the board or for one school of it."""

    side: str
    choice: Comparison
    place: str
    school: str = ""
    """its code; none: the board itself"""


@dataclass(frozen=True)
class OwnRisk:
    """A risk that the model does not describe."""

    id: str
    side: str
    text: str
    before: Level
    after: Level


@dataclass(frozen=True)
class Use:
    """The answers of one assessment, beside the model, at a moment.

    Of what was not answered the worst is assumed; in a half-filled one (`partial`) only what has been answered counts.
    """

    answers: Answers
    model: Model
    around: Around
    partial: bool = False

    def said(self, place: str, otherwise: Any = None) -> Any:
        """The answer at "step.question", or what to take where there is none."""
        step, question = place.split(".")
        given = self.answers.get(step, {}).get(question)
        return otherwise if given is None else given

    def counts(self, step: str) -> bool:
        """Whether this step says something, or must be taken at its worst."""
        return step in self.answers or not self.partial

    def differs(self, place: str, wanted: bool) -> bool:
        """Whether this yes or no is not the one wanted; one not given yet is not, where that does not count."""
        said = self.said(place)
        return said is not wanted and not (said is None and self.partial)

    @cached_property
    def in_use(self) -> bool:
        """Whether use began before this assessment."""
        return bool(self.said("subject.in_use"))

    @cached_property
    def modules(self) -> frozenset[str]:
        """The modules that are used."""
        return frozenset(self.said("subject.modules", ()))

    # --- Sides ---------------------------------------------------------------------------------------------------

    @cached_property
    def sides(self) -> tuple[SideAnswer, ...]:
        """What the board answered about each side, then what differs at its schools."""
        given: Mapping[str, Any] = self.said("comparison.sides", {})
        found = []
        for side in DIMENSIONS:
            choice = given.get(side, {}).get("choice") or self._worst(Comparison.ABSENT)
            if choice:
                found.append(SideAnswer(side, Comparison(choice), f"comparison.sides.{side}"))
        for number, row in rows(self.said("comparison.local")):
            if row.get("side") and row.get("choice"):
                place = f"comparison.local.{number}"
                found.append(SideAnswer(row["side"], Comparison(row["choice"]), place, row.get("school", "")))
        return tuple(found)

    def is_riskier(self, answer: SideAnswer) -> bool:
        """Whether it holds more risk than the model describes: said so, or not described at all and no low risk."""
        if answer.choice is not Comparison.ABSENT:
            return answer.choice is Comparison.RISKIER
        found = [each.before for each in self.own_risks if each.side == answer.side]
        return not found or any(each is not Level.LOW for each in found)

    @cached_property
    def riskier_sides(self) -> frozenset[str]:
        """The sides on which the board or one of its schools holds more risk than the model describes."""
        return frozenset(each.side for each in self.sides if self.is_riskier(each))

    # --- Measures ------------------------------------------------------------------------------------------------

    @cached_property
    def asked(self) -> tuple[ModelMeasure, ...]:
        """The measures that the model asks of this use."""
        return asked_measures(self.model, self.modules)

    def row_of(self, measure: ModelMeasure) -> Mapping[str, Any]:
        """What was answered about a measure."""
        given: Mapping[str, Any] = self.said("measures.measures", {})
        row: Mapping[str, Any] = given.get(measure.id, {})
        return row

    def state(self, measure: ModelMeasure) -> MeasureState:
        """How it stands: done too once the evidence of what was planned has been accepted; unanswered is refused."""
        return self._states[measure.id]

    @cached_property
    def _states(self) -> Mapping[str, MeasureState]:
        return {each.id: self._state(each) for each in self.model.measures}

    def _state(self, measure: ModelMeasure) -> MeasureState:
        said = self.row_of(measure).get("state") or self._worst(MeasureState.REFUSED)
        state = MeasureState(said or MeasureState.DONE)
        return MeasureState.DONE if state is MeasureState.PLANNED and measure.id in self.around.accepted else state

    def planned_on(self, measure: ModelMeasure) -> dt.date | None:
        """The day on which a measure is to be carried out."""
        on = self.row_of(measure).get("on")
        return day(on) if on else None

    def planned_too_late(self, measure: ModelMeasure) -> bool:
        """Whether it is to come later than three months from today, in a use that has begun already."""
        on = self.planned_on(measure)
        if on is None:
            return self.in_use and not self.partial
        return self.in_use and on > months_after(self.around.today, MONTHS_WHILE_IN_USE)

    def of_state(self, *states: MeasureState) -> tuple[ModelMeasure, ...]:
        """The asked measures that stand like this."""
        return tuple(each for each in self.asked if self.state(each) in states)

    # --- Risks ---------------------------------------------------------------------------------------------------

    @cached_property
    def own_risks(self) -> tuple[OwnRisk, ...]:
        """The risks that the board added."""
        found = []
        for number, row in rows(self.said("risks.own")):
            levels = self._levels(row, "chance", "impact", "after")
            if levels:
                before, text = level_of(levels[0], levels[1]), row.get("text") or ""
                found.append(OwnRisk(f"own-{number}", row.get("side") or "", text, before, levels[2]))
        return tuple(found)

    def residual(self, carried_out: tuple[ModelMeasure, ...] | None = None) -> dict[str, Level]:
        """What is left of each risk that applies: by what is done alone, or once these measures are carried out."""
        done = self.of_state(MeasureState.DONE) if carried_out is None else carried_out
        given: Mapping[str, Any] = self.said("risks.risks", {})
        found: dict[str, Level] = {}
        for risk in self.model.risks:
            row = given.get(risk.id, {})
            levels = self._levels(row, "chance", "impact")
            if row.get("applies") is not False and levels:
                found[risk.id] = lowered(risk.id, levels[0], levels[1], done)
        return found | {each.id: each.after for each in self.own_risks}

    # --- What is missing -----------------------------------------------------------------------------------------

    def is_told(self) -> bool:
        """Whether every side, every asked measure and every risk of the model has been answered."""
        sides, risks = self.said("comparison.sides", {}), self.said("risks.risks", {})
        return (
            "subject" in self.answers
            and all(sides.get(side, {}).get("choice") for side in DIMENSIONS)
            and all(self.row_of(measure).get("state") for measure in self.asked)
            and all(_is_rated(risks.get(risk.id, {})) for risk in self.model.risks)
        )

    def _worst(self, worst: Level | Comparison | MeasureState) -> str | None:
        return None if self.partial else worst

    def _levels(self, row: Mapping[str, Any], *names: str) -> tuple[Level, ...]:
        """The levels in a row; none where one of them has not been said yet."""
        said = [row.get(name) or self._worst(Level.HIGH) for name in names]
        return tuple(Level(each) for each in said if each) if all(said) else ()


def _is_rated(row: Mapping[str, Any]) -> bool:
    return row.get("applies") is False or bool(row.get("applies") and row.get("chance") and row.get("impact"))
