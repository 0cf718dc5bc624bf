"""What follows when a case is decided: one function a workflow that has consequences, in the same transaction."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from portal.cases.access import relevant_answers
from portal.cases.catalogue import workflow_of
from portal.cases.tables import Case
from portal.outcomes.agreement import agree, certify_deletion, presign
from portal.outcomes.authority import change_mandates
from portal.outcomes.consequence import Consequence
from portal.outcomes.declaration import act_for_schools, revoke, school_organisation
from portal.outcomes.dpia import decide_dpia
from portal.outcomes.organisation import change_organisation
from portal.outcomes.permission import close_shares, permit
from portal.outcomes.registration import register_organisation
from portal.outcomes.terms import accept

__all__ = ["CONSEQUENCES", "close_shares", "follow", "school_organisation"]

CONSEQUENCES: Mapping[str, Consequence] = {
    "register_organisation": register_organisation,
    "act_for_schools": act_for_schools,
    "revoke_declaration": revoke,
    "accept_terms": accept,
    "permit": permit,
    "agree": agree,
    "dpia": decide_dpia,
    "dpia_own": decide_dpia,
    "certify_deletion": certify_deletion,
    "presign": presign,
    "change_mandates": change_mandates,
    "change_organisation": change_organisation,
}


def follow(session: Session, case: Case, *, link_secret: str) -> None:
    """Make true what this decided case means; of a workflow without an outcome that is its document and no more."""
    outcome = workflow_of(case).outcome
    if outcome:
        CONSEQUENCES[outcome](session, case, relevant_answers(case), link_secret)
