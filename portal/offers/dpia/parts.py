"""The parts in which a model DPIA is written, one page each: every part is rows of columns, read and put back; pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from portal.offers import writing
from portal.offers.dpia.asked import ABOUT, HINTS, LISTS, LOWERS, SIDE_HINTS
from portal.offers.dpia.ids import identified, next_id
from portal.offers.dpia.model import MOST, MOST_LOWERED, UNCHOSEN, Body, DpiaModel, Fault
from portal.offers.sections import Cells, Column, Kind, empty_row
from portal.offers.writing import Part, Unfinished
from portal.wording import mark, say, say_count
from workflows.dpia_facts import DIMENSIONS
from workflows.dpia_questions import SIDE_NAMES

USE, DANGER = "use", "danger"
GROUPS: Mapping[str, str] = {USE: mark("Het product en het gebruik"), DANGER: mark("Risico's en maatregelen")}
_MODULES, _CONDITIONS, _DIMENSIONS, _RISKS, _MEASURES = LISTS
PARTS: Mapping[str, Part] = {
    part.name: part
    for part in (
        Part("about", USE, ABOUT),
        Part("modules", USE, _MODULES, mark("Onderdeel %(number)s"), mark("Onderdeel toevoegen"), MOST),
        Part("conditions", USE, _CONDITIONS, mark("Voorwaarde %(number)s"), mark("Voorwaarde toevoegen"), MOST),
        Part("dimensions", USE, _DIMENSIONS, is_fixed=True),
        Part("risks", DANGER, _RISKS, mark("Risico %(number)s"), mark("Risico toevoegen"), MOST),
        Part("measures", DANGER, _MEASURES, mark("Maatregel %(number)s"), mark("Maatregel toevoegen"), MOST),
        Part("lowers", DANGER, LOWERS, add=mark("Risico toevoegen"), limit=MOST_LOWERED, is_sorted=True),
    )
}
"""Every part by name, in the order in which a model is written."""
_LETTERS_OF_A_NAME = 70


def rows(model: DpiaModel, part: Part) -> list[Cells]:
    """What stands in a part now: of the use always its twelve sides, of the lowering all measures after each other."""
    said = model.said
    match part.name:
        case "about":
            given = {"title": model.title, "version": model.version, **said}
            return [{each.name: _cell(given[each.name]) for each in part.section.columns}]
        case "dimensions":
            known = {each["id"]: each for each in reversed(said["dimensions"])}
            blank = {"text": "", "level": UNCHOSEN}
            return [_cells(part, {**blank, **known.get(side, {}), "id": side}) for side in DIMENSIONS]
        case "lowers":
            return [
                _cells(part, {**low, "measure": measure["id"]})
                for measure in said["measures"]
                for low in measure["lowers"]
            ]
    return [_cells(part, each) for each in said[part.name]]


def with_rows(model: DpiaModel, part: Part, written: Sequence[Cells]) -> DpiaModel:
    """The model with other rows in one part; a row without an id of its own gets one."""
    said = dict(model.said)
    match part.name:
        case "about":
            row = dict(written[0])
            title, version = row.pop("title"), row.pop("version")
            return model.saying({**said, **row, "is_example": row["is_example"] == "yes"}, title=title, version=version)
        case "dimensions":
            said["dimensions"] = list(_sides(model, part, written))
        case "measures":
            said["measures"] = list(_measures(model, identified("measures", written, model)))
        case "lowers":
            said["measures"] = _lowered(said["measures"], written)
        case name:
            said[name] = [dict(each) for each in identified(name, written, model)]
    return model.saying(said)


def with_one_more(
    model: DpiaModel, part: Part, written: Sequence[Cells], number: int | None = None
) -> tuple[list[Cells], int]:
    """The rows with an empty one, and its place; of the lowering it belongs to the measure of the button."""
    row = empty_row(part.section)
    if part.name != LOWERS.name:
        row["id"] = next_id(part.name, written, model)
        return [*written, row], len(written)
    ids = _ids(model, "measures")
    if not ids:
        return list(written), 0
    at = min(len(ids) - 1 if number is None else number, len(ids) - 1)
    row["measure"] = ids[at]
    place = sum(each["measure"] in ids[: at + 1] for each in written)
    return [*written[:place], row, *written[place:]], place


def taken_out(model: DpiaModel, part: Part, row: Cells) -> Cells:
    """A row with all that goes when it goes: a measure takes along what it lowers."""
    if part.name != "measures":
        return row
    lowers: list[Any] = next((each["lowers"] for each in model.said["measures"] if each["id"] == row["id"]), [])
    return {**row, "lowers": [f"{low['risk']}:{low['chance']}:{low['impact']}" for low in lowers]}


def is_blank(model: DpiaModel, part: Part) -> bool:
    """Whether nothing was written in this part yet."""
    return writing.says_nothing(part.section, rows(model, part))


# --- On its page -------------------------------------------------------------------------------------------------


def options(model: DpiaModel, part: Part, column: Column) -> list[tuple[str, str]]:
    """From what a column chooses, in the reader's words; also what is chosen already and is there no more."""
    if (part.name, column.name) == ("lowers", "risk"):
        return [(each["id"], _titled(each["id"], each["text"])) for each in model.said["risks"]]
    if (part.name, column.name) == ("measures", "modules"):
        known = {each["id"]: each["name"] or each["id"] for each in model.said["modules"]}
        used = {name for each in model.said["measures"] for name in each["modules"]} - known.keys()
        return [*known.items(), *((name, say("%(id)s (is er niet meer)", id=name)) for name in sorted(used))]
    return [(key, say(name)) for key, name in column.options]


def hint(part: Part, column: Column, row: Cells) -> str:
    """What helps to fill in a field."""
    if (part.name, column.name) == ("dimensions", "text"):
        return say(SIDE_HINTS.get(row["id"], ""))
    return say(HINTS.get((part.name, column.name), ""))


def row_name(part: Part, row: Cells, number: int) -> str:
    """What a row is called on its page: by its id, which never changes."""
    if part.name == "dimensions":
        return f"{row['id']}: {say(SIDE_NAMES.get(row['id'], ''))}"
    if part.name == "lowers" and row["risk"]:
        return say("%(measure)s verlaagt %(risk)s", measure=row["measure"], risk=row["risk"])
    if part.name == "lowers":
        return say("%(measure)s verlaagt nog niets", measure=row["measure"])
    return say(part.row, number=row.get("id", number))


def row_title(part: Part, row: Cells) -> str:
    """By what a person knows a row that was taken out."""
    if part.name == "lowers":
        return row_name(part, row, 0)
    return _titled(row["id"], str(row["name" if part.name == "modules" else "text"]))


def counted(part: Part, count: int) -> str:
    """How many rows there are, in words."""
    match part.name:
        case "modules":
            return say_count("%(count)s onderdeel", "%(count)s onderdelen", count)
        case "conditions":
            return say_count("%(count)s voorwaarde", "%(count)s voorwaarden", count)
        case "dimensions":
            return say_count("%(count)s kant van het gebruik", "%(count)s kanten van het gebruik", count)
        case "risks":
            return say_count("%(count)s risico", "%(count)s risico's", count)
        case "measures":
            return say_count("%(count)s maatregel", "%(count)s maatregelen", count)
    return say_count(
        "%(count)s keer verlaagt een maatregel een risico", "%(count)s keer verlaagt een maatregel een risico", count
    )


def unkeepable(model: DpiaModel, part: Part, written: Sequence[Cells]) -> dict[str, str]:
    """What cannot even be kept as a draft: the field, and a sentence."""
    if part.name == "about":
        return writing.too_long(written[0])
    if part.name != "lowers":
        return {}
    known = _ids(model, "measures")
    return {
        f"row-{at}-risk": say("Maatregel %(id)s is er niet meer. Haal deze regel weg.", id=each["measure"])
        for at, each in enumerate(written)
        if each["measure"] not in known
    }


# --- Faults, by the page on which they are mended ----------------------------------------------------------------


def unfinished(model: DpiaModel) -> list[Unfinished]:
    """What must be mended in a model, each with the page and the field where that is done."""
    return list(_placed(model, model.faults()))


def _placed(model: DpiaModel, faults: Iterable[Fault]) -> Iterator[Unfinished]:
    written = {part.name: rows(model, part) for part in PARTS.values()}
    for place, sentence in faults:
        name, at, column = _where(model.said, place)
        part = PARTS[name]
        field = f"row-{at}-{column}" if column else ""
        row = "" if part.section.is_single or not column else row_name(part, written[name][at], at + 1)
        yield Unfinished(part, field, sentence, row)


def _where(said: Body, place: str) -> tuple[str, int, str]:
    """Part, row and column; without a column it is the part as a whole."""
    match place.split("."):
        case [name] if name in PARTS:
            return name, 0, ""
        case [name]:
            return "about", 0, name
        case ["measures", at, "lowers", number, column]:
            before = sum(len(each["lowers"]) for each in said["measures"][: int(at)])
            return "lowers", before + int(number), column
        case ["dimensions", at, column]:
            side = said["dimensions"][int(at)]["id"]
            known = side in DIMENSIONS and column != "id"
            return "dimensions", DIMENSIONS.index(side) if known else 0, column if known else ""
        case [name, at, column, *_]:
            text = "name" if name == "modules" else "text"
            return name, int(at), text if column in ("id", "text") else column
    raise ValueError(place)


# --- How ---------------------------------------------------------------------------------------------------------


def _ids(model: DpiaModel, name: str) -> list[str]:
    return [each["id"] for each in model.said[name]]


def _titled(name: str, text: str) -> str:
    """By what a person knows a thing: its id, and how its text begins."""
    cut = text if len(text) <= _LETTERS_OF_A_NAME else text[: _LETTERS_OF_A_NAME - 1] + "…"
    return f"{name}: {cut}" if cut else name


def _cells(part: Part, said: Body) -> Cells:
    return {each.name: _cell(said[each.name]) for each in part.section.columns if each.kind is not Kind.KEPT}


def _cell(value: Any) -> str | list[str]:
    match value:
        case bool():
            return "yes" if value else "no"
        case int():
            return "" if value == UNCHOSEN else str(value)
        case list():
            return list(value)
    return str(value)


def _number(text: str, otherwise: int) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else otherwise


def _sides(model: DpiaModel, part: Part, written: Sequence[Cells]) -> Iterator[dict[str, Any]]:
    """The twelve sides; one that was not sent stays as it is."""
    sent = {each["id"]: each for each in reversed(written)}
    for row in rows(model, part):
        each = sent.get(row["id"], row)
        yield {"id": row["id"], "text": each["text"], "level": _number(each["level"], UNCHOSEN)}


def _measures(model: DpiaModel, written: Iterable[Cells]) -> Iterator[dict[str, Any]]:
    """The measures, each with what it lowered, or what it brings along when it is put back."""
    known: dict[str, list[list[Any]]] = {}
    for each in model.said["measures"]:
        known.setdefault(each["id"], []).append(each["lowers"])
    for row in written:
        kept = known.get(row["id"])
        yield {
            "id": row["id"],
            "text": row["text"],
            "critical": row["critical"] == "yes",
            "by": row["by"],
            "evidence": row["evidence"],
            "modules": list(row["modules"]),
            "lowers": kept.pop(0) if kept else [_lowering(*each.rsplit(":", 2)) for each in row.get("lowers", ())],
        }


def _lowered(measures: Sequence[Body], written: Sequence[Cells]) -> list[dict[str, Any]]:
    """The measures, each with what it lowers from now on; of two that bear one id it is the first."""
    wanted: dict[str, list[dict[str, Any]]] = {}
    for row in written:
        wanted.setdefault(row["measure"], []).append(_lowering(row["risk"], row["chance"], row["impact"]))
    return [{**each, "lowers": wanted.pop(each["id"], [])} for each in measures]


def _lowering(risk: str, chance: str = "", impact: str = "") -> dict[str, Any]:
    return {"risk": risk, "chance": _number(chance, 0), "impact": _number(impact, 0)}
