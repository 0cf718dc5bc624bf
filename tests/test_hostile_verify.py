"""Bad input to `/verify`, behind the real server: a verdict or a clear sentence in time, and memory stays bounded."""

import datetime as dt
import io
import json
import subprocess
import sys
import zipfile
from functools import cache
from pathlib import Path

import pytest
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.signers import PdfSignatureMetadata, SimpleSigner, sign_pdf
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from portal.cases.tables import Document
from portal.database import reader
from portal.documents import vault
from portal.documents.authority import trust_of
from portal.documents.examining import MEGABYTES, examined
from portal.documents.seal import Sealer
from portal.errors import PortalError
from tests.builders import A_PDF, Portal
from tests.conftest import Tell
from tests.hostile_files import MEGABYTE, hostile_files
from tests.papers import a_prepared, a_stamp, settings_in, signed_by_both
from tests.served import Answer, Server, served
from tests.test_checking import CHANGED, NOT_OURS, NOT_WHOLE, ODD, WHOLE

pytestmark = [pytest.mark.any_database, pytest.mark.slow]

SECONDS = 5.0
BUSY = 3.0  # seconds that a busy machine adds; the slowest is printed
ROOM = 96.0  # megabytes that a process of the server may grow by: it holds an upload of 20 MB, and the form around it
AT_MOST = MEGABYTES + 200  # megabytes that a child may have in memory: its limit, and what it shares with its parent
TRIES = 3
"""So often somebody comes back who was told that it is busy: a machine that runs other tests as well may say so."""
SENTENCES = (NOT_OURS, CHANGED, "zo vreemd in elkaar", "groter dan 20 MB", "Kies het PDF-bestand")


def a_docx() -> bytes:
    """A letter of a word processor, which somebody called stuk.pdf."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("[Content_Types].xml", "<Types/>")
        file.writestr("word/document.xml", "<w:document>Getekend: Ann de Vries</w:document>")
    return written.getvalue()


def signed_by_another(key: Path) -> bytes:
    """A sound PDF that somebody signed with a certificate of their own, without our portal or any like it."""
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", "-subj", "/CN=Ann de Vries"]
    place = [str(key / "key.pem"), str(key / "certificate.pem")]
    extension = ["-addext", "keyUsage=critical,digitalSignature,nonRepudiation"]
    subprocess.run([*command, *extension, "-keyout", place[0], "-out", place[1]], check=True, capture_output=True)
    signer = SimpleSigner.load(*place)
    assert signer is not None
    signed = io.BytesIO()
    with io.BytesIO(a_prepared()) as pdf:
        terms = PdfSignatureMetadata(field_name="Zegel", name="Tekenpoort")
        sign_pdf(IncrementalPdfFileWriter(pdf), terms, signer=signer, existing_fields_only=True, output=signed)
    return signed.getvalue()


def sealed_elsewhere(folder: Path) -> bytes:
    """A document of another portal of this make."""
    theirs = Sealer.open(settings_in(folder))
    return theirs.certify(a_prepared(), stamp=a_stamp("Tekenpoort", "seal"), reason="Vastgesteld", final=True)


@pytest.fixture(scope="module")
def foreign(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Files that other people signed."""
    return {
        "signed by another": signed_by_another(tmp_path_factory.mktemp("another")),
        "sealed by another portal": sealed_elsewhere(tmp_path_factory.mktemp("elsewhere")),
        "sealed by another portal, signed by two": signed_by_both(),
    }


@cache
def large(megabytes: int) -> bytes:
    return b"%PDF-1.7\n" + b"\0" * (megabytes * MEGABYTE - 9)


def bad_files(portal: Portal, foreign: dict[str, bytes]) -> dict[str, bytes]:
    """All of them, by what each is."""
    with portal.opened():
        [document] = [each for each in reader.query(Document) if each.facts["workflow"] == "board_declaration"]
        whole = vault.content(document.current or "")
    return {
        **{what: make(whole) for what, make in ODD.items()},
        **{f"as evidence: {what}": content for what, (content, _) in hostile_files().items()},
        "truncated": whole[:-200],
        "a DOCX renamed": a_docx(),
        "somebody's letter": A_PDF,
        "20 MB": large(20),
        **foreign,
    }


def hand_in(server: Server, token: str, content: bytes, name: str = "stuk.pdf") -> Answer:
    file = FileStorage(io.BytesIO(content), name, content_type="application/pdf")
    boundary, body = encode_multipart({"csrf_token": token, "file": file})
    kind = f"multipart/form-data; boundary={boundary}"
    parts = (body[at : at + MEGABYTE] for at in range(0, len(body), MEGABYTE))
    return server.send("POST", "/verify", parts, Content_Type=kind, Content_Length=str(len(body)))


def patiently(server: Server, token: str, content: bytes) -> Answer:
    """The answer; who is told that it is busy sends the file again. Being told so takes no longer either."""
    for _ in range(TRIES):
        answer = hand_in(server, token, content)
        if answer.status != 429 or "veel stukken gecontroleerd" not in answer.text:
            break
        assert answer.seconds < SECONDS + BUSY
    return answer


def test_every_bad_file_gets_a_verdict_or_a_sentence_in_time_and_the_server_stays_small(
    in_force: Portal, foreign: dict[str, bytes], tell: Tell
) -> None:
    in_force.moment = dt.datetime.now(dt.UTC)
    browser = in_force.browser().open("/verify")
    files, slowest, said = bad_files(in_force, foreign), (0.0, ""), dict[str, str]()
    with served(in_force) as server:
        server.as_in(browser)
        hand_in(server, browser.token, A_PDF)
        before = server.megabytes()
        for number, (what, content) in enumerate(files.items()):
            server.source = f"127.0.0.{2 + number}"  # the limit on how many one address may send has its own test
            answer = patiently(server, browser.token, content)
            said[what] = next((each for each in SENTENCES if each in answer.text), f"{answer.status}")
            slowest = max(slowest, (answer.seconds, what))
            assert answer.status in (200, 422), f"{what}: {answer.status}"
            assert said[what] in SENTENCES, f"{what}: {said[what]}"
            assert WHOLE not in answer.text and NOT_WHOLE not in answer.text, what
            assert answer.seconds < SECONDS + BUSY, f"{what} took {answer.seconds:.1f} s"
        server.source = "127.0.1.1"
        for megabytes in (21, 200):
            answer = hand_in(server, browser.token, large(megabytes))
            assert answer.status in (413, 422), answer.status
            assert "te groot" in answer.text or "groter dan 20 MB" in answer.text
            assert answer.seconds < SECONDS + BUSY, f"{megabytes} MB took {answer.seconds:.1f} s"
        grown = server.megabytes() - before
    assert grown < ROOM, f"{grown:.0f} MB"
    for what in (*foreign, "encrypted", "nothing", "half a file", "a DOCX renamed", "somebody's letter"):
        assert said[what] == NOT_OURS, what
    assert said["truncated"] == CHANGED, "it bears our seal; half a file is cut off before that"
    count = len(files) + 2
    tell(f"bad file on /verify (slowest {slowest[0]:.1f} s, {slowest[1]}; server + {grown:.0f} MB)", count, count)


def test_whoever_looks_at_a_bad_file_takes_no_more_memory_than_it_may(
    in_force: Portal, foreign: dict[str, bytes], tell: Tell, tmp_path: Path
) -> None:
    """In a process of its own, so that no other child of the tests is measured."""
    files = bad_files(in_force, foreign)
    for number, content in enumerate(files.values()):
        (tmp_path / f"{number}.pdf").write_bytes(content)
    program = (
        "import json, pathlib, resource, sys\n"
        "from tests.test_hostile_verify import look\n"
        "found = look(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]))\n"
        "print(json.dumps([found, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024]))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path), str(in_force.settings.data)],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).resolve().parent.parent,
    )
    found, most = json.loads(done.stdout.splitlines()[-1])
    assert len(found) == len(files) and "INTACT" not in " ".join(found)
    assert most < AT_MOST, f"{most:.0f} MB"
    tell(f"memory of who looks at a bad file is bounded (at most {most:.0f} MB)", len(files), len(found))


def look(folder: Path, data: Path) -> list[str]:
    """What is said of each file in a folder, one child a file."""
    said, trust = [], trust_of(data)
    for path in sorted(folder.glob("*.pdf")):
        try:
            said.append(examined(path.read_bytes(), trust=trust).verdict.name)
        except PortalError as fault:
            said.append(str(fault))
    return said
