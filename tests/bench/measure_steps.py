"""One answer posted, the next page there: eleven screens of the portal beside the same screens in Django.

The screens are the eight of a board's registration and the first three of a board's declaration, asked of a person
who is signed in, over HTTP, with sessions in the database and a CSRF token in each form.
"""

import json
import os
import subprocess
from pathlib import Path

from portal.demonstration import EXAMPLE_PDF
from portal.parties import register
from tests.bench import bench_stage as stage
from tests.bench.bench_rows import Row, Stopwatch
from tests.bench.bench_servers import HOUSE, PLAIN_PYTHON, plain, the_portal
from tests.bench.bench_visitor import Answers, Visitor, arrived
from tests.stage import ANN, Installation
from workflows.registration import PRODUCTS

ROUNDS, WARM_UP = 24, 3
REACH = 1.0
DEAREST = 3
ANSWERS: dict[str, dict[str, Answers]] = {
    "registration": {
        "kind": {"kind": "board"},
        "party": {"party": f"board:{stage.NEWCOMER}"},
        "details": {
            "name": "Stichting Voorbeeld",
            "street": "Dorpsstraat 1",
            "postcode": "1431 SG",
            "place": "Aalsmeer",
            "board_number": stage.NEWCOMER,
            "kvk": "00013622",
        },
        "you": {"name": "Eva Bakker", "function": "Bestuurssecretaris", "phone": "020 123 45 67"},
        "authority": {
            "self": "yes",
            "others-0-name": "Bas Jansen",
            "others-0-function": "Lid van het bestuur",
            "others-0-email": "bas@voorbeeld.example",
            "mode": "alone",
            "basis": "trade_register",
            "evidence": EXAMPLE_PDF,
        },
        "roles": {
            "people-0-name": "Femke Smit",
            "people-0-email": "geld@voorbeeld.example",
            "people-0-roles": ["financial_contact"],
        },
        "invoices": {
            "channel": "email",
            "address": "facturen@voorbeeld.example",
            "reference": "",
            "office": "no",
        },
        "products": {"products": [PRODUCTS[0][0]], "pupil_system": "parnassys", "year_classes": "yes"},
    },
    "board_declaration": {
        "scope": {"office": "Bestuurskantoor"},
        "actors": {
            "people-0-name": "Noor Kaya",
            "people-0-email": "noor@voorbeeld.example",
            "people-0-acts": ["invite", "reports"],
        },
        "licence": {"collective": "no"},
    },
}


def measure(place: Installation) -> list[Row]:
    """The row of the wizard that answers with the next page, and that of the wizard whose pages have addresses."""
    wizard = place.folder.parent / "wizard"
    cookie = set_up(wizard, place)
    django = {"BENCH_WIZARD": str(wizard)}
    with (
        the_portal(place) as portal,
        plain("tests.bench.bench_wizard:application", python=PLAIN_PYTHON, environ=django,
              log=wizard / "django.log", ready="/healthz") as server,
    ):  # fmt: skip
        ann = stage.signed_in(place, portal.port, ANN)
        someone = Visitor(server.port, {"sessionid": cookie})
        watch = Stopwatch()
        for turn in range(-WARM_UP, ROUNDS):
            if turn == 0:
                watch.forget()
            walks = [
                lambda: _portal_walk(watch, place, ann),
                lambda: _django_walk(watch, someone, "plain", "/wizard"),
                lambda: _django_walk(watch, someone, "addressed", "/steps/kind"),
            ]
            for at in range(len(walks)):
                walks[(turn + at) % len(walks)]()
    ours, remark = watch.spread("portal"), f"{ROUNDS} walks of 11 screens; " + _dearest(watch)
    work = "answer posted → next page"
    return [
        Row(work, ours, watch.spread("plain"), "Django formtools wizard", REACH, also_p95=True, remark=remark),
        Row(work, ours, watch.spread("addressed"), "the same, each step an address"),
    ]


def _portal_walk(watch: Stopwatch, place: Installation, ann: Visitor) -> None:
    case_id, link = stage.a_registration(place, ANN)
    ann.get(link)
    _walk(watch, ann, f"/zaken/{case_id}", "registration", last="nakijken")
    case_id = stage.a_declaration(place)
    _walk(watch, ann, f"/zaken/{case_id}", "board_declaration", last="start")
    stage.put_away(place, case_id)


def _walk(watch: Stopwatch, ann: Visitor, case: str, workflow: str, *, last: str) -> None:
    """The steps of one workflow; the page that comes after the last is that of `last`."""
    steps = ANSWERS[workflow]
    ann.get(f"{case}/{next(iter(steps))}")
    for step, after in zip(steps, [*steps, last][1:], strict=True):
        if step == "party":  # one searches first on that screen; the search is no answer, so it is not timed
            ann.get(f"{case}/{step}?q={stage.NEWCOMER}")
        post = ann.fill(steps[step])
        page = watch.time("portal", lambda post=post: ann.send(post))
        watch.times.setdefault(f"portal {step}", []).append(watch.times["portal"][-1])
        arrived(page, f"{case}/{after}")


def _django_walk(watch: Stopwatch, someone: Visitor, name: str, first: str) -> None:
    someone.get(first)
    steps = {step: answers for workflow in ANSWERS.values() for step, answers in workflow.items()}
    for step, answers in steps.items():
        post = someone.fill({f"{step}-{name}": value for name, value in answers.items()})
        page = watch.time(name, lambda post=post: someone.send(post))
        watch.times.setdefault(f"{name} {step}", []).append(watch.times[name][-1])
        if page.status != 200 or "errorlist" in page.text or f'value="{step}"' in page.text:
            raise RuntimeError(f"the wizard did not take {step}:\n{page.text[-3000:]}")


def _dearest(watch: Stopwatch) -> str:
    """The screens that take the portal longest, beside the same in Django."""
    steps = [step for workflow in ANSWERS.values() for step in workflow]
    dear = sorted(steps, key=lambda step: -watch.spread(f"portal {step}").median)[:DEAREST]
    said = [
        f"{step} {watch.spread(f'portal {step}').median:.1f} ms (Django {watch.spread(f'plain {step}').median:.1f})"
        for step in dear
    ]
    return "dearest: " + ", ".join(said)


def set_up(folder: Path, place: Installation, *, screens: str = "") -> str:
    """Django's own database, with the same schools to choose from and somebody signed in; gives the cookie."""
    folder.mkdir()
    with place.opened():
        schools = [(each.code, f"{each.name}, {each.place}") for each in register.locations_of(stage.BOARD)]
    (folder / "schools.json").write_text(json.dumps(schools))
    command = [str(PLAIN_PYTHON), "-m", "tests.bench.bench_wizard", str(folder)]
    environ = {**os.environ, "BENCH_SCREENS": screens}
    said = subprocess.run(command, cwd=HOUSE, capture_output=True, text=True, check=False, env=environ)
    if said.returncode:
        raise RuntimeError(f"Django could not be set up:\n{said.stderr}")
    return said.stdout.strip()
