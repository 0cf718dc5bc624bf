"""The stage of the stories about a DPIA that was decided: a model, an FG, and assessments of every outcome."""

import datetime as dt
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from portal.cases import access, answering, overtaken, starting
from portal.cases.catalogue import workflow_of
from portal.cases.tables import Case
from portal.database import reader
from portal.offers import publications
from tests.builders import ANN, BAS, NOOR, OTHER_SCHOOL, OURS, SCHOOL, Portal, Someone, a_role, sign, submit
from tests.suppliers import the_product
from workflows.dpia_facts import DIMENSIONS
from workflows.dpia_questions import CONFIRMATIONS, SIDE_NAMES
from workflows.vocabulary import Role

KIM = Someone("Floor van Dam", "floor@fg.example", "Functionaris gegevensbescherming")
FG = KIM
LONG = "Wij gebruiken dit op al onze scholen, voor groep 3 tot en met 8, om te zien hoe het met het lezen gaat. "
BODY: dict[str, Any] = {
    "is_example": True,
    "maker": "Voorbeeldmaker",
    "made_on": "2026-06-01",
    "review_on": "2028-06-01",
    "product_version": "2026",
    "summary": "Een school volgt met dit product de resultaten van leerlingen, en vergelijkt die met andere scholen.",
    "modules": [{"id": "lezen", "name": "Lezen"}, {"id": "rekenen", "name": "Rekenen"}],
    "conditions": [{"id": "C1", "text": "Het product wordt afgenomen onder de onderwijsvoorwaarden."}],
    "dimensions": [
        {"id": side, "text": f"Het model beschrijft {SIDE_NAMES[side].lower()} in gewone woorden.", "level": 2}
        for side in DIMENSIONS
    ],
    "risks": [
        {"id": "R1", "text": "Een vreemde leest mee", "chance": "high", "impact": "high"}
        | {"chance_after": "low", "impact_after": "medium"},
        {"id": "R2", "text": "Gegevens blijven te lang staan", "chance": "medium", "impact": "medium"}
        | {"chance_after": "low", "impact_after": "medium"},
    ],
    "measures": [
        {
            "id": "M1",
            "text": "Inloggen met twee stappen",
            "critical": True,
            "by": "school",
            "evidence": "Een schermafdruk",
        }
        | {"modules": [], "lowers": [{"risk": "R1", "chance": 2, "impact": 0}]},
        {"id": "M2", "text": "Wissen na twee jaar", "critical": True, "by": "supplier", "evidence": "Een verklaring"}
        | {
            "modules": [],
            "lowers": [{"risk": "R1", "chance": 0, "impact": 1}, {"risk": "R2", "chance": 1, "impact": 0}],
        },
        {"id": "M3", "text": "Ouders krijgen uitleg", "critical": False, "by": "school", "evidence": "De brief"}
        | {"modules": [], "lowers": []},
    ],
}
DONE = {"state": "done", "on": "2026-10-01", "evidence": "Zie de schermafdruk van oktober."}
PLANNED = {"state": "planned", "on": "2027-01-15", "owner": "Femke Smit", "owner_email": "femke@ons.example"}
SAME = {"choice": "same", "level": "2"}


@dataclass(frozen=True)
class Model:
    """A model DPIA as it is published."""

    title: str = "Resultatenmonitor in het basisonderwijs"
    version: str = "2026-06"

    def body(self) -> dict[str, Any]:
        return BODY

    def faults(self) -> Iterator[tuple[str, str]]:
        return iter(())


def a_model(portal: Portal) -> uuid.UUID:
    """The model is published, Noor writes for our board, and Floor is its FG."""
    board, product = portal.organisation(OURS), the_product(portal)
    a_role(portal, NOOR, board, Role.PRIVACY_OFFICER)
    a_role(portal, FG, board, Role.FG)
    return portal.do(
        lambda session: (
            publications.publish(
                session, product, Model(), since=dt.date(2026, 11, 23), grace_days=0, by=None, kind="dpia_model"
            ).id
        )
    )


def reuse(**changes: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The answers of an assessment that comes to reuse; what is given for a step is changed in it."""
    answers: dict[str, dict[str, Any]] = {
        "subject": {
            "schools": [SCHOOL, OTHER_SCHOOL],
            "modules": ["lezen", "rekenen"],
            "other_modules": False,
            "same_version": True,
            "in_use": False,
            "start": "2027-02-01",
            "conditions": {"C1": {"met": "yes"}},
            "contract": "OV-2026-12",
            "agreement": True,
            "use": LONG * 2,
        },
        "need": {"ap": ["profiling"], "edpb": ["vulnerable", "scale"], "art35": [], "why": "Alle leerlingen doen mee."},
        "comparison": {
            "basis": "Onderwijs volgen: publieke taak (artikel 6 lid 1 onder e AVG).",
            "sides": dict.fromkeys(DIMENSIONS, SAME),
        },
        "measures": {"measures": dict.fromkeys(("M1", "M2", "M3"), DONE)},
        "risks": {
            "risks": {
                "R1": {"applies": True, "chance": "high", "impact": "high", "why": "Zoals in het model."},
                "R2": {"applies": True, "chance": "medium", "impact": "medium", "why": "Wij bewaren langer."},
            }
        },
        "views": {"sought": True, "how": "De medezeggenschapsraad is gevraagd.", "result": "Zij stemt in."},
        "advice": {"verdict": "positive", "bureau": False, "words": "Ik adviseer positief, om deze redenen. " * 4},
        "decision": {"confirms": [key for key, _ in CONFIRMATIONS], "review_on": "2028-06-01"},
    }
    for step, values in changes.items():
        answers[step] = {**answers.get(step, {}), **values}
    return answers


def conditional(**row: Any) -> dict[str, dict[str, Any]]:
    """An advice with one condition, and the answer to it."""
    answer = row or {"taken": True, "on": "2027-01-20", "owner": "Femke Smit", "owner_email": "femke@ons.example"}
    return {
        "advice": {"verdict": "conditional", "conditions": [{"text": "Leg het uit in de nieuwsbrief."}]},
        "reply": {"conditions": {"1": answer}},
    }


OUTCOMES: dict[str, dict[str, dict[str, Any]]] = {
    "reuse": reuse(),
    "adjusted": reuse(
        comparison={
            "sides": {
                **dict.fromkeys(DIMENSIONS, SAME),
                "D6": {"choice": "different", "level": "2", "why": "Wij wissen eerder."},
            },
            "local": [{"school": SCHOOL, "side": "D6", "choice": "different", "why": "Daar wist de school zelf."}],
        },
        **conditional(),
    ),
    "measures_first": reuse(
        subject={"in_use": True, "start": "2026-09-01"},
        timing={"earlier": False, "why": "Er was nog niets."},
        measures={
            "measures": {"M1": PLANNED, "M2": DONE, "M3": DONE},
            "own": [
                {"text": "Namen afkorten", "owner": "Tom de Wit", "owner_email": "tom@ons.example", "on": "2027-01-10"}
            ],
        },
    ),
    "own_dpia": reuse(
        comparison={
            "sides": {
                **dict.fromkeys(DIMENSIONS, SAME),
                "D4": {"choice": "riskier", "level": "3", "why": "Ook zorggegevens."},
            }
        },
        risks={
            "own": [
                {
                    "side": "D4",
                    "text": "Zorggegevens lekken",
                    "chance": "medium",
                    "impact": "high",
                    "after": "medium",
                    "why": "Gevoelig.",
                }
            ]
        },
    ),
    "prior_consultation": reuse(
        risks={
            "own": [
                {
                    "side": "D6",
                    "text": "Alles op straat",
                    "chance": "high",
                    "impact": "high",
                    "after": "high",
                    "why": "Niets helpt.",
                }
            ]
        },
    ),
    "compliance_check": reuse(
        subject={"in_use": True, "start": "2024-09-01"},
        timing={
            "earlier": True,
            "earlier_kind": "dpia",
            "earlier_on": "2024-08-01",
            "changed": False,
            "why": "Alles is gelijk.",
        },
    ),
    "not_required": reuse(need={"ap": [], "edpb": [], "art35": []}),
}


def an_assessment(portal: Portal, answers: dict[str, dict[str, Any]], *, until: str = "") -> uuid.UUID:
    """Begun by Noor, answered by who may: up to this step, or whole and sent in to be signed."""
    noor, board, product = portal.visitor(NOOR), portal.organisation(OURS), the_product(portal)
    who = {"advice": portal.visitor(FG), "decision": portal.visitor(ANN)}
    with portal.opened():
        case_id = starting.start("dpia_reuse", by=noor, organisation_id=board, product_id=product)
        while True:
            reader.expire_all()
            case = reader.get_one(Case, case_id)
            workflow, said = workflow_of(case), access.answers_of(case)
            left = workflow.open_steps(said)
            if not left or left[0].name == until:
                break
            step = left[0]
            names = {each.name for each in step.asked({**said, step.name: answers[step.name]})}
            given = {name: value for name, value in answers[step.name].items() if name in names}
            seen = overtaken.seen(workflow, case, step, said)
            reader.rollback()
            answering.answer(case_id, step.name, given, by=who.get(step.name, noor), seen=seen, follow=portal.follow)
        reader.rollback()
    if not until:
        submit(portal, case_id, portal.visitor(ANN))
    return case_id


def a_decision(portal: Portal, answers: dict[str, dict[str, Any]]) -> uuid.UUID:
    """Signed by both of our board."""
    case_id = an_assessment(portal, answers)
    portal.work()
    for each in (ANN, BAS):
        sign(portal, case_id, each)
        portal.work()
    return case_id
