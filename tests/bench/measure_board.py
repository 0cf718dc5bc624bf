"""The overview of a large board, page and gate together: what somebody waits for who acts for 57 schools."""

from sqlalchemy import func, select

from portal.database import act, reader
from portal.parties.register import RegisterLocation
from portal.parties.tables import Organisation
from tests.bench import bench_stage as stage
from tests.bench.bench_rows import MILLISECONDS, Row, Stopwatch
