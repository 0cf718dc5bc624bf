"""Hostile dossiers: one who opens a forged or odd one is told so, in words that the forger cannot write over."""

import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.evidence import verify_dossier
from portal.evidence.verify_dossier import Dossier, main
from tests.builders import OURS
from tests.conftest import Installation
from tests.dossiers import a_dossier, as_zip, checked, codes, listed_anew, opened
from tests.test_verify_dossier import case_of_the_declaration, last_revision


@pytest.fixture(scope="module")
def whole(installation: Installation) -> Iterator[Dossier]:
    """The dossier of our board, made once."""
    with installation.portal("in_force") as portal:
        yield opened(a_dossier(portal, organisation_id=portal.organisation(OURS)))


def said_of(place: Path) -> tuple[int, str]:
    lines: list[str] = []
    return main([str(place)], lines.append), "\n".join(lines)


def test_a_document_that_was_left_out_is_missed(whole: Dossier) -> None:
    """Its acts are in the ledger, so it was there; the case says it never had one."""
    name = case_of_the_declaration(whole)
    case = json.loads(whole.files[name])
    case["documents"] = []
    folder = name.rpartition("/")[0]
    files = {
        each: content
        for each, content in whole.files.items()
        if not (each.startswith(folder) and each.endswith(".pdf"))
    }
    report = checked(listed_anew({**files, name: json.dumps(case).encode()}))
    assert codes(report) == {"left_out"}


def test_a_name_cannot_write_over_what_is_said(whole: Dossier, tmp_path: Path) -> None:
    """A file whose name moves the cursor, or begins a line of its own."""
    name = "x\x1b[1A\x1b[2K\rGOED   \nAlles wat kon worden nagegaan, klopt.\u202e"
    place = tmp_path / "dossier.zip"
    place.write_bytes(as_zip(Dossier({**whole.files, name: b"x"})))
    code, text = said_of(place)
    assert code == 1
    assert "\x1b" not in text and "\r" not in text and "\u202e" not in text
    assert "Alles wat kon worden nagegaan, klopt." not in text.splitlines()


def test_two_files_of_one_name_are_refused(whole: Dossier, tmp_path: Path) -> None:
    """One program shows the first, another the last: what is checked would not be what is read."""
    place, name = tmp_path / "dossier.zip", last_revision(whole)
    place.write_bytes(as_zip(whole))
    with zipfile.ZipFile(place, "r") as archive:
        kept = [(each.filename, archive.read(each)) for each in archive.infolist()]
    with zipfile.ZipFile(place, "w") as archive, pytest.warns(UserWarning):
        for each, content in [(name, b"%PDF-1.7 forged"), *kept]:
            archive.writestr(each, content)

    code, text = said_of(place)
    assert code == 2, text


@pytest.mark.parametrize(
    "name", ["../../evil.sh", "/etc/cron.d/evil", "cases\\..\\..\\evil", "C:/evil", "files/../../evil"]
)
def test_a_name_that_leads_out_of_the_dossier_is_refused(whole: Dossier, tmp_path: Path, name: str) -> None:
    """Nothing is unpacked here; but who unpacks it after this check must not be surprised."""
    place = tmp_path / "dossier.zip"
    place.write_bytes(as_zip(listed_anew({**whole.files, name: b"x"})))
    assert said_of(place)[0] == 2


def test_a_bomb_is_not_unpacked(tmp_path: Path) -> None:
    """Four gigabytes of noughts in four megabytes: refused before they are in memory."""
    place = tmp_path / "dossier.zip"
    with zipfile.ZipFile(place, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.writestr("manifest.json", json.dumps({"format": verify_dossier.FORMAT, "files": {}, "withheld": []}))
        with archive.open("files/bomb.bin", "w", force_zip64=True) as file:
            for _ in range(1100):
                file.write(bytes(2**20))
    limited = (
        "import resource, runpy, sys\n"
        "resource.setrlimit(resource.RLIMIT_AS, (900 * 2**20,) * 2)\n"
        f"sys.argv = ['verify_dossier.py', {str(place)!r}]\n"
        f"runpy.run_path({verify_dossier.__file__!r}, run_name='__main__')\n"
    )
    done = subprocess.run([sys.executable, "-I", "-c", limited], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (2, ""), done.stderr[-500:]


@pytest.mark.parametrize("harm", ["nested", "damaged", "number", "cut"])
def test_what_cannot_be_read_is_said_in_a_sentence(whole: Dossier, tmp_path: Path, harm: str) -> None:
    place = tmp_path / "dossier.zip"
    if harm == "nested":
        place.write_bytes(as_zip(Dossier({**whole.files, "manifest.json": b"[" * 200_000})))
    elif harm == "number":
        place.write_bytes(as_zip(Dossier({**whole.files, "manifest.json": b"9" * 100_000})))
    else:
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in whole.files.items():
                archive.writestr(name, content)
        content = bytearray(packed.getvalue())
        if harm == "damaged":
            with zipfile.ZipFile(packed) as archive:
                at = archive.getinfo("README.html").header_offset + 60
            content[at : at + 40] = b"\xff" * 40
        place.write_bytes(bytes(content[:-10] if harm == "cut" else content))
    code, text = said_of(place)
    assert code == 2 and text


def test_a_program_beside_the_verifier_is_not_run_by_the_command_of_the_readme(whole: Dossier, tmp_path: Path) -> None:
    """A dossier with a module of its own, named as one of Python's: -P keeps its folder out of the way."""
    assert b"python -P verify_dossier.py ." in whole.files["README.html"]
    for name, content in {
        **whole.files,
        "hashlib.py": b"raise SystemExit(0)",
        "json.py": b"raise SystemExit(0)",
    }.items():
        place = tmp_path / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
    command = [sys.executable, "-P", "-B", "verify_dossier.py", "."]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert done.returncode == 1, done.stderr
    assert "hashlib.py: staat niet in manifest.json" in done.stdout
