"""`/verify`: anyone can check a document, and nobody is told that a changed one is whole."""

import io
import random
import re
import time
import zlib
from pathlib import Path

import pikepdf
import pytest

from portal.cases.tables import Revision
from portal.database import reader
from portal.documents import vault
from portal.documents.seal import Sealer
from portal.documents.verify import examine
from portal.dossier import checking
from portal.record import ledger
from portal.record.ledger import Entry
from portal.views import checking as pages
from tests.browser import Browser
from tests.builders import ANN, BAS, TOM, Portal, sign
from tests.conftest import Tell
from tests.papers import a_certified, a_prepared, a_stamp, settings_in, signed_by_both
from tests.tampering import TAMPERED

pytestmark = pytest.mark.any_database

WHOLE, NOT_WHOLE = "Onveranderd en compleet", "Onveranderd, maar niet de complete versie"
CHANGED, NOT_OURS = "Veranderd na het tekenen", "Niet van dit portaal, of niet te vertrouwen"
BUTTON = "Controleer dit bestand"


def current(portal: Portal, name: str = "board_declaration") -> bytes:
    document = portal.document(portal.case(name))
    return portal.ask(lambda: vault.content(document.current or ""))


def revision(portal: Portal, number: int) -> bytes:
    document = portal.document(portal.case("board_declaration"))
    blob = next(each.blob for each in document.revisions if each.number == number)
    return portal.ask(lambda: vault.content(blob))


def checked(portal: Portal, pdf: bytes, name: str = "stuk.pdf") -> Browser:
    """What somebody without an account is told of a file."""
    return portal.browser().open("/verify").upload("file", pdf, name).press(BUTTON)


# --- With the file -----------------------------------------------------------------------------------------------


def test_a_complete_document_is_whole_and_says_who_signed_on_what_authority(in_force: Portal) -> None:
    page = checked(in_force, current(in_force)).sees(WHOLE, ANN.name, ANN.function, BAS.name, "gezamenlijk bevoegd")
    page.sees(
        "Dit is de laatste versie die het portaal bewaart", "Wij hebben dit bestand gelezen en er niets van bewaard"
    )
    page.sees("staat er nog precies zo", "Versie 3").sees_not(ANN.email, "staat er niet meer zo")


def test_nothing_of_the_file_is_kept(in_force: Portal) -> None:
    blobs = in_force.ask(lambda: reader.query(vault.Blob).count())
    checked(in_force, current(in_force))
    assert in_force.ask(lambda: reader.query(vault.Blob).count()) == blobs


def test_a_document_that_waits_for_signatures_is_not_complete(to_sign: Portal) -> None:
    checked(to_sign, current(to_sign)).sees(NOT_WHOLE, "nog niet iedereen heeft getekend")


def test_cut_back_to_an_earlier_version_it_is_named_as_such(in_force: Portal) -> None:
    """To every other program this file looks valid: one signature, and nothing after it."""
    page = checked(in_force, revision(in_force, 2)).sees(NOT_WHOLE, "Er is een latere", "wel in een latere versie")
    assert page.text.count("Staat in dit bestand") == 1


def test_while_the_seal_is_on_its_way_it_says_so(to_sign: Portal) -> None:
    sign(to_sign, to_sign.case("board_declaration"), ANN)
    checked(to_sign, current(to_sign)).sees(NOT_WHOLE, "nog bezig met verzegelen")


@pytest.mark.row(9, "tampered PDF on /verify")
def test_tampered_with_in_twelve_ways_it_is_named_each_time(in_force: Portal, tell: Tell) -> None:
    whole, held = current(in_force), 0
    for how, tamper in TAMPERED.items():
        page = checked(in_force, tamper(whole)).sees_not(WHOLE, NOT_WHOLE)
        assert CHANGED in page.text or NOT_OURS in page.text, how
        held += 1
    tell("tampered PDF named on /verify", len(TAMPERED), held)


@pytest.mark.row(9, "another bit anywhere")
def test_another_bit_anywhere_is_never_whole(in_force: Portal) -> None:
    pdf, chosen = current(in_force), random.Random(11)
    for _ in range(12):
        position = chosen.randrange(len(pdf))
        spoiled = pdf[:position] + bytes([pdf[position] ^ (1 << chosen.randrange(8))]) + pdf[position + 1 :]
        checked(in_force, spoiled).sees_not(WHOLE, NOT_WHOLE)


def test_a_judge_of_signatures_alone_finds_nothing_wrong_with_a_file_that_was_cut_back(in_force: Portal) -> None:
    """The flawed twin: it is the record that knows of a later version."""
    seen = examine(revision(in_force, 2), trust=in_force.worker.sealer.trust)
    assert all(each.intact and each.lasting for each in seen.signatures)
    assert len(seen.signatures) == 2, "the seal, and one of the two who signed"


def test_sealed_with_our_key_but_unknown_to_the_portal_is_not_trusted(in_force: Portal) -> None:
    sealer: Sealer = in_force.worker.sealer
    checked(in_force, _sealed_behind_its_back(sealer)).sees(CHANGED, "heeft dit bestand nooit gemaakt")


def _sealed_behind_its_back(sealer: Sealer) -> bytes:
    return sealer.certify(a_prepared(), stamp=a_stamp("Tekenpoort", "seal"), reason="Vastgesteld", final=True)


def test_the_seal_of_another_installation_is_not_ours(in_force: Portal, tmp_path: Path) -> None:
    theirs = _sealed_behind_its_back(Sealer.open(settings_in(tmp_path)))
    checked(in_force, theirs).sees(NOT_OURS)
    checked(in_force, signed_by_both()).sees(NOT_OURS)


def test_an_entry_of_the_ledger_that_was_rewritten_is_named(in_force: Portal) -> None:
    def rewrite(session) -> None:  # type: ignore[no-untyped-def]
        entry = session.query(Entry).filter_by(act="seal").first()
        entry.detail = {**entry.detail, "revision": 9}

    in_force.do(rewrite)
    checked(in_force, current(in_force)).sees(CHANGED, "staat er niet meer zo")


def test_what_was_on_the_screen_is_given_back_from_the_file_itself(in_force: Portal) -> None:
    page = checked(in_force, current(in_force)).upload("file", current(in_force))
    page.press("Toon wat er op het scherm stond")
    assert page.response.data == revision(in_force, 1)
    page = checked(in_force, current(in_force)).upload("file", a_certified()).press("Toon wat er op het scherm stond")
    assert page.status == 422


# --- What is no document -----------------------------------------------------------------------------------------


def encrypted() -> bytes:
    output = io.BytesIO()
    with pikepdf.open(io.BytesIO(a_certified())) as pdf:
        pdf.save(output, encryption=pikepdf.Encryption(owner="a", user="b"))
    return output.getvalue()


def of_many_fields(count: int) -> bytes:
    """A small file that names a hundred thousand fields."""
    fields = b" ".join(b"2 0 R" for _ in range(count))
    return _file(b"<</Type/Catalog/Pages 3 0 R/AcroForm<</Fields[" + fields + b"]>>>>", b"<</FT/Sig/T(a)/V 4 0 R>>")


def of_pages_in_a_ring() -> bytes:
    return _file(b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[2 0 R]/Count 1/Parent 2 0 R>>")


def that_unpacks_to_much() -> bytes:
    packed = zlib.compress(b"\0" * (200 * 2**20), 9)
    stream = (
        b"<</Type/ObjStm/N 1/First 4/Filter/FlateDecode/Length %d>>stream\n" % len(packed) + packed + b"\nendstream"
    )
    return _file(b"<</Type/Catalog/Pages 3 0 R/AcroForm 2 0 R>>", stream)


def _file(*objects: bytes) -> bytes:
    text, places = b"%PDF-1.7\n", []
    for number, each in enumerate(objects, 1):
        places.append(len(text))
        text += b"%d 0 obj\n%b\nendobj\n" % (number, each)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    return text + b"xref\n0 %d\n0000000000 65535 f \n%btrailer<</Root 1 0 R/Size %d>>\nstartxref\n%d\n%%%%EOF" % (
        size,
        table,
        size,
        len(text),
    )


ODD = {
    "nothing": lambda whole: b"",
    "no PDF": lambda whole: b"PK\x03\x04 a letter of a word processor",
    "half a file": lambda whole: whole[: len(whole) // 2],
    "without its beginning": lambda whole: whole[1000:],
    "encrypted": lambda whole: encrypted(),
    "many fields": lambda whole: of_many_fields(100_000),
    "pages in a ring": lambda whole: of_pages_in_a_ring(),
    "a bomb": lambda whole: that_unpacks_to_much(),
    "deep nesting": lambda whole: b"%PDF-1.7\n" + b"[" * 500_000,
    "many ends": lambda whole: b"%PDF-1.7\n" + b"%%EOF\n" * 500_000,
}


@pytest.mark.parametrize("what", ODD)
def test_whatever_is_sent_there_is_a_verdict_or_a_sentence_within_five_seconds(in_force: Portal, what: str) -> None:
    sent = ODD[what](current(in_force))
    begun = time.monotonic()
    page = checked(in_force, sent, "brief.docx" if what == "no PDF" else "stuk.pdf")
    assert time.monotonic() - begun < 7, "five seconds, and what a busy machine adds"
    page.sees_not(WHOLE, NOT_WHOLE)
    assert page.status in (200, 422)
    assert NOT_OURS in page.text or CHANGED in page.text or "ingewikkeld" in page.text


def test_without_a_file_or_with_one_that_is_too_large_there_is_a_sentence_at_the_field(in_force: Portal) -> None:
    page = in_force.browser().open("/verify").press(BUTTON)
    assert (page.status, page.faults()) == (422, {"file": "Kies het PDF-bestand dat u wilt controleren."})
    page = checked(in_force, b"%PDF-1.7" + b"\0" * pages.LARGEST)
    assert page.status == 422
    assert "groter dan 20 MB" in page.faults()["file"]


def test_when_it_is_busy_the_next_one_is_asked_to_come_back(in_force: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "PATIENCE", 0.1)
    page = in_force.browser().open("/verify").upload("file", current(in_force))
    with pages._a_place(), pages._a_place():
        page.press(BUTTON)
    assert page.status == 429
    assert "Er worden op dit moment veel stukken gecontroleerd" in page.faults()["file"]


# --- With the code, and with a head ------------------------------------------------------------------------------


def test_the_code_on_the_document_leads_to_what_the_portal_keeps_of_it(in_force: Portal) -> None:
    code = in_force.document(in_force.case("board_declaration")).code
    typed = code.lower().replace("-", " ")
    page = in_force.browser().open("/verify").fill(code=typed).press("Zoek op code")
    page.sees(WHOLE, ANN.name, BAS.name, "Of uw eigen exemplaar hetzelfde is", "Getekend en verzegeld")
    page.sees_not(ANN.email, TOM.name, "Staat in dit bestand")
    assert page.address == f"/verify/{code}"


def test_the_document_bears_its_code_as_text_and_as_an_address(in_force: Portal) -> None:
    document = in_force.document(in_force.case("board_declaration"))
    shown = in_force.sign_in(ANN).open(f"/stukken/{document.id}")
    assert f"{in_force.settings.public_url}/verify/{document.code}" in shown.response.text


def test_a_code_that_does_not_exist_is_not_found_with_a_sentence(in_force: Portal) -> None:
    page = in_force.browser().open("/verify/ABCD-EFGH-2345")
    assert page.status == 404
    assert "Deze code kennen wij niet" in page.faults()["code"]
    assert (
        "drie keer vier" in in_force.browser().open("/verify").fill(code="abc").press("Zoek op code").faults()["code"]
    )


def test_a_head_that_a_document_bears_is_still_in_the_ledger(in_force: Portal) -> None:
    head = in_force.document(in_force.case("board_declaration")).facts["ledger"]
    page = in_force.browser().open("/verify").fill(size=str(head["size"]), head=head["head"][:16])
    page.press("Zoek in het logboek").sees("Het logboek bevat deze kop nog precies zo")
    page.fill(size=str(head["size"] - 1), head=head["head"]).press("Zoek in het logboek").sees("een andere kop")
    page.fill(size="99999", head=head["head"]).press("Zoek in het logboek").sees("Het logboek is korter dan dit")
    assert "16 tekens" in page.fill(size="x", head="korter").press("Zoek in het logboek").faults()["size"]


def test_every_head_of_the_ledger_is_contained_in_it_and_no_other(in_force: Portal) -> None:
    with in_force.opened():
        for entry in reader.query(Entry):
            assert ledger.contains(reader(), entry.number, entry.hash) is True
            assert ledger.contains(reader(), entry.number, entry.hash[:15]) is False
            assert ledger.contains(reader(), entry.number, entry.hash[::-1]) is False
        assert ledger.contains(reader(), 10_000, entry.hash) is None
        assert ledger.contains(reader(), 0, ledger.FIRST) is True


def test_every_revision_is_found_by_its_bytes_and_with_more_behind_it(in_force: Portal) -> None:
    with in_force.opened():
        for each in reader.query(Revision):
            content = vault.content(each.blob)
            assert len(re.findall(rb"%%EOF", content)) <= checking.MOST_REVISIONS
            for tail in (b"", b"\n", b"% more\n%%EOF\n"):
                known = checking.recognise(reader(), content + tail)
                assert known is not None
                assert (known.document.id, known.number) == (each.document_id, each.number)
                assert known.is_whole == (tail == b"")
