"""What a file proves: every change is seen, every foreign file is known as such, and no bytes make it fall over."""

import io
import random
import re
from pathlib import Path

import pikepdf
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

from portal.documents.seal import Sealer
from portal.documents.verify import Changes, Examination, Verdict, examine
from tests.papers import (
    a_certified,
    a_prepared,
    a_rendered,
    a_sealer,
    a_stamp,
    settings_in,
    signed,
    signed_by_both,
    signed_once,
    with_another_page_text,
)

SAMPLE = 40


def examined(pdf: bytes) -> Examination:
    return examine(pdf, trust=a_sealer().trust)


# What is intact


def test_a_complete_document_says_who_signed_what_when():
    seen = examined(signed_by_both())

    assert seen.verdict is Verdict.INTACT_AND_COMPLETE and seen.problem is None
    assert [signature.field for signature in seen.signatures] == ["Zegel", "sign-1", "sign-2"]
    assert [signature.signer for signature in seen.signatures[1:]] == ["Anne de Vries", "Bas Jansen"]
    assert all(signature.intact and signature.trusted and signature.lasting for signature in seen.signatures)
    times = [signature.stamped_at for signature in seen.signatures]
    assert times == sorted(times) and all(time.tzinfo for time in times)
    assert [signature.changes for signature in seen.signatures] == [
        Changes.SIGNATURES,
        Changes.SIGNATURES,
        Changes.LONG_TERM,
    ]
    assert [signature.locks for signature in seen.signatures] == [False, False, True]


@pytest.mark.parametrize("stage", [a_certified, signed_once], ids=["certified", "signed once"])
def test_a_document_that_still_waits_is_intact_and_in_progress(stage):
    assert examined(stage()).verdict is Verdict.INTACT_IN_PROGRESS


def test_a_document_without_signatories_is_complete_with_its_seal():
    seen = examined(a_certified(final=True))

    assert seen.verdict is Verdict.INTACT_AND_COMPLETE and len(seen.signatures) == 1


def test_the_first_bytes_are_what_each_signatory_saw():
    seen = examined(signed_by_both())

    for signature, revision in zip(seen.signatures, (a_certified(), signed_once()), strict=False):
        shown = signed_by_both()[: signature.length]
        assert revision.startswith(shown)
        assert len(examined(shown).signatures) == seen.signatures.index(signature) + 1


def test_a_file_cut_back_is_intact_but_has_fewer_signatures():
    whole, cut = examined(signed_by_both()), examined(signed_once())

    assert cut.verdict is Verdict.INTACT_IN_PROGRESS
    assert len(cut.signatures) == len(whole.signatures) - 1


def test_a_file_without_its_last_time_stamp_is_not_complete():
    seen = examined(signed_by_both())

    cut = examined(signed_by_both()[: seen.signatures[-1].length])

    assert cut.verdict is Verdict.CHANGED and "time stamp" in cut.problem


# What was changed


def outside_the_last_signature(pdf: bytes) -> list[int]:
    """Every position that the last signature of the file protects."""
    holes = re.findall(rb"/ByteRange\s*\[\s*0\s+(\d+)\s+(\d+)\s+(\d+)", pdf)
    begin, end, length = max(((int(a), int(b), int(c)) for a, b, c in holes), key=lambda hole: hole[1])
    return [*range(begin), *range(end, end + length)]


def flipped(pdf: bytes, position: int, bit: int = 1) -> bytes:
    spoiled = bytearray(pdf)
    spoiled[position] ^= bit
    return bytes(spoiled)


@pytest.mark.row(9, "another bit in what was signed, offline")
def test_one_bit_anywhere_in_what_was_signed_is_seen():
    chosen = random.Random(7)
    for whole in (signed_by_both(), a_certified()):
        protected = outside_the_last_signature(whole)
        for position in chosen.sample(protected, SAMPLE // 2):
            assert examined(flipped(whole, position, 1 << chosen.randrange(8))).verdict is Verdict.CHANGED, position


@pytest.mark.parametrize("word", [b"/ByteRange", b"/FT /Sig", b"/Type /Sig", b"/AcroForm", b"startxref", b"/SubFilter"])
@pytest.mark.parametrize("stage", [a_certified, signed_by_both], ids=["certified", "complete"])
def test_a_bit_in_the_words_that_make_it_a_signature_is_seen(stage, word):
    for found in re.finditer(re.escape(word), stage()):
        assert examined(flipped(stage(), found.start() + 2)).verdict is Verdict.CHANGED


def test_a_bit_within_a_signature_itself_is_seen():
    whole = signed_by_both()
    for found in re.finditer(rb"/Contents <", whole):
        assert examined(flipped(whole, found.end() + 500)).verdict is Verdict.CHANGED


@pytest.mark.parametrize("stage", [a_certified, signed_once, signed_by_both], ids=["certified", "once", "complete"])
@pytest.mark.row(9, "an incremental update, offline")
def test_a_page_changed_by_an_update_at_the_end_is_seen(stage):
    changed = with_another_page_text(stage())

    assert changed.startswith(stage())
    assert examined(changed).verdict is Verdict.CHANGED


def test_a_judge_of_digests_alone_would_not_see_that_update(monkeypatch):
    """The flawed twin: without the difference analysis the same file passes, so it is that which finds it."""
    changed = with_another_page_text(signed_once())
    whole = EmbeddedPdfSignature.compute_integrity_info
    monkeypatch.setattr(
        EmbeddedPdfSignature, "compute_integrity_info", lambda self, **_named: whole(self, skip_diff=True)
    )
    monkeypatch.setattr(
        EmbeddedPdfSignature,
        "summarise_integrity_info",
        lambda self: {"coverage": self.coverage, "docmdp_ok": True, "diff_result": None},
    )

    assert examined(changed).verdict is not Verdict.CHANGED


@pytest.mark.parametrize("tail", [b"\n", b"% a note\n", b"\x00" * 64], ids=["line", "note", "zeros"])
def test_anything_after_the_end_of_a_complete_document_is_seen(tail):
    assert examined(signed_by_both() + tail).verdict is Verdict.CHANGED


def test_a_file_saved_anew_by_another_program_is_changed():
    with pikepdf.open(io.BytesIO(signed_by_both())) as pdf:
        saved = io.BytesIO()
        pdf.save(saved)

    assert examined(saved.getvalue()).verdict is Verdict.CHANGED


def test_signatures_taken_out_of_the_form_are_missed():
    writer = IncrementalPdfFileWriter(io.BytesIO(signed_by_both()))
    del writer.root["/AcroForm"]
    writer.update_root()
    output = io.BytesIO()
    writer.write(output)

    assert examined(output.getvalue()).verdict is Verdict.CHANGED


# What is not ours


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Sealer:
    return Sealer.open(settings_in(tmp_path_factory.mktemp("stranger")))


def test_the_seal_of_another_installation_is_not_ours(stranger):
    theirs = stranger.certify(a_prepared(), stamp=a_stamp("Tekenpoort", "seal"), reason="Vastgesteld", final=True)

    assert examined(theirs).verdict is Verdict.NOT_OURS
    assert examine(theirs, trust=stranger.trust).verdict is Verdict.INTACT_AND_COMPLETE


def test_a_stranger_who_signs_in_our_document_does_not_make_it_ours(stranger):
    theirs = signed(a_certified(), "sign-1", "Anne de Vries", final=True, by=stranger)

    assert examined(theirs).verdict in {Verdict.NOT_OURS, Verdict.CHANGED}
    assert not examined(theirs).signatures[-1].trusted


def test_a_stranger_who_signs_after_the_last_of_us_is_seen(stranger):
    last = signed(a_certified(), "sign-2", "Bas Jansen", final=True)

    assert examined(signed(last, "sign-1", "Anne de Vries", final=False, by=stranger)).verdict is Verdict.CHANGED


@pytest.mark.parametrize("unsigned", [lambda: a_rendered().pdf, a_prepared], ids=["rendered", "prepared"])
def test_a_document_without_signatures_is_not_ours(unsigned):
    assert examined(unsigned()).verdict is Verdict.NOT_OURS


# What is no document at all


@pytest.mark.parametrize(
    "rubbish",
    [
        b"",
        b"%PDF-1.7",
        b"%PDF-1.7\n%%EOF",
        b"\x00" * 5000,
        b"PK\x03\x04" + b"x" * 100,
        b"%PDF-1.7\n1 0 obj<</Type/Catalog/AcroForm<</Fields[1 0 R]>>>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF",
        b"%PDF-1.7\n" + b"[" * 100_000,
        b"%PDF-1.7\nxref\n0 99999999999\ntrailer<</Root 1 0 R/Prev 0>>\nstartxref\n9\n%%EOF",
        b"%PDF-1.7\n" + b"<" + b"ab" * 5000 + b">",
    ],
)
def test_rubbish_gets_a_verdict(rubbish):
    assert examined(rubbish).verdict is Verdict.NOT_OURS


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.binary(max_size=400))
def test_any_bytes_get_a_verdict(data):
    assert examined(data).verdict is Verdict.NOT_OURS
    assert examined(b"%PDF-1.7\n" + data + b"\nstartxref\n9\n%%EOF").verdict is Verdict.NOT_OURS


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_a_torn_file_is_never_complete(data):
    whole = signed_by_both()
    begin = data.draw(st.integers(0, len(whole) - 1))
    length = data.draw(st.integers(1, len(whole) - begin))

    assert examined(whole[:begin] + whole[begin + length :]).verdict is not Verdict.INTACT_AND_COMPLETE


def test_a_file_that_is_far_too_large_is_not_read(monkeypatch):
    monkeypatch.setattr("portal.documents.verify.LARGEST", 1000)

    assert examined(signed_by_both()).verdict is Verdict.NOT_OURS


def test_the_seal_can_be_examined_without_the_library_that_renders():
    for name in ("seal.py", "verify.py", "authority.py", "vault.py", "child.py", "facts.py", "tagging.py"):
        source = (Path("portal/documents") / name).read_text()
        assert "weasyprint" not in source and "portal.documents.render import" not in source.replace(
            "    from portal.documents.render import Place, Rendered", ""
        )
