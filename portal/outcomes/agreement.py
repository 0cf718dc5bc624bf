"""What follows when a processor agreement is signed: by both sides, or by the supplier beforehand."""

import datetime as dt
import uuid
from collections.abc import Iterable

from sqlalchemy.orm import Session

from portal import clock
from portal.cases import in_force, reissuing
from portal.cases.agreements import beside, bound, elsewhere, ending, overlapping, subprocessors
from portal.cases.tables import Case, InForce
from portal.offers import publications
from portal.offers.tables import Publication
from portal.outcomes.consequence import Given
from portal.outcomes.declaration import school_organisation
from portal.record import ledger
from workflows.presigning import GIVE
from workflows.vocabulary import day


def agree(session: Session, case: Case, answers: Given, _link_secret: str) -> None:
    """From the last signature on, or from the day of its version where that is later, for these schools.

    What was in force before ends at that moment; in the same version it stays for the other schools. A newer version
    that both signed already, and that is still to begin, begins all the same: this one holds until then.
    """
    board, publication = case.organisation, case.publication
    assert board is not None and publication is not None
    since = max(clock.now(), publication.since)
    schools = [school_organisation(session, code) for code in answers["scope"]["schools"]]
    before = in_force.holding_or_coming(
        session, in_force.PROCESSOR_AGREEMENT, at=since, on_behalf_of=board.id, product_id=publication.product_id
    )
    covered = {each.id for each in schools}
    stays = {each.id for each in overlapping.standing(session, case) if each.organisation_id not in covered}
    newer = _newer(session, before, publication, at=since)
    kept = stays | {each.id for each in newer}
    in_force.end(session, [each for each in before if each.id not in kept], at=since, because=case)
    elsewhere.replace(session, board.id, publication.product_id, at=since, because=case.reference)
    made = [
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
        for each in (board, *schools)
    ]
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
    agreed = bound.Bound(case.id, board.id, publication.version, publication.body["parameters"])
    subprocessors.catch_up(session, agreed, publication.product_id, beside.text_of(session, publication))
    if newer:
        session.flush()
        in_force.end(session, made, at=min(each.since for each in newer), because=case)


def _newer(session: Session, rows: Iterable[InForce], publication: Publication, *, at: dt.datetime) -> list[InForce]:
    """Those of these rows that begin later, by a newer version than this one."""
    known = publications.versions(session, publication.product_id, publication.kind)
    newer = {each.version for each in known if each.since > publication.since}
    return [each for each in rows if each.since > at and each.version in newer]


def presign(session: Session, case: Case, answers: Given, _link_secret: str) -> None:
    """From now until after the last day the supplier is bound with every board that signs this version; or no more.

    What rests on an earlier one stays as it is; documents that somebody still has to sign are made again.
    """
    supplier, publication, said = case.organisation, case.publication, answers["presigning"]
    assert supplier is not None and publication is not None
    now = clock.now()
    whose = {"organisation_id": supplier.id, "product_id": publication.product_id}
    before = in_force.holding_or_coming(session, in_force.PRESIGNED, at=now, **whose)
    in_force.end(session, [each for each in before if each.version == publication.version], at=now, because=case)
    until = None
    if said["what"] == GIVE:
        row = in_force.put(session, in_force.PRESIGNED, case, since=now, version=publication.version, **whose)
        until = clock.start_of(day(said["until"]) + dt.timedelta(days=1))
        session.flush()
    ledger.append(
        session,
        act="presign",
        subject=f"organisation:{supplier.id}",
        case=str(case.id),
        publication=publication.sha256,
        version=publication.version,
        product=str(publication.product_id),
        row=str(row.id) if until else None,
        since=now.isoformat(),
        until=until.isoformat() if until else None,
    )
    if until:
        in_force.end(session, [row], at=until, because=case)
    for moment in filter(None, (now, until)):
        reissuing.ask(session, supplier.id, at=moment)


def certify_deletion(session: Session, case: Case, answers: Given, _link_secret: str) -> None:
    """The supplier certified that the data of a board are gone; the board is told."""
    [agreement_id] = answers["deletion"]["agreements"]
    ending.certify(session, uuid.UUID(agreement_id), case, deleted_on=answers["deletion"]["deleted_on"])
