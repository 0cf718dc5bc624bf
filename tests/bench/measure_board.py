"""The reports of a board of 57 schools, its gate judged for each of them: for who acts for it, over HTTP."""

from sqlalchemy import select, update

from portal import clock
from portal.cases import in_force
from portal.cases.tables import InForce
from portal.database import act
from portal.offers import publications
from portal.offers.tables import Product
from portal.parties.register import RegisterLocation
from portal.parties.tables import Organisation
from portal.reports.tables import SchoolResult
from tests.bench import bench_stage as stage
from tests.bench.bench_rows import Row, Stopwatch
from tests.bench.bench_servers import the_portal
from tests.stage import ANN, Installation
from workflows.vocabulary import Party

SCHOOLS = 57
TURNS, WARM_UP = 40, 5
REACH = 100
PAGES = {"board overview": "overzicht", "board position": "positie"}


def measure(place: Installation) -> list[Row]:
    """A row for each page, in milliseconds."""
    product = _a_large_board(place)
    rows = []
    with the_portal(place) as portal:
        ann, watch = stage.signed_in(place, portal.port, ANN), Stopwatch()
        for work, name in PAGES.items():
            address = f"/rapporten/{product}/bestuur/{stage.BOARD}/{name}"
            for turn in range(-WARM_UP, TURNS):
                if turn == 0:
                    watch.forget()
                page = watch.time(work, lambda address=address: ann.get(address))
                if page.status != 200 or "staat er niet bij" in page.text or "staan er niet bij" in page.text:
                    raise RuntimeError(f"{address} gave {page.status}, or not every gate was open")
            rows.append(Row(f"{work}, {SCHOOLS} schools", watch.spread(work), reach=REACH))
    return rows


def _a_large_board(place: Installation) -> str:
    """Past the portal: schools with figures come under the board and its declaration; Ann accepted the terms."""
    ann, board = stage.person_id(place, ANN), stage.board_id(place)
    with place.opened(), act() as session:
        declared = session.scalars(
            select(InForce).filter_by(kind=in_force.BOARD_DECLARATION, on_behalf_of=board)
        ).first()
        if declared is None:
            raise RuntimeError("the board declared nothing")
        theirs = select(RegisterLocation.code).filter_by(board_number=stage.BOARD, ended_on=None)
        known = list(session.scalars(theirs))
        asked = (
            select(SchoolResult.location_code)
            .where(SchoolResult.location_code.is_not(None), SchoolResult.location_code.not_in(known))
            .order_by(SchoolResult.ovt)
            .limit(SCHOOLS - len(known))
        )
        more = list(session.scalars(asked))
        session.execute(
            update(RegisterLocation).where(RegisterLocation.code.in_(more)).values(board_number=stage.BOARD)
        )
        for code in more:
            school = Organisation(kind=Party.LOCATION, name=code, register_key=f"location:{code}")
            session.add(school)
            session.flush()
            session.add(_row(declared, in_force.BOARD_DECLARATION, organisation_id=school.id, on_behalf_of=board))
        product = session.scalars(select(Product).where(Product.has_reports)).first()
        if product is None:
            raise RuntimeError("there is no product with reports")
        terms = publications.current(session, product.id, publications.USAGE_TERMS, at=clock.now())
        session.add(_row(declared, in_force.USAGE_TERMS, person_id=ann, product_id=product.id, version=terms.version))
        return product.name


def _row(like: InForce, kind: str, **columns: object) -> InForce:
    return InForce(kind=kind, case_id=like.case_id, since=like.since, **columns)
