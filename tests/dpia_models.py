"""A small model DPIA, the assessment that reuses it as it is, and ways to say that something is otherwise."""

import copy
import datetime as dt
from typing import Any

from workflows.dpia_facts import DIMENSIONS, Around, Level, Lowering, Model, ModelMeasure, ModelRisk

TODAY = dt.date(2026, 11, 23)
LOW, MEDIUM, HIGH = Level.LOW, Level.MEDIUM, Level.HIGH
MODEL = Model(
    version="1",
    modules=frozenset({"mail", "files", "chat"}),
    conditions=frozenset({"C1"}),
    levels=dict.fromkeys(DIMENSIONS, 2),
    risks=(
        ModelRisk("R1", "een vreemde leest mee", HIGH, HIGH, LOW, MEDIUM),
        ModelRisk("R2", "gegevens blijven te lang staan", MEDIUM, MEDIUM, LOW, MEDIUM),
    ),
    measures=(
        ModelMeasure("M1", "inloggen met twee stappen", True, (Lowering("R1", 2, 0),)),
        ModelMeasure("M2", "de diagnose staat uit", True, (Lowering("R1", 0, 1), Lowering("R2", 1, 0))),
        ModelMeasure("M3", "ouders krijgen uitleg", False, (Lowering("R2", 0, 1),)),
        ModelMeasure("M4", "leraren lezen de gesprekken niet", True, (), frozenset({"chat"})),
    ),
    review_on=dt.date(2028, 6, 1),
)
AROUND = Around(TODAY, agreement=True)
AS_IT_IS: dict[str, dict[str, Any]] = {
    "subject": {
        "schools": ["00AA00"],
        "modules": ["files", "mail"],
        "other_modules": False,
        "same_version": True,
        "in_use": False,
        "start": "2027-02-01",
        "conditions": {"C1": {"met": "yes"}},
        "agreement": True,
        "use": "Wij gebruiken het voor lessen en overleg.",
    },
    "need": {"ap": [], "edpb": ["large_scale", "vulnerable"], "art35": [], "why": "Alle leerlingen doen mee."},
    "comparison": {
        "basis": "Onderwijs: wettelijke taak.",
        "sides": {s: {"choice": "same", "level": "2"} for s in DIMENSIONS},
    },
    "measures": {
        "measures": {m: {"state": "done", "on": "2026-10-01", "evidence": "foto"} for m in ("M1", "M2", "M3")}
    },
    "risks": {
        "risks": {
            "R1": {"applies": True, "chance": "high", "impact": "high", "why": "Zoals in het model."},
            "R2": {"applies": True, "chance": "medium", "impact": "medium", "why": "Zoals in het model."},
        }
    },
    "views": {"sought": True, "how": "MR", "result": "Akkoord."},
    "advice": {"verdict": "positive", "bureau": False, "words": "Akkoord."},
    "decision": {"confirms": [], "review_on": "2028-06-01"},
}


def with_answers(*changes: tuple[str, Any], start: dict[str, dict[str, Any]] = AS_IT_IS) -> dict[str, dict[str, Any]]:
    """The assessment as it is, but for these: ("comparison.sides.D4.choice", "riskier"); None takes the answer out."""
    answers = copy.deepcopy(start)
    for place, value in changes:
        *path, last = place.split(".")
        at: dict[str, Any] = answers
        for name in path:
            at = at.setdefault(name, {})
        if value is None:
            at.pop(last, None)
        else:
            at[last] = value
    return answers
