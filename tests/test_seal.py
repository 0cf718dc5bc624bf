"""The seal: valid for every tool, conforming at every stage, and never half-made."""

import contextlib
import datetime as dt
import http.server
import io
import multiprocessing
import shutil
import stat
import subprocess
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pikepdf
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key

from portal.documents import authority
from portal.documents.authority import establish
from portal.documents.outside import RevocationUnavailable, TimeStampUnavailable
from portal.documents.render import render
from portal.documents.seal import Sealer
from portal.documents.verify import Verdict, examine
from portal.errors import PortalError, SettingError
from tests import conformance
from tests.papers import (
    AT,
    DECLARATION,
    a_certified,
    a_folder,
    a_prepared,
    a_rendered,
    a_sealer,
    a_signatory,
    a_stamp,
    settings_in,
    signed,
    signed_by_both,
    signed_once,
    some_facts,
    some_terms,
    with_another_page_text,
)


def what_pdfsig_says(pdf: bytes, folder: Path) -> str:
    path = folder / "signed.pdf"
    path.write_bytes(pdf)
    return subprocess.run(["pdfsig", "-nocert", str(path)], capture_output=True, text=True, check=False).stdout


# The chain


def test_two_signatories_give_three_signatures_that_another_tool_finds_valid(tmp_path):
    said = what_pdfsig_says(signed_by_both(), tmp_path)

    assert said.count("Signature is Valid") == 3
    assert said.count("ETSI.CAdES.detached") == 3
    *persons, last = said.split("Signature #")[1:]
    assert all("Not total document signed" in each for each in persons) and "Total document signed" in last
    assert "tijdstempel" in last


def test_the_document_conforms_after_every_stage():
    if conformance.missing():
        pytest.skip(conformance.missing())

    assert (
        conformance.faults(
            {
                "rendered": a_rendered().pdf,
                "prepared": a_prepared(),
                "certified": a_certified(),
                "signed once": signed_once(),
                "signed by both": signed_by_both(),
                "certified at once": a_certified(final=True),
                "signed by a strange name": signed(a_certified(), "sign-1", "Anne \U0001f9ff שלום 🏫", final=False),
                "terms": render("documents/usage_terms.html", some_terms(), at=AT).pdf,
                "registration": render("documents/registration.html", some_facts(), at=AT).pdf,
            }
        )
        == {}
    )


def test_the_validator_sees_a_document_that_does_not_conform():
    if conformance.missing():
        pytest.skip(conformance.missing())
    with pikepdf.open(io.BytesIO(a_rendered().pdf)) as pdf:
        del pdf.Root.MarkInfo
        del pdf.Root.OutputIntents
        spoiled = io.BytesIO()
        pdf.save(spoiled)

    assert set(conformance.faults({"spoiled": spoiled.getvalue()})) == {"spoiled 3a", "spoiled ua1"}


def test_each_stage_passes_the_check_for_that_stage_and_no_other():
    sealer = a_sealer()

    sealer.check(a_certified(), fields=[], final=False)
    sealer.check(signed_once(), fields=["sign-1"], final=False)
    sealer.check(signed_by_both(), fields=["sign-1", "sign-2"], final=True)
    sealer.check(a_certified(final=True), fields=[], final=True)
    for pdf, fields, final in (
        (a_certified(), [], True),
        (signed_once(), [], False),
        (signed_once(), ["sign-2"], False),
        (signed_by_both(), ["sign-1"], True),
        (signed_by_both(), ["sign-1", "sign-2"], False),
        (a_prepared(), [], False),
        (b"%PDF-1.7 nothing", [], False),
    ):
        with pytest.raises(PortalError):
            sealer.check(pdf, fields=fields, final=final)


def test_what_one_signature_added_is_checked_by_itself():
    sealer = a_sealer()

    sealer.check(signed_once(), fields=["sign-1"], final=False, before=a_certified())
    sealer.check(signed_by_both(), fields=["sign-1", "sign-2"], final=True, before=signed_once())
    for pdf, fields, final, before in (
        (signed_once(), ["sign-1"], False, signed_once()),
        (signed_once(), ["sign-1", "sign-2"], False, a_certified()),
        (signed_once(), ["sign-1"], True, a_certified()),
        (signed_by_both(), ["sign-1"], True, signed_once()),
        (signed_by_both(), ["sign-1", "sign-2"], False, signed_once()),
        (signed_once(), ["sign-1"], False, a_certified().replace(b"obj", b"OBJ", 1)),
        (signed_by_both()[:-1], ["sign-1", "sign-2"], True, signed_once()),
        (signed_by_both() + b"\n", ["sign-1", "sign-2"], True, signed_once()),
        (a_certified() + b"% nothing", ["sign-1"], False, a_certified()),
    ):
        with pytest.raises(PortalError):
            sealer.check(pdf, fields=fields, final=final, before=before)


@pytest.mark.parametrize("final", [False, True])
def test_a_page_changed_under_a_new_signature_is_seen_in_what_was_added(final):
    changed = with_another_page_text(a_certified())
    added = signed(changed, "sign-1", "Anne de Vries", final=final)

    assert added.startswith(a_certified())
    with pytest.raises(PortalError, match="more was added"):
        a_sealer().check(added, fields=["sign-1"], final=final, before=a_certified())


def test_a_signature_of_a_stranger_is_seen_in_what_was_added(tmp_path):
    stranger = Sealer.open(settings_in(tmp_path))
    added = signed(a_certified(), "sign-1", "Anne de Vries", final=False, by=stranger)

    with pytest.raises(PortalError):
        a_sealer().check(added, fields=["sign-1"], final=False, before=a_certified())


def test_every_revision_begins_with_the_one_before():
    assert signed_by_both().startswith(signed_once())
    assert signed_once().startswith(a_certified())
    assert a_certified().startswith(a_prepared())


def test_a_spare_field_stays_empty_when_two_of_three_were_enough():
    signatories = [a_signatory(f"sign-{number}", f"Persoon {number}") for number in (1, 2, 3)]
    sealer = a_sealer()
    prepared = sealer.prepare(render(DECLARATION, some_facts(signatories=signatories), at=AT))
    certified = sealer.certify(prepared, stamp=a_stamp("Tekenpoort", "seal"), reason="Vastgesteld", final=False)

    first = signed(certified, "sign-3", "Persoon 3", final=False)
    last = signed(first, "sign-1", "Persoon 1", final=True)

    sealer.check(last, fields=["sign-3", "sign-1"], final=True)


def test_after_the_last_signature_a_spare_field_cannot_be_signed_unseen():
    last = signed(a_certified(), "sign-2", "Bas Jansen", final=True)

    later = signed(last, "sign-1", "Anne de Vries", final=False)

    assert examine(last, trust=a_sealer().trust).verdict is Verdict.INTACT_AND_COMPLETE
    assert examine(later, trust=a_sealer().trust).verdict is Verdict.CHANGED


@pytest.mark.parametrize("name", ["sign-1", "nowhere"])
def test_a_field_is_signed_once_and_only_where_there_is_one(name):
    with pytest.raises(PortalError):
        signed(signed_once(), name, "Anne de Vries", final=False)


def test_the_fields_are_read_aloud_and_stand_in_the_structure():
    with pikepdf.open(io.BytesIO(signed_by_both())) as pdf:
        annotations = [each for page in pdf.pages for each in page.obj.get("/Annots", [])]
        widgets = [each for each in annotations if float(each.Rect[0]) < float(each.Rect[2])]
        spoken = [str(each.TU) for each in widgets]
        assert all("/StructParent" in each for each in widgets)

    assert spoken == ["Zegel van het portaal", "Handtekening van Anne de Vries", "Handtekening van Bas Jansen"]


def test_the_size_of_a_field_is_what_its_stamp_must_measure():
    sizes = a_sealer().sizes(a_prepared())

    assert set(sizes) == {"Zegel", "sign-1", "sign-2"}
    for place in a_rendered().places:
        assert sizes[place.field] == pytest.approx(place.size, abs=0.02)


def test_what_the_stamp_says_can_be_read_in_the_signed_document():
    said = subprocess.run(["pdftotext", "-", "-"], input=signed_once(), capture_output=True, check=True).stdout.decode()

    assert "Ondertekend in het portaal" in said and "3 maart 2026 om 14:05:00 (CET)" in said


def test_the_proof_lasts_for_years():
    in_nine_years = dt.datetime.now(dt.UTC) + dt.timedelta(days=9 * 365)

    seen = examine(signed_by_both(), trust=a_sealer().trust, at=in_nine_years)

    assert seen.verdict is Verdict.INTACT_AND_COMPLETE
    assert all(signature.lasting for signature in seen.signatures)


# Time stamps over the network


@dataclass
class TimeStampService:
    """`openssl ts` behind a small server, with a certificate of its own authority and that authority's list."""

    url: str
    folder: Path
    root: bytes
    answer: Callable[[bytes], bytes]
    kind: str = "application/timestamp-reply"
    status: int = 200
    asked: list[str] = field(default_factory=list)
    lists: bool = True


@pytest.fixture
def service(tmp_path: Path) -> Iterator[TimeStampService]:
    folder = tmp_path / "service"
    folder.mkdir()

    class Desk(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            given.asked.append("stamp")
            self._say(given.status, given.kind, given.answer(self.rfile.read(int(self.headers["Content-Length"]))))

        def do_GET(self) -> None:
            given.asked.append("list")
            self._say(
                *((200, "application/pkix-crl", (folder / "list.crl").read_bytes()) if given.lists else (404, "x", b""))
            )

        def _say(self, status: int, kind: str, body: bytes) -> None:
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # who asked may have given up
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        def log_message(self, *words: object) -> None: ...

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Desk)
    url = f"http://127.0.0.1:{server.server_port}/"
    root = a_foreign_time_stamper(folder, url)
    given = TimeStampService(url, folder, root, lambda question: openssl_answers(folder, question))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield given
    server.shutdown()
    thread.join()
    server.server_close()


def a_foreign_time_stamper(folder: Path, url: str) -> bytes:
    """Lay out key, certificates, list and settings for openssl; gives the root certificate in PEM."""
    establish(folder)
    made = folder / "authority"
    root = x509.load_pem_x509_certificate((made / "root.crt").read_bytes())
    root_key = load_pem_private_key((made / "root.key").read_bytes(), None)
    stamper = x509.load_pem_x509_certificate((made / "time_stamp.crt").read_bytes())
    builder = (
        x509.CertificateBuilder()
        .subject_name(stamper.subject)
        .issuer_name(root.subject)
        .public_key(stamper.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(stamper.not_valid_before_utc)
        .not_valid_after(stamper.not_valid_after_utc)
    )
    for extension in stamper.extensions:
        builder = builder.add_extension(extension.value, extension.critical)
    place = x509.DistributionPoint([x509.UniformResourceIdentifier(f"{url}list.crl")], None, None, None)
    with_list = builder.add_extension(x509.CRLDistributionPoints([place]), critical=False).sign(
        root_key, authority.hashes.SHA256()
    )
    (folder / "stamper.crt").write_bytes(with_list.public_bytes(Encoding.PEM))
    shutil.copy(made / "revoked.crl", folder / "list.crl")
    (folder / "serial").write_text("01")
    (folder / "settings").write_text(
        f"[tsa]\ndefault_tsa=t\n[t]\nserial={folder}/serial\nsigner_cert={folder}/stamper.crt\ncerts={made}/root.crt\n"
        f"signer_key={made}/time_stamp.key\nsigner_digest=sha256\ndefault_policy=1.3.6.1.4.1.99999.1\n"
        "digests=sha256,sha384,sha512\naccuracy=secs:1\nordering=no\ntsa_name=no\ness_cert_id_alg=sha256\n"
    )
    return (made / "root.crt").read_bytes()


def openssl_answers(folder: Path, question: bytes) -> bytes:
    asked = folder / "question"
    asked.write_bytes(question)
    command = ["openssl", "ts", "-reply", "-config", str(folder / "settings"), "-queryfile", str(asked)]
    return subprocess.run(command, capture_output=True, check=True).stdout


def a_sealer_with(service: TimeStampService, folder: Path, *, known: bool = True) -> Sealer:
    establish(folder)
    if known:
        (folder / "authority" / authority.OTHERS / "service.pem").write_bytes(service.root)
    return Sealer.open(settings_in(folder, time_stamp_url=service.url))


def certified_by(sealer: Sealer) -> bytes:
    return sealer.certify(a_prepared(), stamp=a_stamp("Tekenpoort", "seal"), reason="Vastgesteld", final=True)


def test_a_real_rfc_3161_service_stamps_over_http(service, tmp_path):
    sealer = a_sealer_with(service, tmp_path / "ours")

    sealed = certified_by(sealer)

    sealer.check(sealed, fields=[], final=True)
    assert service.asked.count("stamp") >= 2 and "list" in service.asked
    assert examine(sealed, trust=replace(sealer.trust, time_stamp_roots=sealer.trust.roots)).verdict is Verdict.CHANGED


def test_a_root_for_time_stamps_is_no_root_for_seals(service, tmp_path):
    ours = a_sealer_with(service, tmp_path / "ours")
    theirs = Sealer.open(settings_in(service.folder))

    assert examine(certified_by(theirs), trust=theirs.trust).verdict is Verdict.INTACT_AND_COMPLETE
    assert examine(certified_by(theirs), trust=ours.trust).verdict is Verdict.NOT_OURS


def test_a_service_that_is_down_gives_no_document(tmp_path):
    sealer = Sealer.open(settings_in(tmp_path, time_stamp_url="http://127.0.0.1:9/"))

    with pytest.raises(TimeStampUnavailable):
        certified_by(sealer)


@pytest.mark.parametrize(
    "wrong",
    [
        {"status": 500},
        {"kind": "text/html"},
        {"answer": lambda question: b"<html>busy</html>"},
        {"answer": lambda question: b""},
        {"answer": lambda question: b"\x30\x03\x02\x01\x02"},
    ],
    ids=["error", "kind", "html", "empty", "asn1"],
)
def test_a_service_that_answers_nonsense_gives_no_document(service, tmp_path, wrong):
    sealer = a_sealer_with(replace_in(service, wrong), tmp_path / "ours")

    with pytest.raises(TimeStampUnavailable):
        certified_by(sealer)


def test_the_answer_to_another_question_gives_no_document(service, tmp_path):
    sealer = a_sealer_with(service, tmp_path / "ours")
    first = []

    def answer(question: bytes) -> bytes:
        first.append(openssl_answers(service.folder, question))
        return first[0]

    service.answer = answer

    with pytest.raises(TimeStampUnavailable):
        certified_by(sealer)


def test_a_service_that_stays_silent_gives_no_document_in_time(service, tmp_path, monkeypatch):
    monkeypatch.setattr("portal.documents.stamping.SECONDS", 0.5)
    waiting = threading.Event()
    service.answer = lambda question: bytes(waiting.wait(5))
    sealer = a_sealer_with(service, tmp_path / "ours")

    with pytest.raises(TimeStampUnavailable):
        certified_by(sealer)
    waiting.set()


def test_a_service_whose_list_cannot_be_had_gives_no_document(service, tmp_path):
    service.lists = False
    sealer = a_sealer_with(service, tmp_path / "ours")

    with pytest.raises(RevocationUnavailable):
        certified_by(sealer)


def test_a_service_we_do_not_know_gives_no_document(service, tmp_path):
    sealer = a_sealer_with(service, tmp_path / "ours", known=False)

    with pytest.raises(TimeStampUnavailable, match="niet kent"):
        certified_by(sealer)


def test_without_our_own_revocation_list_nothing_is_sealed():
    sealer = a_sealer()
    blind = replace(sealer, authority=replace(sealer.authority, trust=replace(sealer.trust, revoked=())))

    with pytest.raises(RevocationUnavailable):
        certified_by(blind)


def replace_in(service: TimeStampService, wrong: dict[str, object]) -> TimeStampService:
    for name, value in wrong.items():
        setattr(service, name, value)
    return service


# The authority


def begin(folder: Path, barrier: "multiprocessing.synchronize.Barrier", said: "multiprocessing.Queue[bytes]") -> None:
    barrier.wait()
    said.put(establish(folder).seal_certificate)


def test_processes_that_start_at_once_share_one_authority(tmp_path):
    processes = multiprocessing.get_context("fork")
    barrier, said = processes.Barrier(3), processes.Queue()
    started = [processes.Process(target=begin, args=(tmp_path / "data", barrier, said)) for _ in range(3)]
    for each in started:
        each.start()

    certificates = {said.get(timeout=60) for _ in started}

    for each in started:
        each.join()
    assert len(certificates) == 1
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["authority"]


def test_keys_are_for_our_eyes_only_and_the_names_say_that_it_is_a_test():
    folder = a_sealer_folder()

    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in folder.iterdir() if path.is_file())
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    for path in folder.glob("*.crt"):
        assert "testzegel" in x509.load_pem_x509_certificate(path.read_bytes()).subject.rfc4514_string()
    assert a_sealer().is_test


def test_an_old_list_is_issued_again_and_a_fresh_one_is_kept(tmp_path, monkeypatch):
    establish(tmp_path)
    path = tmp_path / "authority" / authority.REVOKED
    before = path.read_bytes()

    establish(tmp_path)
    assert path.read_bytes() == before

    monkeypatch.setattr(authority, "_RENEW_AFTER", dt.timedelta(minutes=1))
    establish(tmp_path)
    assert path.read_bytes() != before
    root = x509.load_pem_x509_certificate((tmp_path / "authority" / "root.crt").read_bytes())
    assert x509.load_der_x509_crl(path.read_bytes()).is_signature_valid(root.public_key())
    assert not list((tmp_path / "authority").glob(".*"))


def test_the_same_authority_is_found_again_and_passes_its_self_test(tmp_path):
    first = Sealer.open(settings_in(tmp_path))
    first.self_test()

    assert Sealer.open(settings_in(tmp_path)) == first


@pytest.mark.parametrize("name", ["seal.key", "root.crt", "time_stamp.crt", authority.REVOKED])
@pytest.mark.parametrize(
    "damage", [lambda path: path.unlink(), lambda path: path.write_bytes(b"x")], ids=["gone", "bad"]
)
def test_a_damaged_authority_stops_the_start_with_what_to_do(tmp_path, name, damage):
    shutil.copytree(a_sealer_folder(), tmp_path / "authority")
    damage(tmp_path / "authority" / name)

    with pytest.raises(SettingError, match="backup"):
        Sealer.open(settings_in(tmp_path))


def test_a_key_that_is_not_of_the_certificate_fails_the_self_test(tmp_path):
    shutil.copytree(a_sealer_folder(), tmp_path / "authority")
    shutil.copy(tmp_path / "authority" / "root.key", tmp_path / "authority" / "seal.key")

    with pytest.raises(SettingError, match="seal cannot be used"):
        Sealer.open(settings_in(tmp_path)).self_test()


def test_an_expired_certificate_fails_the_self_test(tmp_path, monkeypatch):
    monkeypatch.setattr(authority, "_YEAR", dt.timedelta(minutes=5))  # ten of which are less than the hour it began ago
    sealer = Sealer.open(settings_in(tmp_path))

    with pytest.raises(SettingError, match="Check the clock"):
        sealer.self_test()


def a_sealer_folder() -> Path:
    a_sealer()
    return a_folder() / "authority"
