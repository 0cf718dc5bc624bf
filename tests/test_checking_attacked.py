"""Hostile hands on `/verify`: files of ours put together, odd questions, and one who asks for ever."""

import io
from collections.abc import Iterator

import pikepdf
import pytest

from tests.builders import ANN, Portal
from tests.test_checking import CHANGED, NOT_OURS, NOT_WHOLE, WHOLE, checked, current, revision


def with_ours_inside(portal: Portal, *, packed: bool) -> bytes:
    """A stranger's PDF that carries a document of ours as an attachment."""
    output = io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.attachments["stuk.pdf"] = pikepdf.AttachedFileSpec(pdf, current(portal))
        pdf.save(output, compress_streams=packed, stream_decode_level=pikepdf.StreamDecodeLevel.none)
    return output.getvalue()


PUT_TOGETHER = {
    "ours after ours": lambda portal: current(portal) + current(portal, "registration"),
    "the other way round": lambda portal: current(portal, "registration") + current(portal),
    "twice the same": lambda portal: current(portal) * 2,
    "an earlier version behind": lambda portal: current(portal) + revision(portal, 1),
    "a later version behind": lambda portal: revision(portal, 2) + current(portal)[len(revision(portal, 1)) :],
    "one byte before": lambda portal: b"\n" + current(portal),
    "ours inside": lambda portal: with_ours_inside(portal, packed=False),
    "ours packed inside": lambda portal: with_ours_inside(portal, packed=True),
    "an empty update": lambda portal: current(portal) + b"\nxref\n0 0\ntrailer<</Size 1>>\nstartxref\n0\n%%EOF\n",
    "the tail of another": lambda portal: current(portal)[:-2000] + current(portal, "registration")[-2000:],
    "beyond the end": lambda portal: current(portal) + b"startxref\n99999999999999999999\n%%EOF",
    "many lines in its table": lambda portal: (
        b"%PDF-1.7\nxref\n0 900000\n"
        + b"0000000000 65535 f \n" * 900_000
        + b"trailer<</Size 900000/Root 1 0 R>>\nstartxref\n9\n%%EOF"
    ),
    "many signatures in hex": lambda portal: b"%PDF-1.7\n" + (b"<" + b"30" * 600 + b">") * 15_000,
}


@pytest.mark.parametrize("what", PUT_TOGETHER)
def test_what_was_put_together_from_ours_is_never_whole(in_force: Portal, what: str) -> None:
    page = checked(in_force, PUT_TOGETHER[what](in_force)).sees_not(WHOLE, NOT_WHOLE)
    assert page.status in (200, 422, 429), "a verdict, too hard, or too hard for a machine that is busy"
    if page.status == 200:
        page.sees(NOT_OURS if what == "ours packed inside" or "many" in what else CHANGED)


@pytest.mark.parametrize(
    ("size", "status"),
    [
        ("٣", 200),
        ("²", 422),
        ("-1", 422),
        ("1e3", 422),
        ("999999999999", 200),
        ("9999999999999", 422),
        ("0", 200),
        ("", 422),
        ("9223372036854775808", 422),
        ("00000001", 200),
    ],
)
def test_an_odd_number_of_a_receipt_gets_a_sentence(in_force: Portal, size: str, status: int) -> None:
    for head in ("0" * 64, "ABCDEF0123456789", "0" * 16 + " " + "0" * 16):
        page = in_force.browser().client.get("/verify/logboek", query_string={"size": size, "head": head})
        assert page.status_code == status, head
    for head in ("g" * 64, "0" * 15, "a" * 100_000, "<script>" * 10, "０" * 64):
        page = in_force.browser().client.get("/verify/logboek", query_string={"size": size, "head": head})
        assert page.status_code in (200, 422)
        assert "<script>alert" not in page.text


@pytest.mark.parametrize(
    "code", ["ABCD-EFGH-2345%00", "a" * 5000, "%F0%9F%98%80" * 12, "ß" * 12, "..%2f..%2f", "<script>", "' OR 1=1 --"]
)
def test_an_odd_code_is_not_found_with_a_sentence(in_force: Portal, code: str) -> None:
    page = in_force.browser().client.get(f"/verify/{code}")
    assert page.status_code == 404
    assert "<script>'" not in page.text


@pytest.fixture
def limited(in_force: Portal) -> Iterator[Portal]:
    in_force.app.config["RATELIMIT_ENABLED"] = True
    yield in_force
    in_force.app.config["RATELIMIT_ENABLED"] = False


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_who_tries_codes_is_stopped_however_they_ask(limited: Portal, method: str) -> None:
    client = limited.browser().client
    origin = {"REMOTE_ADDR": "192.0.2.7" if method == "GET" else "192.0.2.8"}
    said = [
        client.open(f"/verify/ABCD-EFGH-{number:04}", method=method, environ_base=origin).status_code
        for number in range(2000, 2062)
    ]
    assert said[:60] == [404] * 60 and said[60:] == [429, 429], said


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_who_asks_the_ledger_for_ever_is_stopped(limited: Portal, method: str) -> None:
    client = limited.browser().client
    origin = {"REMOTE_ADDR": "192.0.2.9" if method == "GET" else "192.0.2.10"}
    said = [
        client.open("/verify/logboek?size=1&head=0000000000000000", method=method, environ_base=origin).status_code
        for _ in range(62)
    ]
    assert said[60:] == [429, 429], said


def test_a_forged_address_does_not_help(limited: Portal) -> None:
    """No proxy in front: what the caller says of itself is not believed."""
    client = limited.browser().client
    said = [
        client.get(
            f"/verify/ABCD-EFGH-{number:04}",
            environ_base={"REMOTE_ADDR": "192.0.2.11"},
            headers={
                "X-Forwarded-For": f"198.51.100.{number % 250}",
                "X-Real-IP": "1.2.3.4",
                "Forwarded": "for=1.2.3.4",
            },
        ).status_code
        for number in range(2000, 2062)
    ]
    assert said[60:] == [429, 429], said


def test_nobody_has_a_hundred_dossiers_made(limited: Portal) -> None:
    """Each takes its place on the disk for a week."""
    ann, case_id = limited.sign_in(ANN), limited.case("board_declaration")
    page = ann.open(f"/zaken/{case_id}")
    said = [page.press("Vraag het dossier").open(f"/zaken/{case_id}").status for _ in range(30)]
    assert said == [200] * 30
    page.press("Vraag het dossier")
    assert page.status == 429
    page.sees("te vaak")
