"""One step of an assessment posted, the next page there: what one of sixty questions costs beside the same in Django.

The steps are those that a privacy officer writes, about the example of an office suite: its twelve sides, thirteen
measures and ten risks. Everything that a step asks is in one request.
"""

import json
from typing import Any

from portal.cases import starting
from portal.cases.access import Visitor as Who
from portal.database import act, reader
from portal.demonstration.stage import PRIVACY
from portal.offers import publications
from portal.offers.publications import MODEL_EXAMPLES
from portal.offers.tables import Product
from tests.bench import bench_stage as stage
from tests.bench.bench_rows import Row, Stopwatch
from tests.bench.bench_servers import PLAIN_PYTHON, plain, the_portal
from tests.bench.bench_visitor import Answers, Visitor, arrived
from tests.bench.measure_steps import set_up
from tests.stage import Installation

ROUNDS, WARM_UP = 16, 2
REACH = 1.0
MODEL = json.loads(MODEL_EXAMPLES["office_suite"].read_text(encoding="utf-8"))
LONG = "Wij gebruiken dit op al onze scholen, elke dag, voor de les en voor het overleg tussen leraren en ouders. " * 2
ONE_BY_ONE = ("comparison", "measures", "risks")
"""The steps that ask about each thing of the model."""


def answers_for(schools: list[str]) -> dict[str, Answers]:
    """What is filled in, by step, under the names of the boxes."""
    start = {"start-day": "1", "start-month": "9", "start-year": "2030"}
    met = {f"conditions-{each['id']}-met": "yes" for each in MODEL["conditions"]}
    sides, measures, risks = {}, {}, {}
    for each in MODEL["dimensions"]:
        sides |= {f"sides-{each['id']}-choice": "different", f"sides-{each['id']}-level": str(each["level"])}
        sides[f"sides-{each['id']}-why"] = "Bij ons is dit anders geregeld, maar niet met meer risico."
    for each in MODEL["measures"]:
        name = f"measures-{each['id']}"
        measures |= {f"{name}-state": "done", f"{name}-on-day": "1", f"{name}-on-month": "9", f"{name}-on-year": "2026"}
        measures[f"{name}-evidence"] = each["evidence"]
    for each in MODEL["risks"]:
        name = f"risks-{each['id']}"
        risks |= {f"{name}-applies": "yes", f"{name}-chance": each["chance"], f"{name}-impact": each["impact"]}
        risks[f"{name}-why"] = "Zoals in het model."
    modules = [each["id"] for each in MODEL["modules"]]
    yes_no = {"other_modules": "no", "same_version": "yes", "in_use": "no", "agreement": "yes"}
    return {
        "subject": {"schools": schools, "modules": modules, "contract": "OV-1", "use": LONG, **yes_no, **start, **met},
        "need": {"ap": ["profiling"], "edpb": ["vulnerable", "scale"], "why": LONG},
        "comparison": {"basis": "Onderwijs: publieke taak.", **sides},
        "measures": measures,
        "risks": risks,
    }


def measure(place: Installation) -> list[Row]:
    """All five steps, and those that ask about each thing, beside a Django wizard of the same fields."""
    schools = _publish(place)
    wizard = place.folder.parent / "wizard"
    cookie = set_up(wizard, place, screens="dpia_reuse")
    django = {"BENCH_WIZARD": str(wizard), "BENCH_SCREENS": "dpia_reuse"}
    answers = answers_for(schools)
    with (
        the_portal(place) as portal,
        plain("tests.bench.bench_wizard:application", python=PLAIN_PYTHON, environ=django,
              log=wizard / "django.log", ready="/healthz") as server,
    ):  # fmt: skip
        noor = stage.signed_in(place, portal.port, PRIVACY)
        someone = Visitor(server.port, {"sessionid": cookie})
        watch = Stopwatch()
        for turn in range(-WARM_UP, ROUNDS):
            if turn == 0:
                watch.forget()
            walks = [lambda: _portal_walk(watch, place, noor, answers), lambda: _django_walk(watch, someone, answers)]
            for at in range(len(walks)):
                walks[(turn + at) % len(walks)]()
    boxes = {step: len(values) for step, values in answers.items()}
    said = f"{ROUNDS} walks; boxes a step: " + ", ".join(f"{step} {count}" for step, count in boxes.items())
    dear = ", ".join(
        f"{each} {watch.spread(f'portal {each}').median:.1f} ms (Django {watch.spread(f'django {each}').median:.1f})"
        for each in answers
    )
    many = (
        [watch.times[f"portal {each}"] for each in ONE_BY_ONE],
        [watch.times[f"django {each}"] for each in ONE_BY_ONE],
    )
    for name, found in zip(("portal many", "django many"), many, strict=True):
        watch.times[name] = [each for times in found for each in times]
    return [
        Row("an assessment saved, step by step", watch.spread("portal"), watch.spread("django"),
            "Django formtools wizard", REACH, also_p95=True, remark=dear),
        Row("its three steps of many boxes", watch.spread("portal many"), watch.spread("django many"), "the same",
            remark=said),
    ]  # fmt: skip


def _publish(place: Installation) -> list[str]:
    """The office suite takes the place of the demonstration's model; gives the schools of the board."""
    with place.opened():
        product = reader.query(Product).filter_by(name="planmirror").one_or_none() or reader.query(Product).first()
        assert product is not None
        product_id = product.id
        reader.rollback()
        with act() as session:
            place_id = publications.versions(session, product_id, publications.DPIA_MODEL)
            for each in place_id:
                session.delete(each)
            session.flush()
            since = stage.clock.today()
            publications.publish_model(session, product_id, MODEL_EXAMPLES["office_suite"], since=since)
        return [each.code for each in stage.reader.query(stage.RegisterLocation).filter_by(board_number=stage.BOARD)][
            :20
        ]


def _portal_walk(watch: Stopwatch, place: Installation, noor: Visitor, answers: dict[str, Answers]) -> None:
    who, board = Who(stage.person_id(place, PRIVACY)), stage.board_id(place)
    with place.opened():
        product: Any = reader.query(Product).first()
        case_id = starting.start("dpia_reuse", by=who, organisation_id=board, product_id=product.id)
    case = f"/zaken/{case_id}"
    noor.get(f"{case}/{next(iter(answers))}")
    for step, after in zip(answers, [*list(answers)[1:], "views"], strict=True):
        post = noor.fill(answers[step])
        page = watch.time("portal", lambda post=post: noor.send(post))
        watch.times.setdefault(f"portal {step}", []).append(watch.times["portal"][-1])
        arrived(page, f"{case}/{after}")
    stage.put_away(place, case_id)


def _django_walk(watch: Stopwatch, someone: Visitor, answers: dict[str, Answers]) -> None:
    someone.get("/wizard")
    for step, values in answers.items():
        post = someone.fill({f"{step}-{name}": value for name, value in values.items()})
        page = watch.time("django", lambda post=post: someone.send(post))
        watch.times.setdefault(f"django {step}", []).append(watch.times["django"][-1])
        if page.status != 200 or "errorlist" in page.text or f'value="{step}"' in page.text:
            raise RuntimeError(f"the wizard did not take {step}:\n{page.text[-3000:]}")
