"""STUB: a model as facts."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from workflows.dpia_facts import Level, Lowering, Model, ModelMeasure, ModelRisk


def as_facts(version: str, body: Mapping[str, Any]) -> Model:
    """What the decision looks at."""
    return Model(
        version=version,
        modules=frozenset(each["id"] for each in body["modules"]),
        conditions=frozenset(each["id"] for each in body["conditions"]),
        levels={each["id"]: each["level"] for each in body["dimensions"]},
        risks=tuple(
            ModelRisk(
                each["id"],
                each["text"],
                Level(each["chance"]),
                Level(each["impact"]),
                Level(each["chance_after"]),
                Level(each["impact_after"]),
            )
            for each in body["risks"]
        ),
        measures=tuple(
            ModelMeasure(
                each["id"],
                each["text"],
                each["critical"],
                tuple(Lowering(low["risk"], low["chance"], low["impact"]) for low in each["lowers"]),
                frozenset(each["modules"]),
            )
            for each in body["measures"]
        ),
        review_on=dt.date.fromisoformat(body["review_on"]),
    )
