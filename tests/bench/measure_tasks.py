"""The task list of one person with few cases and with very many cases of others in the database."""

from pathlib import Path

from tests.bench import bench_stage as stage
from tests.bench.bench_rows import Row, Work, take_turns
from tests.bench.bench_servers import the_portal
from tests.bench.bench_visitor import Visitor, arrived
from tests.stage import KARIN, Installation

FEW, MANY = 100, 100_000
TURNS, WARM_UP = 60, 8
REACH = 1.2
WHO = (("task list of a signatory", KARIN), ("task list of the service desk", stage.DESK))


def measure(place: Installation) -> list[Row]:
    """A row for a signatory, and one for the service desk; both have the same own cases in both databases."""
    many = place.copy(Path(f"{place.folder}-many"))
    stage.fill(place, FEW)
    stage.fill(many, MANY)
    rows = []
    with the_portal(place) as with_few, the_portal(many) as with_many:
        for work, email in WHO:
            few, lots = stage.signed_in(place, with_few.port, email), stage.signed_in(many, with_many.port, email)
            watch = take_turns({"few": _home(few), "many": _home(lots)}, turns=TURNS, warm_up=WARM_UP)
            rows.append(
                Row(f"{work}, {MANY:,} cases", watch.spread("many"), watch.spread("few"), f"{FEW} cases", REACH)
            )
    many.close()
    return rows


def _home(visitor: Visitor) -> Work:
    return lambda: arrived(visitor.get("/"), "/")
