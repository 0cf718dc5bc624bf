"""STUB, to be dropped for the one of the roles: what the rule says of a case now."""

from sqlalchemy.orm import Session

from portal import clock
from portal.cases.access import relevant_answers
from portal.cases.tables import Case
from portal.offers.dpia.model import as_facts
from workflows.dpia_facts import Around
from workflows.dpia_reuse import Judgement, judge
from workflows.vocabulary import Answers


def assessed(_session: Session, case: Case, answers: Answers | None = None) -> Judgement | None:
    """The judgement on the answers of a case, with the model and what is around it as they are now."""
    given = relevant_answers(case) if answers is None else answers
    if case.publication is None:
        return None
    model = as_facts(case.publication.version, case.publication.body)
    return judge(given, model, Around(clock.today(), agreement=bool(given.get("subject", {}).get("agreement"))))
