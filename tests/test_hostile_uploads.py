"""Hostile files: refused with a sentence at the field within two seconds, and the server is no larger for it."""

import datetime as dt
import io
import sys
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from portal.cases.tables import KeptFile
from portal.documents import incoming
from portal.parties.spelling import clean
from tests.browser import Browser
from tests.builders import A_PDF, Portal, at_step
from tests.hostile_files import MEGABYTE, STRANGE_NAMES, hostile_files
from tests.served import Answer, Server, served
from tests.walker import SAVE

pytestmark = pytest.mark.any_database

PATIENCE = 5.0  # seconds: two, and what a busy machine adds; the slowest is printed
ROOM = 64.0  # megabytes that a process of the server may grow by
LONGEST_NAME = 200
GIGABYTE = 1024 * MEGABYTE
TYPED = {"others-0-name": "Wie er net is getypt", "others-0-function": "Lid", "others-0-email": "lid@ons.example"}


@pytest.fixture
def tell(capsys: pytest.CaptureFixture[str]) -> Callable[[str], None]:
    def told(line: str) -> None:
        with capsys.disabled():
            sys.stdout.write(f"\n{line}\n")

    return told


@pytest.fixture
def at_evidence(portal: Portal) -> Iterator[tuple[Server, Browser]]:
    """Somebody at the question for evidence, behind the real server."""
    portal.moment = dt.datetime.now(dt.UTC)
    browser = at_step(portal, "authority")
    with served(portal) as server:
        yield server.as_in(browser), browser


def hand_in(server: Server, browser: Browser, content: bytes, name: str = "bewijs.pdf") -> Answer:
    """The form as a browser sends it, with this file."""
    fields: dict[str, object] = {name: values[0] for name, values in browser.values().items()}
    fields |= {**TYPED, "self": "yes", "mode": "alone", "basis": "statutes"}
    fields["evidence"] = FileStorage(io.BytesIO(content), name, content_type="application/pdf")
    boundary, body = encode_multipart(fields)
    kind = f"multipart/form-data; boundary={boundary}"
    path = urlsplit(browser.address).path
    parts = (body[at : at + MEGABYTE] for at in range(0, len(body), MEGABYTE))
    return server.send("POST", path, parts, Content_Type=kind, Content_Length=str(len(body)))


def test_every_hostile_file_is_refused_at_its_field_and_nothing_else_that_was_typed_is_lost(
    at_evidence: tuple[Server, Browser], portal: Portal, tell: Callable[[str], None]
) -> None:
    server, browser = at_evidence
    hand_in(server, browser, hostile_files()["picture"][0])
    before, slowest = server.megabytes(), 0.0
    for what, (content, sentence) in hostile_files().items():
        answer = hand_in(server, browser, content)
        fault = answer.text.partition('id="evidence-fault"')[2].partition("</p>")[0]
        assert (answer.status, sentence in fault) == (422, True), f"{what}: {answer.status} {fault}"
        assert all(f'value="{text}"' in answer.text for text in TYPED.values()), what
        assert answer.seconds < PATIENCE, f"{what} took {answer.seconds:.1f} s"
        slowest = max(slowest, answer.seconds)
    assert portal.count(KeptFile) == 0
    grown = server.megabytes() - before
    assert grown < ROOM
    count = len(hostile_files())
    tell(f"hostile files: {count} tried, {count} held (slowest {slowest:.1f} s, server {before:.0f} + {grown:.0f} MB)")


def test_a_gigabyte_is_refused_at_once_whether_or_not_it_says_how_large_it_is(
    at_evidence: tuple[Server, Browser], tell: Callable[[str], None]
) -> None:
    server, browser = at_evidence
    path, kind = urlsplit(browser.address).path, "multipart/form-data; boundary=x"
    head = b'--x\r\nContent-Disposition: form-data; name="evidence"; filename="a.pdf"\r\n\r\n%PDF-'
    field = b'--x\r\nContent-Disposition: form-data; name="others-0-name"\r\n\r\n'
    server.send("GET", path)
    before = server.megabytes()
    answers = [
        server.send("POST", path, a_gigabyte(), Content_Type=kind, Content_Length=str(GIGABYTE)),
        server.send("POST", path, in_chunks(head), Content_Type=kind, Transfer_Encoding="chunked"),
        server.send("POST", path, in_chunks(field), Content_Type=kind, Transfer_Encoding="chunked"),
        server.send("POST", path, in_chunks(b""), Content_Type="text/plain", Transfer_Encoding="chunked"),
    ]
    for answer in answers[:3]:
        assert answer.status == 413 and "te groot" in answer.text and "Ga terug" in answer.text
    assert answers[3].status < 500
    assert max(each.seconds for each in answers) < PATIENCE
    assert server.send("GET", path).status == 200
    grown = server.megabytes() - before
    assert grown < ROOM
    slowest = max(each.seconds for each in answers)
    tell(f"uploads of 1 GB: 4 tried, 4 held (slowest {slowest:.1f} s, server {before:.0f} + {grown:.0f} MB)")


def a_gigabyte() -> Iterator[bytes]:
    return (b"x" * MEGABYTE for _ in range(1024))


def in_chunks(first: bytes) -> Iterator[bytes]:
    if first:
        yield b"%x\r\n%s\r\n" % (len(first), first)
    for part in a_gigabyte():
        yield b"%x\r\n%s\r\n" % (len(part), part)


def test_a_good_file_is_taken_whatever_it_is_called_and_is_a_name_on_the_page_and_nothing_on_the_disk(
    portal: Portal, tell: Callable[[str], None]
) -> None:
    browser = at_step(portal, "authority")
    before = set(portal.settings.data.rglob("*"))
    for name in STRANGE_NAMES:
        browser.choose("self", "no").choose("mode", "alone").choose("basis", "statutes")
        browser.upload("evidence", A_PDF, name).press(SAVE)
        assert set(browser.faults()) == {"others"}, name
        browser.sees(f"Al ontvangen: {clean(name)[:LONGEST_NAME]}")
    assert portal.count(KeptFile) == len(STRANGE_NAMES)
    assert set(portal.settings.data.rglob("*")) == before
    tell(f"strange names of files: {len(STRANGE_NAMES)} tried, {len(STRANGE_NAMES)} held")


def test_the_flawed_twin_that_trusts_the_first_letters_of_a_file_lets_them_in() -> None:
    begins_well = {what: content for what, (content, _) in hostile_files().items() if content.startswith(b"%PDF-")}
    trusting = let_in(begins_well, lambda content: "" if content.startswith(b"%PDF-") else "geen PDF")
    assert set(trusting) == set(begins_well) and len(trusting) >= 12
    small = {what: content for what, content in begins_well.items() if "MB" not in what or "text" in what}
    assert let_in(small, incoming.complaint) == []


def let_in(files: dict[str, bytes], complaint: Callable[[bytes], str]) -> list[str]:
    return [what for what, content in files.items() if not complaint(content)]
