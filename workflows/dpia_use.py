"""What a board answered about its own use, read beside the model: worst sides, asked measures, risks that are left."""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from workflows.dpia_facts import DIMENSIONS, Around, Comparison, Level, MeasureState, Model, ModelMeasure
from workflows.dpia_risks import STEPS, level_of, lowered
from workflows.vocabulary import Answers, Sentence, day

MONTHS_WHILE_IN_USE = 3
"""Within how many months a critical measure must be carried out where use has begun already."""
OF_THE_BOARD = ""


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
    school: str = OF_THE_BOARD


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

    @property
    def in_use(self) -> bool:
        """Whether use began before this assessment."""
        return bool(self.said("subject.in_use"))

    @property
    def modules(self) -> frozenset[str]:
        """The modules that are used."""
        return frozenset(self.said("subject.modules", ()))

    # --- Sides ---------------------------------------------------------------------------------------------------

    def sides(self) -> tuple[SideAnswer, ...]:
        """What the board answered about each side, then what differs at its schools."""
        given: Mapping[str, Any] = self.said("comparison.sides", {})
        found = [
            SideAnswer(side, Comparison(given.get(side, {}).get("choice", "absent")), f"comparison.sides.{side}")
            for side in DIMENSIONS
        ]
        for number, row in rows(self.said("comparison.local")):
            place = f"comparison.local.{number}"
            found.append(SideAnswer(row["side"], Comparison(row["choice"]), place, row["school"]))
        return tuple(found)

    def is_riskier(self, answer: SideAnswer) -> bool:
        """Whether it holds more risk than the model describes: said so, or not described at all and no low risk."""
        if answer.choice is not Comparison.ABSENT:
            return answer.choice is Comparison.RISKIER
        found = [each.before for each in self.own_risks() if each.side == answer.side]
        return not found or any(each is not Level.LOW for each in found)

    def riskier_sides(self) -> frozenset[str]:
        """The sides on which the board or one of its schools holds more risk than the model describes."""
        return frozenset(each.side for each in self.sides() if self.is_riskier(each))

    # --- Measures ------------------------------------------------------------------------------------------------

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
        state = MeasureState(self.row_of(measure).get("state", "refused"))
        return MeasureState.DONE if state is MeasureState.PLANNED and measure.id in self.around.accepted else state

    def planned_on(self, measure: ModelMeasure) -> dt.date | None:
        """The day on which a measure is to be carried out."""
        on = self.row_of(measure).get("on")
        return day(on) if on else None

    def planned_too_late(self, measure: ModelMeasure) -> bool:
        """Whether it is to come later than three months from today, in a use that has begun already."""
        on = self.planned_on(measure)
        return self.in_use and (on is None or on > months_after(self.around.today, MONTHS_WHILE_IN_USE))

    def of_state(self, *states: MeasureState) -> tuple[ModelMeasure, ...]:
        """The asked measures that stand like this."""
        return tuple(each for each in self.asked() if self.state(each) in states)

    # --- Risks ---------------------------------------------------------------------------------------------------

    def own_risks(self) -> tuple[OwnRisk, ...]:
        """The risks that the board added."""
        return tuple(
            OwnRisk(
                f"own-{number}",
                row.get("side") or "",
                row["text"],
                level_of(Level(row["chance"]), Level(row["impact"])),
                Level(row["after"]),
            )
            for number, row in rows(self.said("risks.own"))
        )

    def residual(self, carried_out: tuple[ModelMeasure, ...] | None = None) -> dict[str, Level]:
        """What is left of each risk that applies: by what is done alone, or once these measures are carried out."""
        done = self.of_state(MeasureState.DONE) if carried_out is None else carried_out
        given: Mapping[str, Any] = self.said("risks.risks", {})
        found: dict[str, Level] = {}
        for risk in self.model.risks:
            row = given.get(risk.id, {"applies": True})
            if row.get("applies", True):
                chance, impact = (Level(row.get(name, STEPS[-1])) for name in ("chance", "impact"))
                found[risk.id] = lowered(risk.id, chance, impact, done)
        return found | {each.id: each.after for each in self.own_risks()}
