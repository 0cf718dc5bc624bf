"""What a register says of an agreement, read from the body of its publication in the words of a person: pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from portal.offers.agreements.annexes import ANNEXES, subprocessors_of
from portal.offers.sections import Row, shown
from portal.wording import say

Body = Mapping[str, Any]


@dataclass(frozen=True)
class Contact:
    """Whom a board reaches when data leaked."""

    what: str
    name: str
    email: str
    phone: str


@dataclass(frozen=True)
class Breach:
    """How a leak of data is dealt with."""

    hours: str
    channel: str
    contacts: tuple[Contact, ...]


def cells(body: Body, annex: str, section: str) -> list[dict[str, str]]:
    """The rows of one section, each value as a person reads it."""
    [found] = [each for each in ANNEXES[annex] if each.name == section]
    return [
        {column.name: shown(column, row.get(column.name, "")) for column in found.columns}
        for row in body[annex].get(section, ())
    ]


def purposes(body: Body) -> list[str]:
    """What the data are used for."""
    return [each["purpose"] for each in cells(body, "leaflet", "purposes")]


def people(body: Body) -> list[str]:
    """Whose data they are."""
    return [_with(each["who"], each["remark"]) for each in cells(body, "leaflet", "people")]


def data(body: Body) -> list[str]:
    """Which kinds of data; a special one says so."""
    said = []
    for row, raw in zip(cells(body, "leaflet", "data"), body["leaflet"]["data"], strict=True):
        which = _with(row["category"], row["which"])
        said.append(say("%(which)s (bijzondere gegevens)", which=which) if raw.get("special") == "yes" else which)
    return said


def retention(body: Body) -> list[str]:
    """How long each kind is kept."""
    return [
        say("%(category)s: %(term)s, vanaf: %(start)s", **each | {"category": each["category"]})
        for each in cells(body, "leaflet", "retention")
    ]


def transfers(body: Body, subprocessors: Iterable[Row] | None = None) -> list[tuple[str, str]]:
    """The countries outside the EEA where data stand or go, with the ground; each pair once."""
    rows = [*body["leaflet"].get("places", ()), *(subprocessors or subprocessors_of(body["leaflet"]))]
    return list(dict.fromkeys((row["country"], row.get("basis", "")) for row in rows if row.get("in_eea") == "no"))


def measures(body: Body) -> list[str]:
    """Security in general words: the frameworks that are followed, and the subjects for which measures are in place."""
    frameworks = [_with(each["framework"], each["scope"]) for each in cells(body, "security", "frameworks")]
    shown_rows = zip(cells(body, "security", "measures"), body["security"]["measures"], strict=True)
    return frameworks + [row["theme"] for row, raw in shown_rows if raw.get("state") == "in_place"]


def breach(body: Body) -> Breach:
    """Whom one reaches when data leaked: those who are there for that, or else everybody in the annex."""
    contacts = [
        Contact(*(each[name] for name in ("what", "name", "email", "phone")))
        for each in cells(body, "security", "contacts")
    ]
    for_leaks = [each for each in contacts if "lek" in each.what.casefold()]
    parameters = body["parameters"]
    return Breach(parameters["breach_hours"], parameters["breach_channel"], tuple(for_leaks or contacts))


def _with(what: str, more: str) -> str:
    return f"{what}: {more}" if more else what
