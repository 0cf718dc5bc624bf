"""What an assessment comes to: its answers judged by the rule, with the model and what the portal knows around it."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.cases import in_force
from portal.cases.access import answers_of, relevant_answers
from portal.cases.catalogue import workflow_of
from portal.cases.tables import Case, InForce
from portal.offers.dpia import standing
from portal.offers.dpia.model import as_facts
from portal.parties.tables import Organisation
from workflows import dpia_reuse
from workflows.dpia_facts import Around, Model, Standing
from workflows.dpia_reuse import Judgement
from workflows.vocabulary import Answers

WORKFLOW = in_force.DPIA_REUSE


def assessed(session: Session, case: Case, answers: Answers | None = None) -> Judgement | None:
    """The judgement on this case as it stands, or as it would be with these answers; None while too little is said.

    What was sent is judged as of then: it does not change at midnight, nor by a model withdrawn between two signatures.
    """
    found = assessed_around(session, case, answers)
    return found[0] if found else None


def assessed_around(
    session: Session, case: Case, answers: Answers | None = None
) -> tuple[Judgement | None, Around] | None:
    """The same with what it was judged by besides the answers; None for a case about anything else."""
    model = model_of(case)
    if model is None:
        return None
    workflow = workflow_of(case)
    given = workflow.relevant(answers_of(case) if answers is None else answers)
    around = around_of(session, case, given)
    judge = dpia_reuse.so_far if workflow.open_steps(given) else dpia_reuse.judge
    return judge(given, model, around), around


def with_evidence(session: Session, case: Case, accepted: Iterable[str]) -> Judgement:
    """The judgement on a case that was decided, with the measures of which the evidence was accepted since."""
    model = model_of(case)
    assert model is not None
    given = relevant_answers(case)
    around = around_of(session, case, given, accepted=accepted)
    assert case.publication is not None
    now = standing.of(session, case.publication, at=clock.now())
    if now is Standing.WITHDRAWN:  # nothing begins to hold on a model that counts no more
        around = replace(around, standing=now)
    return dpia_reuse.judge(given, model, around)


def model_of(case: Case) -> Model | None:
    """The model that a case is about; None for a case about anything else."""
    if case.workflow != WORKFLOW or case.publication is None:
        return None
    return as_facts(case.publication.version, case.publication.body)


def around_of(session: Session, case: Case, answers: Answers, *, accepted: Iterable[str] = ()) -> Around:
    """What the portal knows besides the answers: the day, the model's standing, agreement and evidence."""
    assert case.publication is not None
    at = moment_of(case)
    said = answers.get("subject", {})
    return Around(
        today=clock.day_of(at),
        standing=standing.of(session, case.publication, at=at),
        agreement=said.get("agreement") is True or has_agreement(session, case, said.get("schools", []), at=at),
        accepted=frozenset(accepted),
    )


def moment_of(case: Case) -> dt.datetime:
    """As of when a case is judged: now, or when it was sent."""
    return case.submitted_at or clock.now()


def has_agreement(session: Session, case: Case, schools: Iterable[str], *, at: dt.datetime) -> bool:
    """Whether a processor agreement for the product is in force for each of these schools, and for at least one."""
    wanted = {f"location:{code}" for code in schools}
    held = (
        select(Organisation.register_key)
        .join(InForce, InForce.organisation_id == Organisation.id)
        .where(
            InForce.kind == in_force.PROCESSOR_AGREEMENT,
            InForce.on_behalf_of == case.organisation_id,
            InForce.product_id == case.product_id,
            *in_force.holds(at),
        )
    )
    return bool(wanted) and wanted <= set(session.scalars(held))
