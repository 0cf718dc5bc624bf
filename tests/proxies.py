"""The configuration of docs/gate-nginx.conf in a real nginx, before a portal and the example application."""

import os
import re
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Thread
from types import MappingProxyType

from portal.demonstration import example_application
from tests.builders import PRODUCT, SCHOOL, Portal
from tests.gates import SECRET, a_gate
from tests.running import free_port
from tests.served import _all_of
from tests.staged import serving

DOCS = Path(__file__).resolve().parent.parent / "docs"
AROUND = """daemon off; pid nginx.pid; error_log error.log; worker_processes 1; {user}
events {{}}
http {{
  access_log off; default_type text/html;
  client_body_temp_path b; proxy_temp_path p; fastcgi_temp_path f; uwsgi_temp_path u; scgi_temp_path s;
  include gate.conf;
}}
"""
HOME = f"/voorbeeld/{SCHOOL}/"
SEEN = "Deze toepassing staat achter de poort"
CLOSED = "Daarom blijft zij dicht"


@dataclass(frozen=True)
class Reply:
    """What nginx said."""

    status: int
    headers: dict[str, str]
    text: str

    @property
    def seen(self) -> bool:
        """Whether anything of the application came through."""
        return SEEN in self.text or "Voorbeeldtoepassing" in self.text

    def told(self, name: str) -> str:
        """What the application says it was told."""
        found = re.search(rf"<dt>{name}</dt><dd>(.*?)</dd>", self.text)
        return found[1] if found else ""


@dataclass(frozen=True)
class Client:
    """Somebody before nginx, with the cookies of a browser or none."""

    port: int
    cookie: str = ""

    def with_cookie_of(self, portal: Portal, someone: object) -> "Client":
        """Signed in."""
        cookie = portal.sign_in(someone).client.get_cookie("tekenpoort")  # type: ignore[arg-type]
        assert cookie is not None
        return replace(self, cookie=f"tekenpoort={cookie.value}")

    def get(
        self, target: str = HOME, *, method: str = "GET", version: str = "1.1", body: bytes = b"", **headers: str
    ) -> Reply:
        """One request on a line of its own, with exactly this target in its first line."""
        fields = {"Host": f"127.0.0.1:{self.port}", "Connection": "close"} | (
            {"Cookie": self.cookie} if self.cookie else {}
        )
        fields |= {name.replace("__", "-"): value for name, value in headers.items()}
        fields |= {"Content-Length": str(len(body))} if body else {}
        lines = [f"{method} {target} HTTP/{version}", *(f"{name}: {value}" for name, value in fields.items())]
        return self.say("\r\n".join([*lines, "", ""]).encode("utf-8") + body)

    def say(self, raw: bytes) -> Reply:
        """These very bytes."""
        with socket.create_connection(("127.0.0.1", self.port), 30) as line:
            with suppress(BrokenPipeError, ConnectionResetError):
                line.sendall(raw)
            said = _all_of(line)
        head, _, text = said.partition(b"\r\n\r\n")
        first, *rest = head.decode("latin-1").split("\r\n")
        status = re.match(r"HTTP/1\.[01] (\d{3})", first)
        pairs = [each.partition(": ") for each in rest]
        return Reply(int(status[1]) if status else 0, {name.lower(): value for name, _, value in pairs}, text.decode(errors="replace"))  # fmt: skip


@contextmanager
def an_application() -> Iterator[int]:
    """The example application on a free port."""
    with example_application.server(0) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def nginx(
    folder: Path,
    *,
    portal: int,
    application: int,
    secret: str = SECRET,
    flaws: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[Client]:
    """A real nginx with our configuration, of which only what is marked as YOURS is filled in; stopped by its own id.

    `flaws` are lines of it that stand there wrong, for the twin that must be seen.
    """
    port = free_port()
    conf = (DOCS / "gate-nginx.conf").read_text()
    for ours, theirs in {
        **flaws,
        "server 127.0.0.1:8000;": f"server 127.0.0.1:{portal};",
        "server 127.0.0.1:8090;": f"server 127.0.0.1:{application};",
        "listen 127.0.0.1:8080;": f"listen 127.0.0.1:{port};",
        "/etc/nginx/tekenpoort-gate-secret.conf": f"{folder}/secret.conf",
        "resultatenmonitor/": f"{PRODUCT}/",
        "/srv/tekenpoort/docs": str(DOCS),
    }.items():
        assert conf.count(ours) == 1, ours
        conf = conf.replace(ours, theirs)
    folder.mkdir(exist_ok=True)
    (folder / "gate.conf").write_text(conf)
    (folder / "secret.conf").write_text(f'proxy_set_header X-Gate-Secret "{secret}";\n')
    (folder / "nginx.conf").write_text(AROUND.format(user="user root;" if os.getuid() == 0 else ""))
    program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    assert program, "nginx is not there: bash .ci/machine.sh installs it"
    command = [program, "-p", str(folder), "-c", "nginx.conf", "-e", "error.log"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_for(port, process, folder)
        yield Client(port)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)


@contextmanager
def behind_nginx(portal: Portal, folder: Path) -> Iterator[Client]:
    """The whole: this portal with the secret, the example application, and nginx before both."""
    with a_gate(portal), serving(portal) as address, an_application() as application:
        with nginx(folder, portal=int(address.rpartition(":")[2]), application=application) as client:
            yield client


@contextmanager
def something_that(answers: Callable[[socket.socket, bytes], None]) -> Iterator[int]:
    """Something on a port that answers each request so: what a gate could become on a bad day."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        over = False

        def serve() -> None:
            while True:
                line, _ = door.accept()
                if over:
                    return line.close()
                with line, suppress(OSError):
                    answers(line, line.recv(65536))

        thread = Thread(target=serve)
        thread.start()
        try:
            yield int(door.getsockname()[1])
        finally:
            over = True
            with suppress(OSError), socket.create_connection(door.getsockname()[:2], 5):
                pass
            thread.join()


def _wait_for(port: int, process: subprocess.Popen[bytes], folder: Path) -> None:
    for _ in range(200):
        assert process.poll() is None, (folder / "error.log").read_text()
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    raise AssertionError("nginx did not come up")
