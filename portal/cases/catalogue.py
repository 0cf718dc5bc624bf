"""Every workflow there is, found by looking in the room of the workflows."""

import importlib
import pkgutil
from functools import cache

from sqlalchemy import select
from sqlalchemy.orm import Session

import workflows
from portal.cases.tables import Case, CaseState
from portal.errors import NotFoundError, SettingError
from workflows.vocabulary import Workflow

ENDED = (CaseState.DECIDED, CaseState.REFUSED, CaseState.DECLINED, CaseState.WITHDRAWN, CaseState.LAPSED)


@cache
def every_workflow() -> dict[str, dict[str, Workflow]]:
    """All workflows by name and version; a file's WORKFLOW is current, its EARLIER are the versions before it."""
    found: dict[str, dict[str, Workflow]] = {}
    for module_found in pkgutil.iter_modules(workflows.__path__):
        module = importlib.import_module(f"workflows.{module_found.name}")
        current = getattr(module, "WORKFLOW", None)
        if current is not None:
            versions = [current, *getattr(module, "EARLIER", ())]
            found[current.name] = {each.version: each for each in versions}
    return found


def current(name: str) -> Workflow:
    """The version in which new cases of this workflow start."""
    versions = every_workflow().get(name)
    if not versions:
        raise NotFoundError("Deze procedure bestaat niet.")
    return next(iter(versions.values()))


def workflow_of(case: Case) -> Workflow:
    """The definition to which a case is pinned."""
    return every_workflow()[case.workflow][case.workflow_version]


def refuse_orphans(session: Session) -> None:
    """Stop the start when an open case needs a definition that is gone."""
    pairs = session.execute(select(Case.workflow, Case.workflow_version).where(Case.state.not_in(ENDED)).distinct())
    gone = [f"{name} {version}" for name, version in pairs if version not in every_workflow().get(name, {})]
    if gone:
        raise SettingError(f"Open cases need workflow definitions that are no longer there: {', '.join(gone)}.")
