"""What follows when board and supplier signed a processor agreement: it is in force for the board and its schools."""

from sqlalchemy.orm import Session

from portal import clock
from portal.cases import in_force
from portal.cases.tables import Case
from portal.outcomes.consequence import Given
from portal.outcomes.declaration import school_organisation
from portal.record import ledger


def agree(session: Session, case: Case, answers: Given, _link_secret: str) -> None:
    """From the last signature on, in this version, for these schools; what was in force before ends there."""
    board, publication = case.organisation, case.publication
    assert board is not None and publication is not None
    now = clock.now()
    schools = [school_organisation(session, code) for code in answers["scope"]["schools"]]
    before = in_force.holding(
        session, in_force.PROCESSOR_AGREEMENT, at=now, on_behalf_of=board.id, product_id=publication.product_id
    )
    in_force.end(session, before, at=now, because=case)
    for each in (board, *schools):
        in_force.put(
            session,
            in_force.PROCESSOR_AGREEMENT,
            case,
            since=now,
            organisation_id=each.id,
            on_behalf_of=board.id,
            product_id=publication.product_id,
            version=publication.version,
        )
    ledger.append(
        session,
        act="agree",
        subject=f"organisation:{board.id}",
        case=str(case.id),
        counterparty=str(case.counterparty_id),
        publication=publication.sha256,
        schools=len(schools),
    )
