"""The publishers' files of primary education taken in whole, by the command: seconds, and the most memory."""

import lzma
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from portal.reports.datasets import SHIPPED
from tests.bench.bench_rows import MEGABYTES, Row, Stopwatch
from tests.stage import HOUSE, Installation

KINDS = {
    "results": ("inspectie_leerresultaten", "inspectie_schoolweging"),
    "pupils": ("duo_leerlingen_po",),
    "levels": ("duo_referentieniveaus",),
}
TABLES = ("school_result", "result_average", "report_source", "pupil_count", "reference_level")
TURNS = 5
OURS, BARE = "ours", "bare"


def measure(place: Installation) -> list[Row]:
    """All files, with the checks of each row and of all together, beside a bare copy of their lines."""
    files = _files(place.folder.parent / "publishers")
    watch, most, told, rows = Stopwatch(), 0.0, 0, 0
    for turn in range(TURNS):
        _forget(place)
        works = [(OURS, [(kind, *files[kind]) for kind in files]), (BARE, [("", *_all(files))])]
        for who, commands in works if turn % 2 else works[::-1]:

            def work(who: str = who, commands: list[tuple[str | Path, ...]] = commands) -> tuple[float, str]:
                done = [_run(place, who, each, turn) for each in commands]
                return max(peak for peak, _ in done), "".join(said for _, said in done)

            peak, said = watch.time(who, work)
            if who == OURS:
                most, told = max(most, peak), len(said.splitlines())
        rows = sum(int(place.one(f"select count(*) from {each}")) for each in TABLES[:1] + TABLES[3:])
        if not rows:
            raise RuntimeError("nothing was taken in")
    remark = (
        f"{len(_all(files))} files, {rows} rows kept, {told} lines of progress; three commands, each with its start"
    )
    ours, bare = watch.spread(OURS), watch.spread(BARE)
    return [
        Row("full import of the primary files", ours, bare, "bare csv into SQLite", remark=remark),
        Row("the same, the most memory", most, unit=MEGABYTES),
    ]


def _files(folder: Path) -> dict[str, list[Path]]:
    folder.mkdir()
    found: dict[str, list[Path]] = {}
    for packed in sorted(SHIPPED.glob("*.csv.xz")):
        kind = next((kind for kind, names in KINDS.items() if packed.name.startswith(names)), None)
        if kind:
            file = folder / packed.name.removesuffix(".xz")
            file.write_bytes(lzma.decompress(packed.read_bytes()))
            found.setdefault(kind, []).append(file)
    return found


def _all(files: dict[str, list[Path]]) -> list[Path]:
    return [each for them in files.values() for each in them]


def _forget(place: Installation) -> None:
    """As before the first import."""
    for table in TABLES:
        place.sql(f"delete from {table}")
    place.sql("pragma wal_checkpoint(truncate)")


def _run(place: Installation, who: str, words: Sequence[str | Path], turn: int) -> tuple[float, str]:
    """The most memory of one command in megabytes, and what it said."""
    kind, *files = (str(each) for each in words)
    copy = place.folder.parent / f"bare-{turn}.db"
    command = ["-m", "portal.commands", "import", kind] if who == OURS else ["-m", "tests.bench.bench_csv", str(copy)]
    with subprocess.Popen(
        [sys.executable, *command, *files],
        env=place.environ,
        cwd=HOUSE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as process:
        assert process.stdout
        said = process.stdout.read().decode()
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{command} failed: {said[-500:]}")
    return used.ru_maxrss / 1024, said
