"""Struck at one system call: a deed in a process of its own that strace kills, or whose write it lets fail, at a point.

A stand has everything loaded and forks one process for each deed; strace holds on to it only for the deed itself, so
that the n-th write is the n-th write of the deed. `rehearsed` lists the points at which it writes to a file or waits
for the disk; `strike` has one of them go wrong.
"""

import ctypes
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Response
from flask_security import login_user
from sqlalchemy import select

from portal.app import create_app
from portal.cases.tables import Document
from portal.database import reader
from portal.documents import render
from portal.parties import authenticator, people
from portal.parties.tables import Person
from portal.views.sign_in import totp_secrets
from tests.stage import HALF_SIGNED, HOUSE, KARIN, Installation, recover, seals, witnessed

CALLS = (
    "fsync",
    "fdatasync",
    "pwrite64",
    "pwritev",
    "write",
    "writev",
    "rename",
    "renameat",
    "renameat2",
    "ftruncate",
    "unlink",
)
NO_FILE = ("pipe:", "socket:", "anon_inode:", "/dev/", "/proc/")
ALL_OF_IT = 15
"""One in so many times the sealed files are examined too, which takes some seconds."""
ANYBODY_MAY_TRACE = 0x59616D61  # PR_SET_PTRACER: strace is no ancestor of the process that it holds on to
IS_INSTALLED = shutil.which("strace") is not None


@dataclass(frozen=True)
class Point:
    """One system call of a deed: the so-many-th of its kind."""

    call: str
    number: int
    path: str = ""


@dataclass(frozen=True)
class Outcome:
    """How a deed ended."""

    finished: bool
    said: str
    """What it answered; empty where it never came so far."""


# --- The deeds: prepared first, then done under the eyes of strace -----------------------------------------------


Deed = Callable[[], str]


def sign_by_page(place: Installation) -> Deed:
    """The second signatory presses the button; says the status and the page that came back."""
    app = create_app(place.settings)
    app.config["RATELIMIT_ENABLED"] = False
    app.extensions["tekenpoort.database"].engine.dispose()
    app.extensions["tekenpoort.database"] = app.wsgi_app.database = database = place.database  # type: ignore[attr-defined]
    client = app.test_client()
    with database.opened():
        with app.test_request_context():
            person = people.by_email(reader, KARIN)
            assert person is not None
            login_user(person)
            name, _, rest = app.process_response(Response()).headers["Set-Cookie"].partition("=")
        client.set_cookie(name, rest.partition(";")[0])
        document = reader.scalars(select(Document).join(Document.case).filter_by(reference=HALF_SIGNED)).one()
        karin: Person = reader.scalars(select(Person).filter_by(email=KARIN)).one()
        code = authenticator.unused_code(karin, totp_secrets=totp_secrets(place.settings))
        fields = {"typed_name": karin.name, "code": code, "seen": document.certified or ""}
        address = f"/tekenen/{document.id}"
    page = client.get(address).text
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert token, page
    fields["csrf_token"] = token[1]

    def post() -> str:
        answer = client.post(address, data=fields)
        return f"{answer.status_code} {answer.location or answer.text}"

    return post


def work(place: Installation) -> Deed:
    """The worker does what is due: the seal, the receipts, the mail."""
    worker = place.worker

    def round_() -> str:
        return f"{worker.round()} jobs"

    return round_


DEEDS = {"sign": sign_by_page, "work": work}


# --- The stand ---------------------------------------------------------------------------------------------------


class Stand:
    """A process in which all is loaded; it forks another for each deed, and tells its number and its end."""

    def __init__(self, process: "subprocess.Popen[str]", desk: Path) -> None:
        self.process, self.desk = process, desk

    def strike(self, deed: str, place: Installation, point: Point, what: str) -> Outcome:
        """Do it, and at this point have strace do this: `signal=KILL`, or `error=ENOSPC`."""
        terms = ("-o", "/dev/null", "-e", f"inject={point.call}:{what}:when={point.number}")
        return self._traced(deed, place.folder, *terms)

    def undisturbed(self, deed: str, place: Installation) -> Outcome:
        """Do it, and let it be."""
        return self._traced(deed, place.folder, "-o", "/dev/null")

    def rehearsed(self, deed: str, place: Installation) -> list[Point]:
        """Every system call of this deed that writes to a file, or waits for the disk."""
        trace = self.desk / "trace"
        done = self._traced(deed, place.folder, "-y", "-o", str(trace), "-s", "1")
        assert done.finished, done
        return [each for each in _points(trace.read_text()) if each.path != said_at(self.desk).name]

    def _traced(self, deed: str, folder: Path, *terms: str) -> Outcome:
        said = said_at(self.desk)
        said.unlink(missing_ok=True)
        number = self._ask({"deed": deed, "folder": str(folder), "said": str(said)})["pid"]
        tracer = subprocess.Popen(
            ["strace", "-qq", "-e", f"trace={','.join(CALLS)}", *terms, "-p", str(number)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        ended = self._answer()
        _, faults = tracer.communicate(timeout=30)
        assert ended["traced"], faults
        return Outcome(ended["status"] == 0, said.read_text() if said.exists() else "")

    def _ask(self, words: dict[str, str]) -> dict[str, int]:
        assert self.process.stdin
        self.process.stdin.write(json.dumps(words) + "\n")
        self.process.stdin.flush()
        return self._answer()

    def _answer(self) -> dict[str, int]:
        assert self.process.stdout
        line = self.process.stdout.readline()
        assert line, "the stand fell"
        answer: dict[str, int] = json.loads(line)
        return answer


@contextmanager
def a_stand() -> Iterator[Stand]:
    command = [sys.executable, "-m", "tests.struck"]
    with (
        tempfile.TemporaryDirectory() as desk,
        subprocess.Popen(command, cwd=HOUSE, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process,
    ):
        yield Stand(process, Path(desk))  # with the end of what it reads, it leaves


def said_at(desk: Path) -> Path:
    """Where a deed writes what it answered: a file of the test's own, which is no part of the deed."""
    return desk / "what-it-said"


def _points(trace: str) -> Iterator[Point]:
    counts: Counter[str] = Counter()
    for line in trace.splitlines():
        found = re.match(r"(\w+)\((?:\d+<([^>]*)>|\"([^\"]*)\"|)", line)
        if found and found[1] in CALLS:
            counts[found[1]] += 1
            path = found[2] or found[3] or ""
            if not path.startswith(NO_FILE):
                yield Point(found[1], counts[found[1]], Path(path).name)


# --- What the tests of it share


@pytest.fixture(scope="module")
def stand() -> Iterator[Stand]:
    """One stand for the deeds of a file of tests."""
    with a_stand() as made:
        yield made


def points_of(stand: Stand, deed: str, stage: Installation, tmp_path: Path) -> list[Point]:
    """Where this deed writes, tried on a copy."""
    place = stage.copy(tmp_path / "rehearsal")
    points = stand.rehearsed(deed, place)
    calls = Counter(each.call for each in points)
    assert calls["pwrite64"] > 50 and calls["fdatasync"] > 2, calls
    return points


def is_whole(place: Installation, number: int) -> bool:
    """Recovered, every signature there is was sealed once, and the witness finds nothing."""
    recover(place)
    assert set(seals(place)) == {1}
    assert witnessed(place, all_of_it=number % ALL_OF_IT == 0) == ()
    assert place.one("pragma integrity_check") == "ok"
    return True


def removed(place: Installation) -> None:
    """A copy that has done its work."""
    place.close()
    shutil.rmtree(place.folder)


# --- Inside the stand --------------------------------------------------------------------------------------------


def _stand() -> None:
    render.warm()
    for line in sys.stdin:
        asked = json.loads(line)
        number = os.fork()
        if not number:
            _deed(asked["deed"], Path(asked["folder"]), Path(asked["said"]))
        _say(pid=number)
        _, status = os.waitpid(number, 0)
        _say(status=status, traced=os.waitstatus_to_exitcode(status) != UNTRACED)


UNTRACED = 77


def _deed(name: str, folder: Path, said: Path) -> None:
    """Never comes back: what is left behind by a kill must be left behind."""
    status = 1
    try:
        ctypes.CDLL(None).prctl(ANYBODY_MAY_TRACE, ctypes.c_ulong(-1), 0, 0, 0)
        place = Installation(folder)
        deed = DEEDS[name](place)
        if not _is_traced_before(time.monotonic() + 20):
            os._exit(UNTRACED)
        said.write_text(deed())
        place.close()  # so that the log of the database is taken into it, as it is when a process stops
        status = 0
    except BaseException as fault:
        said.write_text(f"{type(fault).__name__}: {fault}")
    finally:
        os._exit(status)


def _is_traced_before(moment: float) -> bool:
    while time.monotonic() < moment:
        if "TracerPid:\t0\n" not in Path("/proc/self/status").read_text():
            return True
        time.sleep(0.002)
    return False


def _say(**words: object) -> None:
    sys.stdout.write(json.dumps(words) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    _stand()
