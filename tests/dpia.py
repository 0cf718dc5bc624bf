"""The stage of the stories about DPIAs: a model, and an assessment of it by any outcome that is wished for.

Noor writes, Femke advises as FG, Ann and Bas decide for our board.
"""

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from portal.cases import starting
from portal.cases.dpia import assessed
from portal.cases.tables import Case
from portal.database import reader
from portal.offers import publications
from portal.offers.tables import Product, Publication
from tests.browser import Browser
from tests.builders import ANN, FEMKE, NOOR, OURS, PRODUCT, SCHOOL, START, Portal, Someone, a_role, sign, submit
from workflows.dpia_assessment import WORKFLOW
from workflows.dpia_facts import DIMENSIONS, Outcome
from workflows.dpia_questions import CONFIRMATIONS
from workflows.dpia_reuse import Judgement
from workflows.vocabulary import Role

SAVE = "Opslaan en verder"
WRITTEN = ("subject", "need", "timing", "comparison", "measures", "risks", "views")
LONG = (
    "Wij gebruiken dit om te zien hoe leerlingen leren. Leraren kijken elke week, en niemand anders doet dat bij ons."
)
OWNER = {"owner": "Tom de Wit", "owner_email": "tom@ons.example"}


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def in_days(count: int, *, since: dt.date | None = None) -> str:
    return ((since or START.date()) + dt.timedelta(days=count)).isoformat()


# --- A model -----------------------------------------------------------------------------------------------------


def a_body(**other: Any) -> dict[str, Any]:
    """A small model, whole: two modules, one licence condition, twelve sides, two risks and three measures."""
    return {
        "is_example": True,
        "maker": "Stichting Voorbeeld",
        "made_on": "2026-09-01",
        "review_on": "2028-09-01",
        "product_version": "7",
        "summary": "Een klein model, om mee te proberen.",
        "modules": [{"id": "toetsen", "name": "Toetsen"}, {"id": "groepen", "name": "Groepen"}],
        "conditions": [{"id": "C1", "text": "U koopt het product onder de onderwijsvoorwaarden."}],
        "dimensions": [{"id": side, "text": f"Zo is {side} in het model.", "level": 1} for side in DIMENSIONS],
        "risks": [
            a_risk("R1", "Een ander ziet de resultaten.", chance="medium", impact="high"),
            a_risk("R2", "De gegevens zijn niet te lezen.", chance="low", impact="medium"),
        ],
        "measures": [
            a_measure("M1", "Alleen de leraar kan erbij.", critical=True, lowers=[("R1", 1, 1)]),
            a_measure("M2", "Maak elke nacht een kopie.", critical=False, lowers=[("R2", 1, 0)]),
            a_measure("M3", "Zet gasten uit.", critical=True, lowers=[("R1", 1, 0)], modules=["groepen"]),
        ],
        **other,
    }


def a_risk(id_: str, text: str, *, chance: str, impact: str) -> dict[str, str]:
    return {"id": id_, "text": text, "chance": chance, "impact": impact, "chance_after": "low", "impact_after": "low"}


def a_measure(
    id_: str,
    text: str,
    *,
    critical: bool,
    lowers: Iterable[tuple[str, int, int]] = (),
    modules: Iterable[str] = (),
) -> dict[str, Any]:
    lowered = [{"risk": risk, "chance": chance, "impact": impact} for risk, chance, impact in lowers]
    return {
        "id": id_,
        "text": text,
        "critical": critical,
        "by": "school",
        "evidence": "Een schermafdruk.",
        "modules": list(modules),
        "lowers": lowered,
    }


@dataclass(frozen=True)
class SmallModel:
    """A model as it is published, without the care that the library takes."""

    version: str
    title: str = "Model-DPIA Resultatenmonitor"
    parts: Mapping[str, Any] = field(default_factory=a_body)

    def body(self) -> dict[str, Any]:
        return dict(self.parts)

    def faults(self) -> Iterable[tuple[str, str]]:
        return iter(())


def a_model(portal: Portal, version: str = "1.0", **body: Any) -> uuid.UUID:
    """A version of the model, published now; these parts of it are otherwise. Gives the publication."""

    def publish(session: Any) -> uuid.UUID:
        product = session.scalars(select(Product).filter_by(name=PRODUCT)).one()
        text: Any = SmallModel(version, parts=a_body(**body))
        since = portal.moment.date()
        return publications.publish(session, product.id, text, since=since, grace_days=0, by=None, kind="dpia_model").id

    return portal.do(publish)


def a_stage(portal: Portal) -> Portal:
    """The model is published; Noor is privacy officer of our board, and Femke its FG."""
    a_role(portal, NOOR, portal.organisation(OURS), Role.PRIVACY_OFFICER)
    a_role(portal, FEMKE, portal.organisation(OURS), Role.FG)
    a_model(portal)
    portal.work()
    return portal


# --- Answers -----------------------------------------------------------------------------------------------------


def done(on: str = "2026-11-01", **more: Any) -> dict[str, Any]:
    return {"state": "done", "on": on, "evidence": "Gecontroleerd door de beheerder.", **more}


def planned(on: str, **more: Any) -> dict[str, Any]:
    return {"state": "planned", "on": on, **OWNER, **more}


def answers_for(
    outcome: Outcome = Outcome.REUSE, *, in_use: bool = False, **other: Mapping[str, Any]
) -> dict[str, dict[str, Any]]:
    """The answers of the privacy officer, by step, that come to this outcome once the FG agrees."""
    if outcome is Outcome.COMPLIANCE_CHECK:
        in_use = True
    answers: dict[str, dict[str, Any]] = {
        "subject": {
            "schools": [SCHOOL],
            "modules": ["toetsen", "groepen"],
            "other_modules": False,
            "same_version": True,
            "in_use": in_use,
            "start": "2025-09-01" if in_use else in_days(60),
            "conditions": {"C1": {"met": "yes"}},
            "contract": "",
            "agreement": True,
            "use": LONG,
        },
        "need": {"ap": ["profiling"], "edpb": ["vulnerable", "scale"], "art35": [], "why": "Het gaat om kinderen."},
        "timing": {"earlier": False, "why": "Dat was er niet."},
        "comparison": {
            "basis": "Volgen van leren: publieke taak.",
            "sides": {side: {"choice": "same", "level": "1"} for side in DIMENSIONS},
            "local": [],
        },
        "measures": {"measures": {id_: done() for id_ in ("M1", "M2", "M3")}, "own": []},
        "risks": {
            "risks": {
                "R1": {"applies": True, "chance": "medium", "impact": "medium", "why": "Zoals in het model."},
                "R2": {"applies": True, "chance": "low", "impact": "low", "why": "Zoals in het model."},
            },
            "own": [],
        },
        "views": {"sought": True, "how": "Besproken in de MR.", "result": "De MR is het ermee eens."},
    }
    _towards(outcome, answers)
    for step, values in other.items():
        answers[step] = {**answers[step], **values}
    return answers


def _towards(outcome: Outcome, answers: dict[str, dict[str, Any]]) -> None:
    """What is otherwise than where all is well."""
    measures = answers["measures"]["measures"]
    match outcome:
        case Outcome.ADJUSTED:
            measures["M2"] = planned(in_days(90))
        case Outcome.MEASURES_FIRST:
            measures["M1"] = planned(in_days(30))
        case Outcome.OWN_DPIA:
            answers["comparison"]["sides"]["D4"] = {"choice": "riskier", "level": "3", "why": "Ook zorggegevens."}
            answers["risks"]["own"] = [an_own_risk("D4")]
        case Outcome.PRIOR_CONSULTATION:
            answers["risks"]["risks"]["R2"] = {"applies": True, "chance": "high", "impact": "high", "why": "Heel veel."}
        case Outcome.COMPLIANCE_CHECK:
            answers["timing"] = {
                "earlier": True,
                "earlier_kind": "dpia",
                "earlier_on": "2025-05-01",
                "changed": False,
                "why": "Er is niets veranderd.",
            }
        case Outcome.NOT_REQUIRED:
            answers["need"] = {"ap": [], "edpb": [], "art35": [], "why": "Er zijn geen gegevens van leerlingen."}


def an_own_risk(side: str, **other: str) -> dict[str, str]:
    risk = {"side": side, "text": "Zorggegevens lekken.", "chance": "medium", "impact": "high", "after": "medium"}
    return {**risk, "why": "Het zijn gevoelige gegevens.", **other}


# --- Through the pages -------------------------------------------------------------------------------------------


def begun(portal: Portal, *, by: Someone = NOOR, board: str = OURS, model: uuid.UUID | None = None) -> uuid.UUID:
    """Somebody begins an assessment of the current model, or of this one, for this board."""
    query = select(Product.id).filter_by(name=PRODUCT)
    product, visitor = portal.ask(lambda: reader.execute(query).scalar_one()), portal.visitor(by)
    with portal.later(seconds=1).opened():
        return starting.start(
            "dpia_reuse",
            by=visitor,
            organisation_id=portal.organisation(board),
            product_id=product,
            publication_id=model,
        )


def answer(portal: Portal, case_id: uuid.UUID, step: str, values: Mapping[str, Any], *, by: Someone = NOOR) -> Browser:
    """This person answers one step on its page."""
    browser = portal.later(seconds=1).sign_in(by).open(f"/zaken/{case_id}/{step}")
    return filled(browser, values).press(SAVE)


def filled(browser: Browser, values: Mapping[str, Any]) -> Browser:
    """The form of a step with these answers, as one types them; rows are added. What an answer leads to is there already:
    a step is one request.
    """
    flat = dict(_flat("", values))
    address = browser.address
    for _ in range(MOST_PRESSES):
        there = _asked(browser)
        browser.filled |= {name: value for name, value in flat.items() if name in there}
        left_out = sorted(set(flat) - there)
        if not left_out:
            return browser
        row = next((each for each in left_out if each.partition("-")[0] in _lists(browser)), "")
        assert row, f"{address} does not ask {left_out}"
        _add(browser, row.partition("-")[0])
        assert browser.address == address, f"{address} was saved without {left_out}"
    raise AssertionError(f"{address} does not ask {left_out}: {browser.faults()}")


MOST_PRESSES = 8


def _asked(browser: Browser) -> set[str]:
    return {each.get("name", "") for each in browser.all("*") if each.get("name")}


def _lists(browser: Browser) -> set[str]:
    return {each.get("value", "") for each in browser.all("button") if each.get("name") == "add"}


def _add(browser: Browser, name: str) -> None:
    """One row more in this list."""
    form = next(each for each in browser.all("form") if any(b.get("value") == name for b in each.iter("button")))
    fields, files = browser._fields_of(form)
    browser._overwrite(form, fields, files)
    browser.send("POST", browser.address, data={**{each: fields.getlist(each) for each in fields}, "add": name})


def _flat(prefix: str, value: Any) -> Iterable[tuple[str, Any]]:
    """Answers as the names and values of boxes."""
    if isinstance(value, Mapping):
        for name, each in value.items():
            yield from _flat(f"{prefix}-{name}" if prefix else str(name), each)
    elif isinstance(value, bool):
        yield prefix, ["yes" if value else "no"]
    elif isinstance(value, list) and value and isinstance(value[0], Mapping):
        for number, row in enumerate(value):
            yield from _flat(f"{prefix}-{number}", row)
    elif isinstance(value, list):
        if value:
            yield prefix, [str(each) for each in value]
    elif _is_day(value):
        year, month, number = value.split("-")
        yield f"{prefix}-day", str(int(number))
        yield f"{prefix}-month", str(int(month))
        yield f"{prefix}-year", year
    elif prefix.rpartition("-")[2] in CHOSEN:
        yield prefix, [str(value)]
    else:
        yield prefix, str(value)


CHOSEN = frozenset("met choice level state chance impact after side earlier_kind verdict replacements school".split())
"""What is chosen from a list, and not typed."""


def _is_day(value: Any) -> bool:
    try:
        return bool(isinstance(value, str) and dt.date.fromisoformat(value))
    except ValueError:
        return False


def assessment(
    portal: Portal,
    outcome: Outcome = Outcome.REUSE,
    *,
    until: str = "views",
    by: Someone = NOOR,
    board: str = OURS,
    in_use: bool = False,
    **other: Mapping[str, Any],
) -> uuid.UUID:
    """An assessment that Noor has written, up to and with this step, and that waits for whoever comes next."""
    case_id = begun(portal, by=by, board=board)
    answers = answers_for(outcome, in_use=in_use, **other)
    for step in WORKFLOW.path(answers):
        if step.name not in answers:
            break
        page = answer(portal, case_id, step.name, answers[step.name], by=by)
        assert not page.faults(), (step.name, page.faults())
        if step.name == until:
            break
    return case_id


def advised(
    portal: Portal,
    case_id: uuid.UUID,
    verdict: str = "positive",
    *,
    conditions: Iterable[str] = (),
    replacements: str = "",
    by: Someone = FEMKE,
    words: str = "",
) -> Browser:
    """The FG advises."""
    values: dict[str, Any] = {"verdict": verdict, "bureau": False, "words": words or f"Ik adviseer {verdict}. {LONG}"}
    if conditions:
        values["conditions"] = [{"text": each} for each in conditions]
    if replacements:
        values["replacements"] = replacements
    return answer(portal, case_id, "advice", values, by=by)


def replied(portal: Portal, case_id: uuid.UUID, *taken: bool, words: str = "", by: Someone = NOOR) -> Browser:
    """Noor answers each condition of the FG: taken over, or not; or the negative advice, in words."""
    if words:
        return answer(portal, case_id, "reply", {"words": words}, by=by)
    on = in_days(40, since=portal.moment.date())
    rows = {
        str(number): {"taken": True, "on": on, **OWNER} if each else {"taken": False, "why": "Dat doen wij al."}
        for number, each in enumerate(taken, 1)
    }
    return answer(portal, case_id, "reply", {"conditions": rows}, by=by)


def decided(portal: Portal, case_id: uuid.UUID, *, by: Someone = ANN, sent: bool = True, **more: Any) -> uuid.UUID:
    """The board decides, and has the document made that is signed then."""
    on = in_days(700, since=portal.moment.date())
    values = {"confirms": [key for key, _ in CONFIRMATIONS], "review_on": on, **more}
    answer(portal, case_id, "decision", values, by=by)
    if sent:
        submit(portal, case_id, portal.visitor(by))
        portal.work()
    return case_id


def signed(portal: Portal, case_id: uuid.UUID, *signatories: Someone) -> uuid.UUID:
    """These people sign the decision."""
    for each in signatories:
        sign(portal, case_id, each)
    portal.work()
    return case_id


def judgement(portal: Portal, case_id: uuid.UUID) -> Judgement | None:
    """What the case comes to, now."""
    return portal.ask(lambda: assessed.assessed(reader(), reader.get_one(Case, case_id)))


def model_of(portal: Portal, case_id: uuid.UUID) -> Publication:
    found = portal.ask(lambda: reader.get_one(Case, case_id).publication)
    assert found is not None
    return found
