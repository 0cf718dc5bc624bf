"""The portal of a test behind the real web server: for what shows only there, such as sizes, patience and memory."""

import os
import re
import select
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from portal.serving import _web_command
from tests.browser import Browser
from tests.builders import Portal

PART = 1 << 18


@dataclass(frozen=True)
class Answer:
    """What came back over the line."""

    status: int
    text: str
    seconds: float


@dataclass
class Server:
    """The web server, and one visitor whose browser has been somewhere already."""

    port: int
    pid: int
    cookie: str = ""
    source: str = "127.0.0.1"
    """From where one comes: the limits count by address."""

    def as_in(self, browser: Browser) -> "Server":
        """From now on every request comes from this browser."""
        cookie = browser.client.get_cookie("tekenpoort")
        assert cookie is not None
        self.cookie = f"Cookie: tekenpoort={cookie.value}\r\n"
        return self

    def send(
        self, method: str, path: str, parts: Iterable[bytes] = (), *, patience: float = 60, **headers: str
    ) -> Answer:
        """One request over a line of its own, with the body in parts; what is answered early stops the sending."""
        head = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
        first = (
            f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nConnection: close\r\n{self.cookie}{head}\r\n"
        )
        begun = time.monotonic()
        with socket.create_connection(("127.0.0.1", self.port), patience, (self.source, 0)) as line:
            line.sendall(first.encode())
            for part in parts:
                if select.select([line], [], [], 0)[0]:
                    break
                try:
                    line.sendall(part)
                except (BrokenPipeError, ConnectionResetError):
                    break
            said = _all_of(line)
        head_of_it, _, body = said.partition(b"\r\n\r\n")
        status = re.match(rb"HTTP/1\.[01] (\d{3})", head_of_it)
        return Answer(int(status[1]) if status else 0, body.decode(errors="replace"), time.monotonic() - begun)

    def megabytes(self) -> float:
        """The most that a process of the server has had in memory so far."""
        peaks = [re.search(r"VmHWM:\s+(\d+) kB", (each / "status").read_text()) for each in self._processes()]
        return max(int(each[1]) for each in peaks if each) / 1024

    def _processes(self) -> Iterator[Path]:
        yield Path(f"/proc/{self.pid}")
        for number in Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split():
            yield Path(f"/proc/{number}")


@contextmanager
def served(portal: Portal) -> Iterator[Server]:
    """The web server as `tekenpoort run` starts it, on this portal's data; ended by its own process id."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    environ = {
        **os.environ,
        "PORT": str(port),
        "TEKENPOORT_DATA": str(portal.settings.data),
        "TEKENPOORT_DATABASE_URL": portal.settings.database_url,
    }
    process = subprocess.Popen(
        _web_command(replace(portal.settings, port=port)),
        env=environ,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_until_healthy(port, process)
        yield Server(port, process.pid)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)


def _wait_until_healthy(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        assert process.poll() is None, "the web server stopped"
        with suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
            if answer.status == 200:
                return
        time.sleep(0.1)
    raise AssertionError("the web server did not become healthy")


def _all_of(line: socket.socket) -> bytes:
    said = b""
    with suppress(ConnectionResetError):
        while part := line.recv(PART):
            said += part
    return said
