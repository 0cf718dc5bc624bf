"""STUB, to be dropped for the one of the library: a model DPIA as facts."""

from collections.abc import Mapping
from typing import Any

from workflows.dpia_facts import Level, Lowering, Model, ModelMeasure, ModelRisk
from workflows.vocabulary import day


def as_facts(version: str, body: Mapping[str, Any]) -> Model:
    """The model as the rule reads it."""
    return Model(
        version,
        frozenset(each["id"] for each in body["modules"]),
        frozenset(each["id"] for each in body["conditions"]),
        {each["id"]: each["level"] for each in body["dimensions"]},
        tuple(
            ModelRisk(
                each["id"],
                each["text"],
                *(Level(each[name]) for name in ("chance", "impact", "chance_after", "impact_after")),
            )
            for each in body["risks"]
        ),
        tuple(
            ModelMeasure(
                each["id"],
                each["text"],
                each["critical"],
                tuple(Lowering(one["risk"], one["chance"], one["impact"]) for one in each["lowers"]),
                frozenset(each["modules"]),
            )
            for each in body["measures"]
        ),
        day(body["review_on"]),
    )
