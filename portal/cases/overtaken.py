"""Answers that rest on other answers: which of them still stand, and which are asked again."""

import zlib
from collections.abc import Mapping
from typing import Any

from portal.cases.tables import Case, StepAnswer
from workflows.vocabulary import Answers, OfEach, Step, Workflow

SHORT = 10**8
"""Versions are told to a page in fewer than nine digits."""


def standing(workflow: Workflow, case: Case) -> dict[str, dict[str, Any]]:
    """The answers of a case without those that were overtaken: by a change in what they rest on, or by a question more.

    What is overtaken stays on file; its step is open again.
    """
    stored = {each.step: each for each in case.answers}
    if not any(each.rests_on or _names_things(each) for each in workflow.steps):
        return {name: each.values for name, each in stored.items()}
    stands: dict[str, dict[str, Any]] = {}
    for step in workflow.steps:
        given = stored.pop(step.name, None)
        if given is None or is_proposed(given):
            continue
        if step.rests_on and given.rests_on != under(workflow, step, stands, case):
            continue
        if not _is_whole(step, {**stands, step.name: given.values}, case):
            continue
        stands[step.name] = given.values
    return stands | {name: each.values for name, each in stored.items()}


def under(workflow: Workflow, step: Step, answers: Answers, case: Case) -> dict[str, int]:
    """The versions of the answers that this step is about, as they are now."""
    if not step.rests_on:
        return {}
    path = {each.name for each in workflow.path(answers)}
    versions = {each.step: each.version for each in case.answers}
    return {name: versions[name] for name in step.rests_on if name in path and name in answers}


def stored(case: Case, step_name: str) -> StepAnswer | None:
    """What was answered last at a step, overtaken or not."""
    return next((each for each in case.answers if each.step == step_name), None)


def is_proposed(given: StepAnswer) -> bool:
    """Whether it was put ready and nobody answered it yet: it is shown in the form, and its step is open.

    Its version is 0, or less than that where it was answered before: so that a next answer never has an older version.
    """
    return given.version <= 0


def is_carried(case: Case, given: StepAnswer) -> bool:
    """Whether it was taken over from an earlier case as it was, and nobody answered it here."""
    return given.version == 1 and given.answered_by is not None and given.answered_at == case.started_at


def seen(workflow: Workflow, case: Case, step: Step, answers: Answers) -> int:
    """What a page of this step goes by: its version, and that of all it is about, in one number."""
    given = stored(case, step.name)
    version = given.version if given else 0
    rests = under(workflow, step, answers, case)
    if not rests and version >= 0:
        return version
    return zlib.crc32(repr((version, sorted(rests.items()))).encode()) % SHORT


def authors(case: Case, steps: tuple[str, ...]) -> frozenset[str]:
    """Everybody who ever wrote one of these steps, by the id of the person."""
    return frozenset(person for each in case.answers if each.step in steps for person in each.authors)


def advisers(workflow: Workflow, case: Case) -> frozenset[str]:
    """Everybody who ever advised on the case."""
    steps = tuple(each.name for each in workflow.steps if each.advises)
    return authors(case, steps) if steps else frozenset()


def _names_things(step: Step) -> bool:
    return any(isinstance(each, OfEach) for each in step.questions)


def _is_whole(step: Step, answers: Answers, case: Case) -> bool:
    """Whether every thing that the publication names was answered: the case may have come to another version."""
    body: Mapping[str, Any] = case.publication.body if case.publication else {}
    for question in step.asked(answers):
        if isinstance(question, OfEach) and not question.optional:
            things = {str(each["id"]) for each in body.get(question.of, ())}
            if things - set(answers[step.name].get(question.name) or {}):
                return False
    return True
