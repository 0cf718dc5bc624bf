"""A model DPIA: what it holds, what must be mended before it can be published, and the rule's view of it. Pure."""

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import Any

from portal.wording import say
from workflows.dpia_facts import DIMENSIONS, Level, Lowering, Model, ModelMeasure, ModelRisk
from workflows.dpia_questions import SIDE_NAMES

Body = Mapping[str, Any]
Fault = tuple[str, str]
"""Where ("measures.3.lowers"), and a sentence."""
LEVELS = tuple(str(each) for each in Level)
BY = ("school", "supplier", "operator")
LISTS = ("modules", "conditions", "dimensions", "risks", "measures")
MOST, LONGEST, LONGEST_TITLE = 100, 5000, 200
MOST_LOWERED = 500
"""So many times all measures together lower a risk."""
UNCHOSEN = -1
"""The level of a side of which nobody said yet how far it goes."""
_ID = re.compile(r"[A-Za-z][A-Za-z0-9]{0,19}")
NOT_AN_ID = frozenset({"meta", "process", "data", "errors", "validate", "name"})
"""Words that a form keeps for itself."""
_VERSION = re.compile(r"[0-9A-Za-z][0-9A-Za-z.-]{0,19}")


@dataclass(frozen=True)
class DpiaModel:
    """One version of a model DPIA; what it says is kept as it will be published."""

    title: str
    version: str
    said: Body
    used: frozenset[str] = field(default=frozenset(), compare=False)
    """The ids of earlier versions: nothing new gets one of these."""

    def saying(self, said: Body, *, title: str | None = None, version: str | None = None) -> "DpiaModel":
        """The same model with another text."""
        named = self.title if title is None else title
        return DpiaModel(named, self.version if version is None else version, said, self.used)

    def body(self) -> dict[str, Any]:
        """All that it says, as plain values."""
        return dict(self.said)

    @classmethod
    def of(cls, body: Body, *, title: str, version: str) -> "DpiaModel":
        """The model that a body holds."""
        return cls(title, version, body)

    @property
    def is_example(self) -> bool:
        """Whether it is an example of Tekenpoort's, and no model of its maker."""
        return bool(self.said["is_example"])

    def faults(self) -> Iterator[Fault]:
        """What must be mended before this can be published: the place, and a sentence."""
        yield from _text("title", self.title, say("Geef het model een titel."), LONGEST_TITLE)
        if not _VERSION.fullmatch(self.version):
            yield "version", say("Geef deze versie een nummer, bijvoorbeeld 2027-01.")
        yield from _text("maker", self.said["maker"], say("Wie heeft dit model gemaakt?"), LONGEST_TITLE)
        yield from _text("product_version", self.said["product_version"], say("Welke versie van het product is het?"))
        yield from _text("summary", self.said["summary"], say("Schrijf in enkele zinnen waar het model over gaat."))
        yield from _days(self.said)
        for name in LISTS:
            yield from _list(name, self.said[name])
        yield from _dimensions(self.said["dimensions"])
        yield from _risks(self.said["risks"])
        yield from _measures(self.said)


def empty() -> DpiaModel:
    """A model in which nothing is written yet but the twelve sides of a use."""
    said: dict[str, Any] = {name: [] for name in LISTS}
    said |= {"is_example": False, "maker": "", "made_on": "", "review_on": "", "product_version": "", "summary": ""}
    said["dimensions"] = [{"id": side, "text": "", "level": UNCHOSEN} for side in DIMENSIONS]
    return DpiaModel("", "", said)


def is_id(name: str) -> bool:
    """Whether a thing can bear this id, on a form as well."""
    return bool(_ID.fullmatch(name)) and name.lower() not in NOT_AN_ID


def as_facts(version: str, body: Body) -> Model:
    """What the rule of reuse looks at, of a model that was published."""
    return Model(
        version=version,
        modules=frozenset(each["id"] for each in body["modules"]),
        conditions=frozenset(each["id"] for each in body["conditions"]),
        levels={each["id"]: each["level"] for each in body["dimensions"]},
        risks=tuple(
            ModelRisk(each["id"], each["text"], *(Level(each[name]) for name in _LEVELS_OF_RISK))
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


_LEVELS_OF_RISK = ("chance", "impact", "chance_after", "impact_after")


def _text(place: str, text: str, missing: str, longest: int = LONGEST) -> Iterator[Fault]:
    if not text:
        yield place, missing
    elif len(text) > longest:
        yield place, say("Dit is te lang: hooguit %(most)s tekens.", most=longest)


def _days(said: Body) -> Iterator[Fault]:
    days: dict[str, dt.date] = {}
    for name in ("made_on", "review_on"):
        if not said[name]:
            yield name, say("Vul een datum in, bijvoorbeeld 1 8 2027.")
            continue
        try:
            days[name] = dt.date.fromisoformat(said[name])
        except ValueError:
            yield name, say("Schrijf een datum als 2027-01-31.")
    if len(days) == 2 and days["review_on"] <= days["made_on"]:
        yield "review_on", say("De dag van herziening ligt na de dag waarop het model is gemaakt.")


def _list(name: str, rows: Sequence[Body]) -> Iterator[Fault]:
    if not rows and name != "conditions":
        yield name, say("Noem er ten minste één.")
    elif len(rows) > MOST:
        yield name, say("Hooguit %(most)s regels.", most=MOST)
    ids = [row["id"] for row in rows]
    for at, row in enumerate(rows):
        if not is_id(row["id"]) or ids.count(row["id"]) > 1:
            yield f"{name}.{at}.id", say("Geef dit een eigen id van letters en cijfers: %(id)s kan niet.", id=row["id"])
        yield from _text(f"{name}.{at}.text", row.get("text", row.get("name", "")), say("Schrijf de tekst op."))


def _dimensions(rows: Sequence[Body]) -> Iterator[Fault]:
    described = {row["id"] for row in rows}
    for side in DIMENSIONS:
        if side not in described:
            named = say(SIDE_NAMES[side]).lower()
            yield "dimensions", say("Beschrijf ook onderdeel %(id)s: %(side)s.", id=side, side=named)
    for at, row in enumerate(rows):
        if row["id"] not in DIMENSIONS:
            yield f"dimensions.{at}.id", say("%(id)s is geen van de twaalf onderdelen.", id=row["id"])
        if row["level"] not in range(4):
            yield f"dimensions.{at}.level", say("Kies een niveau: 0, 1, 2 of 3.")


def _risks(rows: Sequence[Body]) -> Iterator[Fault]:
    for at, row in enumerate(rows):
        for name in _LEVELS_OF_RISK:
            yield from _chosen(f"risks.{at}.{name}", row[name], LEVELS)
        if all(row[name] in LEVELS for name in _LEVELS_OF_RISK) and any(
            LEVELS.index(row[f"{name}_after"]) > LEVELS.index(row[name]) for name in ("chance", "impact")
        ):
            yield f"risks.{at}.chance_after", say("Na de maatregelen is een risico niet groter dan ervoor.")


def _measures(said: Body) -> Iterator[Fault]:
    risks, modules = {row["id"] for row in said["risks"]}, {row["id"] for row in said["modules"]}
    for at, row in enumerate(said["measures"]):
        yield from _chosen(f"measures.{at}.by", row["by"], BY)
        yield from _text(f"measures.{at}.evidence", row["evidence"], say("Waaruit blijkt dat de maatregel er is?"))
        for module in row["modules"]:
            if module not in modules:
                yield f"measures.{at}.modules", say("Er is geen onderdeel dat %(id)s heet.", id=module)
        for number, low in enumerate(row["lowers"]):
            place = f"measures.{at}.lowers.{number}"
            yield from _lowering(place, low, risks, [each["risk"] for each in row["lowers"][:number]])
    if sum(len(row["lowers"]) for row in said["measures"]) > MOST_LOWERED:
        yield "lowers", say("Hooguit %(most)s regels.", most=MOST_LOWERED)


def _lowering(place: str, low: Body, risks: Set[str], before: Sequence[str]) -> Iterator[Fault]:
    if not low["risk"]:
        yield f"{place}.risk", say("Kies welk risico de maatregel verlaagt.")
    elif low["risk"] not in risks:
        yield f"{place}.risk", say("Er is geen risico dat %(id)s heet.", id=low["risk"])
    elif low["risk"] in before:
        yield f"{place}.risk", say("Dit risico staat al bij deze maatregel.")
    if any(low[name] not in range(3) for name in ("chance", "impact")):
        yield f"{place}.chance", say("Een maatregel verlaagt kans en gevolg met 0, 1 of 2.")
    elif not low["chance"] and not low["impact"]:
        yield f"{place}.chance", say("Kies of de kans of het gevolg lager wordt.")


def _chosen(place: str, value: str, options: Sequence[str]) -> Iterator[Fault]:
    if not value:
        yield place, say("Kies een van de antwoorden.")
    elif value not in options:
        yield place, say("Kies een van: %(options)s.", options=", ".join(options))
