"""Copies that nobody signs, each made in a child with limits; what makes them is loaded there and nowhere else."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from portal.documents.child import in_child

SECONDS, MEGABYTES = 30, 1024


def pdf(template: str, facts: Mapping[str, Any], *, at: dt.datetime) -> bytes:
    """The PDF of these facts; PortalError where it cannot be made."""
    return in_child(lambda: _pdf(template, facts, at), seconds=SECONDS, megabytes=MEGABYTES)


def _pdf(template: str, facts: Mapping[str, Any], at: dt.datetime) -> bytes:
    from portal.documents import render  # only the child takes the memory of WeasyPrint

    return render.copy(template, facts, at=at)
