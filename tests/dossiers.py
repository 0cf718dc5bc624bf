"""Dossiers for the tests: asked for, made by the worker, and opened by the stand-alone verifier."""

import io
import json
import uuid
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from portal.evidence import dossiers, verify_dossier
from portal.evidence.verify_dossier import Dossier, Paper, Report
from tests.builders import ANN, Portal, Someone

DECLARATION = "board_declaration"
READ: dict[frozenset[bytes], dict[str, Paper]] = {}


def a_dossier(portal: Portal, *, by: Someone = ANN, **subject: uuid.UUID) -> Path:
    """The dossier of a case (the declaration of our board, when nothing is said) or of an organisation."""
    of = subject or {"case_id": portal.case(DECLARATION)}
    visitor = portal.visitor(by)
    job_id = portal.ask(lambda: dossiers.ask(by=visitor, **of))
    portal.work()
    found = portal.ask(lambda: dossiers.find(job_id, by=visitor, settings=portal.settings))
    assert found.state == "ready", found
    return found.place


def opened(place: Path) -> Dossier:
    return verify_dossier.open_dossier(place)


def checked(dossier: Dossier, **more: Any) -> Report:
    """What the verifier says. A PDF takes a second, so one that was read under the same certificates is not read anew."""
    trust = frozenset(each for name, each in dossier.files.items() if name.startswith("trust/"))
    return verify_dossier.check(Dossier(dict(dossier.files), papers=READ.setdefault(trust, {})), **more)


def codes(report: Report) -> set[str]:
    return {each.code for each in report.wrong}


def listed_anew(files: dict[str, bytes]) -> Dossier:
    """The same files under a manifest that a forger made to fit."""
    manifest = json.loads(files["manifest.json"])
    manifest["files"] = {
        name: {"sha256": verify_dossier.sha256(content), "bytes": len(content)}
        for name, content in files.items()
        if name != "manifest.json"
    }
    return Dossier({**files, "manifest.json": json.dumps(manifest).encode()})


def with_json(files: dict[str, bytes], name: str, change: Callable[[Any], None]) -> Dossier:
    """A dossier in which one file says something else, and the manifest agrees."""
    said = json.loads(files[name])
    change(said)
    return listed_anew({**files, name: json.dumps(said).encode()})


def as_zip(dossier: Dossier) -> bytes:
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w") as archive:
        for name, content in dossier.files.items():
            archive.writestr(name, content)
    return output.getvalue()
