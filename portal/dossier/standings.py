"""How far what a board signs is for one of its schools: its declaration, and its processor agreement for a product."""

import datetime as dt
from dataclasses import replace

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal import clock
from portal.cases import in_force
from portal.cases.agreements import elsewhere as signed_elsewhere
from portal.cases.agreements.tables import AgreementEnd
from portal.cases.catalogue import ENDED
from portal.cases.tables import Case, CaseState
from portal.dossier.tasks import waits_for
from portal.gate.facts import Agreement, Paper, Standing
from portal.offers.tables import Product
from portal.parties import mandates
from portal.parties.tables import Organisation


def declaration(
    session: Session,
    known: Paper,
    board: Organisation | None,
    school: Organisation | None,
    code: str,
    *,
    at: dt.datetime,
) -> Paper:
    """How far the declaration of the board is for the school of this code, where it is not known to be in force."""
    if known.standing is Standing.IN_FORCE:
        return known
    return _coming_or_open(session, in_force.BOARD_DECLARATION, board, school, code, at=at)


def agreement(
    session: Session,
    known: Agreement,
    product: Product,
    board: Organisation | None,
    school: Organisation | None,
    *,
    code: str,
    at: dt.datetime,
) -> Agreement:
    """What explains an agreement that is not known to suffice for this school: how far its board is with the next one.

    Nothing is looked up for a product whose gate does not ask for one.
    """
    if "agreement" not in product.conditions or not known.published or known.suffices:
        return known
    kind, enough = in_force.PROCESSOR_AGREEMENT, known.sufficing
    rows = (
        in_force.holding(session, kind, at=at, on_behalf_of=board.id, product_id=product.id)
        if board is not None
        else []
    )
    elsewhere = {each.version for each in rows if school is None or each.organisation_id != school.id}
    claimed = signed_elsewhere.unconfirmed(session, board.id, product.id, at=at) if board and school else []
    return replace(
        known,
        only_elsewhere=bool(elsewhere & set(enough)) and not known.held,
        paper=_coming_or_open(session, kind, board, school, code, at=at, product=product),
        ended=_ended(session, product, board, at=at),
        claimed=next((str(each.id) for each in claimed if each.version in enough), ""),
    )


def _ended(session: Session, product: Product, board: Organisation | None, *, at: dt.datetime) -> dt.date | None:
    """Since which day the board has done without the agreement that either side ended last."""
    if board is None:
        return None
    last = select(func.max(AgreementEnd.ends_at)).where(
        AgreementEnd.board_id == board.id, AgreementEnd.product_id == product.id, AgreementEnd.ends_at <= at
    )
    ended = session.scalar(last)
    return clock.day_of(ended) if ended else None


def _coming_or_open(
    session: Session,
    kind: str,
    board: Organisation | None,
    school: Organisation | None,
    code: str,
    *,
    at: dt.datetime,
    product: Product | None = None,
) -> Paper:
    """An open case goes before what is only to come: it is what somebody can do something about."""
    case = _open_case(session, kind, board, code, product) if board else None
    if case is not None:
        return _of_case(session, case, at)
    about = {"product_id": product.id} if product else {}
    coming = in_force.holding_or_coming(session, kind, at=at, organisation_id=school.id, **about) if school else []
    later = [each for each in coming if each.since > at]
    return Paper(Standing.COMING, since=clock.day_of(later[0].since)) if later else Paper()


def _open_case(session: Session, workflow: str, board: Organisation, code: str, product: Product | None) -> Case | None:
    theirs = select(Case).where(Case.workflow == workflow, Case.organisation_id == board.id, Case.state.not_in(ENDED))
    if product is not None:
        theirs = theirs.where(Case.product_id == product.id)
    for case in session.scalars(theirs.order_by(Case.started_at.desc())):
        scope = next((each.values for each in case.answers if each.step == "scope"), None)
        if scope is None or code in scope["schools"]:
            return case
    return None


def _of_case(session: Session, case: Case, at: dt.datetime) -> Paper:
    document = next((each for each in case.documents if each.void_at is None), None)
    waiting = tuple(waits_for(case))
    if case.state == CaseState.SIGNING and document is not None and case.organisation_id:
        rule = mandates.rule_at(session, case.organisation_id, at=at)
        return Paper(
            Standing.SIGNING,
            str(case.id),
            signed=len(document.signatures),
            needed=rule.rule.needed(len(document.facts["signatories"])) if rule else len(document.facts["signatories"]),
            waits_for=waiting,
        )
    state = Standing.PREPARING if case.state == CaseState.PREPARING else Standing.DRAFT
    return Paper(state, str(case.id), waits_for=waiting)
