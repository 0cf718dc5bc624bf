"""What follows when a board has decided about a DPIA, of a model or of its own: exactly what its document says."""

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.cases import in_force
from portal.cases.dpia import assessed, decided
from portal.cases.dpia.outcomes import KINDS, holds
from portal.cases.dpia.tables import DpiaDecision, DpiaMeasure
from portal.cases.tables import Case, InForce
from portal.offers.tables import Product
from portal.outcomes.consequence import Given, people_of, tell
from portal.outcomes.declaration import school_organisation
from portal.record import ledger
from portal.wording import say
from workflows.dpia_facts import Outcome
from workflows.vocabulary import Role

TOLD = (Role.PRIVACY_OFFICER, Role.FG, Role.ADMINISTRATOR)


def decide_dpia(session: Session, case: Case, _answers: Given, _link_secret: str) -> None:
    """The decision is kept with the measures that are open after it, and holds for its schools if its outcome does.

    What was decided before about these schools ends, whatever the outcome is now; for other schools it stays.
    """
    board, product, publication = case.organisation, _product_of(session, case), case.publication
    assert board is not None
    now, said = clock.now(), decided.facts_of(case)
    schools = [school_organisation(session, code) for code in said["schools"]]
    made = DpiaDecision(
        case_id=case.id,
        organisation_id=board.id,
        product_id=product.id,
        publication_id=publication.id if publication else None,
        outcome=said["outcome"],
        is_late=said["is_late"],
        decided_at=now,
        review_on=said["review_on"],
    )
    earlier = decided.of_board(session, board.id, product.id)
    session.add(made)
    session.flush()
    session.add_all(DpiaMeasure(case_id=case.id, **each) for each in said["open"])
    _end_earlier(session, case, {each.id for each in schools}, at=now)
    session.flush()
    left = decided.left([made, *earlier])
    over = [each for each in earlier if not left[each.case_id]]
    decided.end(over, at=now, because=case.reference)
    ledger.append(
        session,
        act="decide_dpia",
        subject=f"organisation:{board.id}",
        case=str(case.id),
        publication=publication.sha256 if publication else None,
        product=str(product.id),
        outcome=said["outcome"],
        is_late=said["is_late"],
        review_on=said["review_on"],
        open=[each["thing"] for each in said["open"]],
        ended=sorted(str(each.case_id) for each in over),
        at=now.isoformat(),
    )
    if said["holds"]:
        put_in_force(session, case, at=now)
    tell(
        session,
        people_of(session, board.id, *TOLD),
        kind="dpia_decided",
        case=case,
        subject=say("Het bestuur besloot over de DPIA van %(product)s", product=product.title),
        organisation=board,
        link=("cases.show", {"case_id": str(case.id)}),
        product=product.title,
        outcome=said["outcome_title"],
    )


def settle(session: Session, decision: DpiaDecision) -> None:
    """Ask the rule again with the evidence accepted since; a decision that waited becomes what it says. Inside an act.

    Judged over the answers of the document that was signed, with the model and the day as they were then.
    """
    if decision.outcome != Outcome.MEASURES_FIRST or not (left := decided.still_about(session, decision)):
        return
    case = decision.case
    measures = session.scalars(select(DpiaMeasure).where(DpiaMeasure.case_id == decision.case_id))
    accepted = sorted(each.thing for each in measures if each.accepted_at is not None)
    outcome = assessed.with_evidence(session, case, accepted).outcome
    if outcome == decision.outcome:
        return
    before, decision.outcome, now = decision.outcome, outcome.value, clock.now()
    session.flush()
    ledger.append(
        session,
        act="dpia_becomes",
        subject=f"organisation:{decision.organisation_id}",
        case=str(case.id),
        before=before,
        outcome=outcome.value,
        accepted=accepted,
        at=now.isoformat(),
    )
    if holds(outcome) and left:
        put_in_force(session, case, at=now)
    tell(
        session,
        people_of(session, decision.organisation_id, *TOLD),
        kind="dpia_settled",
        case=case,
        subject=say("De maatregelen zijn klaar: %(product)s", product=decision.product.title),
        organisation=decision.organisation,
        link=("cases.show", {"case_id": str(case.id)}),
        product=decision.product.title,
        outcome=say(KINDS[outcome].title),
    )


def put_in_force(session: Session, case: Case, *, at: dt.datetime) -> list[InForce]:
    """From this moment the decision holds for its board and for the schools of which nothing later was decided."""
    board, publication = case.organisation, case.publication
    assert board is not None
    decision = session.get_one(DpiaDecision, case.id)
    schools = [school_organisation(session, code) for code in sorted(decided.still_about(session, decision))]
    ledger.append(
        session,
        act="dpia_in_force",
        subject=f"organisation:{board.id}",
        case=str(case.id),
        schools=sorted(str(each.id) for each in schools),
        since=at.isoformat(),
    )
    return [
        in_force.put(
            session,
            in_force.DPIA_REUSE if publication else in_force.DPIA_OWN,
            case,
            since=at,
            organisation_id=each.id,
            on_behalf_of=board.id,
            product_id=decision.product_id,
            version=publication.version if publication else "",
        )
        for each in (board, *schools)
    ]


def _end_earlier(session: Session, case: Case, covered: set[object], *, at: dt.datetime) -> None:
    """End what holds for these schools, and for the board the decisions of which no school is left."""
    board, product_id = case.organisation, _product_of(session, case).id
    assert board is not None
    for kind in in_force.DPIA_DECISIONS:
        before = in_force.holding_or_coming(session, kind, at=at, on_behalf_of=board.id, product_id=product_id)
        stay = {each.case_id for each in before if each.organisation_id not in {*covered, board.id}}
        ending = [
            each
            for each in before
            if each.organisation_id in covered or (each.organisation_id == board.id and each.case_id not in stay)
        ]
        in_force.end(session, ending, at=at, because=case)


def _product_of(session: Session, case: Case) -> Product:
    """The product that a case is about, by its model or by its answer."""
    return session.get_one(Product, case.product_id)
