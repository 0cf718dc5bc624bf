"""What follows when board and supplier signed a processor agreement: it is in force for the board and its schools."""

from sqlalchemy.orm import Session

from portal import clock
from portal.cases import in_force
from portal.cases.tables import Case
from portal.outcomes.consequence import Given
from portal.outcomes.declaration import school_organisation
from portal.record import ledger


def agree(session: Session, case: Case, answers: Given, _link_secret: str) -> None:
    """From the last signature on, or from the day of its version where that is later, for these schools.

    What was in force before ends at that moment.
    """
    board, publication = case.organisation, case.publication
    assert board is not None and publication is not None
    since = max(clock.now(), publication.since)
    schools = [school_organisation(session, code) for code in answers["scope"]["schools"]]
    before = in_force.holding_or_coming(
        session, in_force.PROCESSOR_AGREEMENT, at=since, on_behalf_of=board.id, product_id=publication.product_id
    )
    in_force.end(session, before, at=since, because=case)
    for each in (board, *schools):
        in_force.put(
            session,
            in_force.PROCESSOR_AGREEMENT,
            case,
            since=since,
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
        since=since.isoformat(),
    )
