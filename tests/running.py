"""A real portal in a folder of its own: `tekenpoort run` with its demonstration."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

HOUSE = Path(__file__).resolve().parent.parent


@dataclass
class Portal:
    """A running portal with its demonstration."""

    address: str
    data: Path
    environ: dict[str, str]

    @property
    def password(self) -> str:
        return str(json.loads((self.data / "demo.json").read_text())["password"])

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        """The command line on this portal's data."""
        command = [sys.executable, "-m", "portal.commands", *words]
        return subprocess.run(command, env=self.environ, capture_output=True, text=True, cwd=HOUSE, check=False)

    def code(self, name: str) -> str:
        """The code in somebody's app that was not used yet, since a code works once."""
        return self.command("demo", "code", name).stdout.strip()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(data: Path, **settings: str) -> Iterator[Portal]:
    """`tekenpoort run` with the demonstration, stopped by its own process id."""
    port = free_port()
    environ = {**os.environ, "PORT": str(port), "TEKENPOORT_DATA": str(data), "TEKENPOORT_DEMO": "1", **settings}
    with (data.parent / f"{data.name}.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "portal.commands", "run"], env=environ, cwd=HOUSE, stdout=log, stderr=log
        )
        try:
            address = f"http://127.0.0.1:{port}"
            _wait_until_healthy(address, process)
            yield Portal(address, data, environ)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=30)


def _wait_until_healthy(address: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(2400):
        assert process.poll() is None, "the portal stopped"
        try:
            with urllib.request.urlopen(f"{address}/healthz", timeout=1) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the portal did not become healthy")
