"""`make bench`: measures one subject after the other, each in a process of its own, and prints one table of ratios."""

import argparse
import importlib
import multiprocessing
import os
import platform
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from tests.bench import bench_stage as stage
from tests.bench.bench_rows import Row, table
from tests.stage import Installation

SUBJECTS = {
    "steps": "tests.bench.measure_steps",
    "assessment": "tests.bench.measure_assessment",
    "search": "tests.bench.measure_search",
    "tasks": "tests.bench.measure_tasks",
    "board": "tests.bench.measure_board",
    "gate": "tests.bench.measure_gate",
    "import": "tests.bench.measure_import",
    "offering": "tests.bench.measure_offering",
    "papers": "tests.bench.measure_papers",
    "verify": "tests.bench.measure_verify",
    "memory": "tests.bench.measure_memory",
    "first_page": "tests.bench.measure_first_page",
}
MOST_SECONDS = 300
"""For one subject; all together take less than eight minutes on two idle cores."""
BUSY = 0.5
"""Load of the machine, per core, above which the figures are called provisional."""


def main(words: Sequence[str]) -> int:
    """Measure these subjects (all, when none is named); exit code 1 when a reach is missed."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("only", nargs="*", metavar="SUBJECT", help=f"one of {', '.join(SUBJECTS)}")
    chosen = parser.parse_args(words).only or list(SUBJECTS)
    if unknown := [each for each in chosen if each not in SUBJECTS]:
        parser.error(f"no subject is called {unknown[0]}: there are {', '.join(SUBJECTS)}")
    signal.signal(signal.SIGTERM, _stop)
    for name in [each for each in os.environ if each.startswith("TEKENPOORT_")]:
        del os.environ[name]  # no setting of a real installation may reach the bench
    started, load = time.monotonic(), os.getloadavg()[0]
    rows: list[Row] = []
    failed = False
    with tempfile.TemporaryDirectory(prefix="tekenpoort-bench-") as name:
        folder = Path(name)
        _say("the demonstration is made …")
        _elsewhere(_prepare, folder / "demonstration")
        for subject in chosen:
            _say(f"{subject} is measured …")
            place = folder / subject
            shutil.copytree(folder / "demonstration", place / "data")
            try:
                rows += _elsewhere(_measure, subject, place / "data")
            except FailedError as fault:
                failed = True
                _say(f"{subject} could not be measured:\n{fault}")
            shutil.rmtree(place)
    print(_machine(load, time.monotonic() - started), "", table(rows), sep="\n")
    return 1 if failed or any(row.holds is False for row in rows) else 0


class FailedError(Exception):
    """A subject could not be measured; the text says why."""


def _elsewhere(work: Callable[..., Any], *given: Any) -> Any:
    """Do this in a fresh process, so that no subject feels what another left in memory; told to stop, it tidies up."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_do_and_tell, args=(theirs, work, given))
    process.start()
    theirs.close()
    try:
        if not ours.poll(MOST_SECONDS):
            raise FailedError(f"it took longer than {MOST_SECONDS} s")
        succeeded, said = ours.recv()
    except BaseException as fault:
        process.terminate()
        if isinstance(fault, EOFError):
            raise FailedError("its process ended without a word") from fault
        raise
    finally:
        process.join()
    if not succeeded:
        raise FailedError(said)
    return said


def _do_and_tell(pipe: Connection, work: Callable[..., Any], given: tuple[Any, ...]) -> None:
    signal.signal(signal.SIGTERM, _stop)
    try:
        pipe.send((True, work(*given)))
    except Exception:
        pipe.send((False, traceback.format_exc()))


def _prepare(folder: Path) -> None:
    stage.the_demonstration(folder).close()


def _measure(subject: str, folder: Path) -> list[Row]:
    place = Installation(folder)
    try:
        rows: list[Row] = importlib.import_module(SUBJECTS[subject]).measure(place)
        return rows
    finally:
        place.close()


def _stop(_number: int, _frame: object) -> None:
    """Told to stop: leave through every `finally`, so that no server stays behind."""
    raise SystemExit(130)


def _machine(load: float, seconds: float) -> str:
    cores = os.cpu_count() or 1
    processor = next(
        (line.partition(":")[2].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")),
        platform.machine(),
    )  # fmt: skip
    said = f"\n{cores} cores ({processor}), Python {platform.python_version()}, {time.strftime('%Y-%m-%d')}, {seconds:.0f} s"
    if load / cores > BUSY:
        said += f"\nPROVISIONAL: something else kept the machine busy (load {load:.1f} at the start)."
    return said


def _say(text: str) -> None:
    sys.stderr.write(f"bench: {text}\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
