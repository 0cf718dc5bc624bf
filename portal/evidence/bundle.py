"""Writes a dossier as one ZIP file: the same contents give the same bytes."""

import datetime as dt
import hashlib
import json
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from portal import wording
from portal.documents import vault
from portal.documents.authority import Trust
from portal.evidence.gathering import Contents
from portal.record import outbox, spoken
from portal.record.heads import StampedHead
from portal.record.tree import Tree
from portal.wording import say

FORMAT = "tekenpoort-dossier/1"
VERIFIER = Path(__file__).with_name("verify_dossier.py")
TEMPLATES = Path(__file__).resolve().parents[2] / "templates" / "evidence"
Progress = Callable[[int, int], None]
"""Told how many files are written, of how many."""


def write(
    place: Path,
    contents: Contents,
    *,
    head: StampedHead,
    tree: Tree,
    trust: Trust,
    made_at: str,
    progress: Progress,
) -> None:
    """Write the dossier; NotFoundError or PortalError when a file is gone or damaged: half a dossier is none."""
    texts = _texts(contents, head, tree) | _trusted(trust) | {"ledger/head.tsr": vault.content(head.token)}
    total, listed = len(texts) + len(contents.files), {}
    with zipfile.ZipFile(place, "w", zipfile.ZIP_DEFLATED) as archive:
        for done, name in enumerate(sorted([*texts, *contents.files]), 1):
            content = texts[name] if name in texts else vault.content(contents.files[name])
            listed[name] = {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
            progress(done, total)
        manifest = {"format": FORMAT, "made_at": made_at, "withheld": contents.withheld, "files": listed}
        archive.writestr(zipfile.ZipInfo("manifest.json"), _json(manifest), zipfile.ZIP_DEFLATED)


def _texts(contents: Contents, head: StampedHead, tree: Tree) -> dict[str, bytes]:
    """Everything that is written here and not kept in the vault."""
    entries = [{**each, "path": tree.path(each["number"])} for each in contents.entries if each["number"] <= head.size]
    known = {each["number"] for each in entries}
    heard = sorted(size for size in contents.witnesses if 0 < size <= head.size and size not in known)
    ledger = {
        "entries": entries,
        "heads": [{"number": size, "hash": contents.witnesses[size], "path": tree.path(size)} for size in heard],
    }
    texts = {
        "README.html": _page("README.html", contents=contents, head=head, title=_title(contents)),
        "verify_dossier.py": VERIFIER.read_bytes(),
        "dossier.json": _json(
            {"subject": contents.subject, "organisation": contents.organisation, "elsewhere": contents.elsewhere}
        ),
        "people.json": _json(contents.people),
        "ledger/entries.json": _json(ledger),
        "ledger/head.json": _json({"size": head.size, "head": head.hash, "root": head.root}),
    }
    states = {name: say(text) for name, text in outbox.STATES.items()}
    for case in contents.cases:
        place = f"cases/{case['reference']}"
        events = [each for each in entries if each["subject"] in _subjects(case)]
        texts[f"{place}/case.json"] = _json(case)
        given = {"case": case, "events": events, "people": contents.people, "states": states}
        texts[f"{place}/case.html"] = _page("case.html", **given)
    return texts


def _title(contents: Contents) -> str:
    return str(contents.subject.get("name") or contents.subject["reference"])


def _subjects(case: dict[str, Any]) -> list[str]:
    return [f"case:{case['id']}", *(f"document:{each['id']}" for each in case["documents"])]


def _trusted(trust: Trust) -> dict[str, bytes]:
    """The certificates to believe, if the reader does; what they are called is their own SHA-256."""
    return {
        **{f"trust/roots/{hashlib.sha256(each).hexdigest()}.cer": each for each in trust.roots},
        **{f"trust/seals/{hashlib.sha256(each).hexdigest()}.cer": each for each in trust.seals},
        **{f"trust/time_stamp_roots/{hashlib.sha256(each).hexdigest()}.cer": each for each in trust.time_stamp_roots},
        **{f"trust/revoked/{hashlib.sha256(each).hexdigest()}.crl": each for each in trust.revoked},
    }


def _json(value: object) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def _page(name: str, **given: Any) -> bytes:
    return _templates().get_template(name).render(**given).encode()


@cache
def _templates() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    environment.globals |= {"_": say, "ngettext": wording.say_count, "spoken": _spoken}
    environment.filters |= {
        "moment": lambda text: wording.moment(dt.datetime.fromisoformat(text), seconds=True),
        "act": spoken.act_in_words,
    }
    return environment


def _spoken(language: str, caller: Callable[[], str]) -> str:
    """A part of a page in one language."""
    with wording.speaking(language):
        return caller()
