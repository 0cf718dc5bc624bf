"""Servers of the bench: started on a free port of this machine, known by their process id, always stopped."""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.stage import Installation

HOUSE = Path(__file__).resolve().parents[2]
PLAIN_PYTHON = HOUSE / ".venv-bench" / "bin" / "python"
"""Where Django lives; the portal never sees it."""
LIKE_THE_PORTAL = ("--worker-class", "gthread", "--workers", "2", "--threads", "8", "--log-level", "warning", "--no-control-socket")  # fmt: skip
"""The same WSGI server with the same number of processes and threads for whatever stands beside the portal."""
PATIENCE = 60
_DIES_WITH_PARENT = 1  # PR_SET_PDEATHSIG
_libc = ctypes.CDLL(None)


@contextmanager
def the_portal(place: Installation, **settings: str) -> Iterator["Server"]:
    """`tekenpoort run` on this data folder: web server and worker, as an operator starts them."""
    port = free_port()
    environ = {**place.environ, "PORT": str(port), **settings}
    command = [sys.executable, "-m", "portal.commands", "run"]
    with running(command, port, environ, log=place.folder.with_suffix(".log"), ready="/healthz") as server:
        yield server


@contextmanager
def plain(application: str, *, python: Path, environ: Mapping[str, str], log: Path, ready: str) -> Iterator["Server"]:
    """A bare WSGI application under the web server of the portal."""
    port = free_port()
    command = [str(python), "-m", "gunicorn", application, "--bind", f"127.0.0.1:{port}", *LIKE_THE_PORTAL]
    with running(command, port, {**os.environ, **environ}, log=log, ready=ready) as server:
        yield server


@contextmanager
def running(command: list[str], port: int, environ: Mapping[str, str], *, log: Path, ready: str) -> Iterator["Server"]:
    """A process that serves on this port once `ready` answers; stopped by its own id whatever happens meanwhile."""
    with log.open("wb") as said:
        process = subprocess.Popen(
            command,
            env=dict(environ),
            cwd=HOUSE,
            stdout=said,
            stderr=said,
            preexec_fn=_end_with_the_bench,  # noqa: PLW1509 (before any thread is there)
        )
        try:
            server = Server(port, process, log)
            server.wait_for(ready)
            yield server
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(timeout=PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _end_with_the_bench() -> None:
    _libc.prctl(_DIES_WITH_PARENT, signal.SIGTERM)


class Server:
    """A running server."""

    def __init__(self, port: int, process: "subprocess.Popen[bytes]", log: Path) -> None:
        self.port, self.process, self.log = port, process, log

    @property
    def address(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    def wait_for(self, path: str) -> None:
        """Until this page is there; a server that ends says why."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            if self.process.poll() is not None:
                raise RuntimeError(f"{self.process.args} stopped:\n{self.log.read_text(errors='replace')[-3000:]}")
            try:
                with urllib.request.urlopen(self.address + path, timeout=2):
                    return
            except urllib.error.HTTPError as answer:
                if answer.code < 500:
                    return
                time.sleep(0.1)
            except OSError:
                time.sleep(0.1)
        raise RuntimeError(f"{self.process.args} did not answer:\n{self.log.read_text(errors='replace')[-3000:]}")

    def children(self, word: str) -> list[int]:
        """The processes under it whose command line holds this word, at any depth."""
        return [each for each in below(self.process.pid) if word in command_line(each)]


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


# --- What a process weighs ---------------------------------------------------------------------------------------


def below(pid: int) -> list[int]:
    """All processes under this one."""
    try:
        direct = [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []
    return [each for child in direct for each in (child, *below(child))]


def command_line(pid: int) -> str:
    """How a process was started; empty when it has gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


def resident(pid: int) -> float:
    """The memory that a process holds (RSS), in megabytes; 0 when it has gone."""
    return _of(pid, "status", "VmRSS:")


def share(pid: int) -> float:
    """Its share of memory: what it shares is divided by the number of processes that do (PSS), in megabytes."""
    return _of(pid, "smaps_rollup", "Pss:")


def _of(pid: int, file: str, name: str) -> float:
    try:
        lines = Path(f"/proc/{pid}/{file}").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith(name)), 0.0)
