"""What cannot be in an assessment of a model DPIA, as things are now."""

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy.orm import Session

from portal import clock
from portal.cases.dpia.assessed import model_of
from portal.cases.tables import Case
from portal.errors import RefusedError
from portal.offers import publications
from portal.offers.dpia import standing
from portal.offers.tables import Publication
from portal.wording import day as day_in_words
from portal.wording import mark, say, sentence
from workflows import dpia_reuse
from workflows.dpia_facts import MeasureState, Standing
from workflows.dpia_use import months_after
from workflows.vocabulary import Answers, day

Faults = dict[str, str]
LONGEST_REVIEW, CRITICAL_WITHIN = 36, 3
"""Months: until a decision is looked at again, and for a critical measure where use has begun already."""
NOT_BEFORE = mark(
    "Deze dag is al geweest. Gebruikt u het product nog niet? Kies dan vandaag of later. Gebruikt u het al? Zeg dat "
    "dan."
)
NOT_YET = mark("U zegt dat u het product al gebruikt, maar deze dag moet nog komen.")
PAST = mark("Bij %(thing)s staat een geplande dag die al geweest is: %(day)s. Kies een dag die nog komt.")
NOT_DONE_YET = mark("Bij %(thing)s staat dat het is uitgevoerd op %(day)s, maar die dag moet nog komen.")
AFTER_START = mark(
    "%(thing)s is een kritieke maatregel. Die moet klaar zijn voordat het gebruik begint, dus uiterlijk op %(day)s."
)
TOO_FAR = mark(
    "%(thing)s is een kritieke maatregel, en u gebruikt het product al. Die moet binnen drie maanden klaar zijn, dus "
    "uiterlijk op %(day)s."
)
EARLIER_TO_COME = mark("Dat onderzoek kan niet van een dag zijn die nog moet komen.")
REVIEW_PAST = mark("Deze dag is al geweest. Kies een dag die nog komt.")
REVIEW_TOO_FAR = mark("Beoordeel uiterlijk over drie jaar opnieuw, dus op %(day)s of eerder.")
REVIEW_SUPERSEDED = mark(
    "Er is een nieuwere versie van dit model. Met versie %(version)s kunt u niet meer besluiten. Trek deze zaak in en "
    "begin opnieuw: wat u hier invulde, staat dan al klaar."
)
WITHDRAWN = mark(
    "Dit model is ingetrokken, dus u kunt er niet meer mee besluiten. Trek deze zaak in en begin opnieuw met een ander "
    "model: wat u hier invulde, staat dan al klaar. Is er geen ander model? Dan is een eigen DPIA nodig."
)
NOT_CURRENT = mark("Dit model geldt niet meer. Kies in de bibliotheek een model dat nu geldt.")
OWN = mark("eigen maatregel %(number)s")


def refuse_start(session: Session, publication: Publication) -> None:
    """An assessment begins with a model that is current."""
    if publication.kind != publications.DPIA_MODEL:
        return
    if publication.since > clock.now() or _standing(session, publication) is not Standing.CURRENT:
        raise RefusedError(NOT_CURRENT)


def gone(session: Session, case: Case) -> str:
    """Why nothing can be decided with the model of this open case any more; empty where it can."""
    if case.publication is None or case.publication.kind != publications.DPIA_MODEL:
        return ""
    return why_gone(_standing(session, case.publication), case.publication.version)


def why_gone(stands: Standing, version: str) -> str:
    """Why nothing can be decided with a model that stands like this; empty where it can."""
    match stands:
        case Standing.WITHDRAWN:
            return say(WITHDRAWN)
        case Standing.SUPERSEDED:
            return say(REVIEW_SUPERSEDED, version=version)
    return ""


def subject(_session: Session, _case: Case, answers: Answers) -> Faults:
    given = answers["subject"]
    start, today = day(given["start"]), clock.today()
    if given["in_use"] and start > today:
        return {"start": say(NOT_YET)}
    return {"start": say(NOT_BEFORE)} if not given["in_use"] and start < today else {}


def timing(_session: Session, _case: Case, answers: Answers) -> Faults:
    on = answers["timing"].get("earlier_on")
    return {"earlier_on": say(EARLIER_TO_COME)} if on and day(on) > clock.today() else {}


def comparison(_session: Session, case: Case, answers: Answers) -> Faults:
    """A level higher than the model's, where the use is said to be the same or narrower."""
    model = model_of(case)
    if model is None:
        return {}
    found = dpia_reuse.inconsistencies({"comparison": answers["comparison"]}, model)
    return {
        f"{place.removeprefix('comparison.')}.level": sentence(text)
        for place, text in found.items()
        if place.startswith("comparison.")
    }


def measures(_session: Session, case: Case, answers: Answers) -> Faults:
    given = answers["measures"]
    faults = {f"measures.{id_}.on": text for id_, text in _of_the_model(case, given, answers.get("subject", {}))}
    for number, row in enumerate(given.get("own") or [], 1):
        text = _planned(say(OWN, number=number), row["on"]) if not row.get("evidence") else ""
        if text:
            faults["own"] = text
            break
    return faults


def reply(_session: Session, _case: Case, answers: Answers) -> Faults:
    said = answers["reply"].get("conditions") or {}
    faults: Faults = {}
    for number, row in said.items():
        if row.get("taken") and (text := _planned(say("voorwaarde %(number)s", number=number), row["on"])):
            faults[f"conditions.{number}.on"] = text
    return faults


def decision(session: Session, case: Case, answers: Answers) -> Faults:
    if text := gone(session, case):
        return {"confirms": text}
    on, today = day(answers["decision"]["review_on"]), clock.today()
    last = months_after(today, LONGEST_REVIEW)
    if on <= today:
        return {"review_on": say(REVIEW_PAST)}
    return {"review_on": say(REVIEW_TOO_FAR, day=day_in_words(last, weekday=True))} if on > last else {}


def _of_the_model(case: Case, given: Mapping[str, Any], said: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    model = model_of(case)
    if model is None:
        return
    critical = {each.id for each in model.measures if each.critical}
    last, late = _last_day(said)
    for id_, row in (given.get("measures") or {}).items():
        thing, on = say("maatregel %(id)s", id=id_), row.get("on")
        match row.get("state"):
            case MeasureState.DONE if day(on) > clock.today():
                yield id_, say(NOT_DONE_YET, thing=thing, day=day_in_words(day(on), weekday=True))
            case MeasureState.PLANNED if text := _planned(thing, on):
                yield id_, text
            case MeasureState.PLANNED if id_ in critical and day(on) > last:
                yield id_, say(late, thing=id_, day=day_in_words(last, weekday=True))


def _last_day(said: Mapping[str, Any]) -> tuple[dt.date, str]:
    """By when a critical measure must be carried out, and the sentence where it is not."""
    if said.get("in_use"):
        return months_after(clock.today(), CRITICAL_WITHIN), TOO_FAR
    return day(said["start"]) if said.get("start") else dt.date.max, AFTER_START


def _planned(thing: str, on: str) -> str:
    return say(PAST, thing=thing, day=day_in_words(day(on), weekday=True)) if day(on) < clock.today() else ""


def _standing(session: Session, publication: Publication) -> Standing:
    return standing.of(session, publication, at=clock.now())
