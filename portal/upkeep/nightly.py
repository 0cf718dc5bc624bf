"""The re-reading of every night: asked for a day ahead, run beside the worker so that nothing waits for it."""

import datetime as dt
import os
import subprocess
import sys

from portal.config import Settings
from portal.record import jobs

VERIFY = "verify"
AT_NIGHT = dt.time(3, 30)
"""Dutch time; people sleep, and the reminders of the morning are still to come."""
_running: list[subprocess.Popen[bytes]] = []


def ask(*, after: dt.date) -> None:
    """Ask for the re-reading in the night after this day; asking twice asks once."""
    jobs.ask_daily(VERIFY, after=after, at=AT_NIGHT)


def start(settings: Settings) -> subprocess.Popen[bytes]:
    """Begin to re-read everything in a process of its own, which notes its outcome itself; one at a time."""
    _running[:] = [each for each in _running if each.poll() is None]
    if not _running:
        environ = {
            **os.environ,
            "TEKENPOORT_DATA": str(settings.data),
            "TEKENPOORT_DATABASE_URL": settings.database_url,
            "TEKENPOORT_DEMO": "1" if settings.demo else "0",
        }
        command = [sys.executable, "-m", "portal.commands", "verify"]
        quiet = subprocess.DEVNULL
        _running.append(subprocess.Popen(command, env=environ, stdout=quiet, stderr=quiet))  # noqa: S603  our own words
    return _running[0]
