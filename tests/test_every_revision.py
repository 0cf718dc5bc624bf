"""Documents with one, two and five signatories: every revision is judged by two validators that are not ours.

veraPDF says of each file whether it is PDF/A-3a and PDF/UA-1. pyHanko's own long-term rules (ETSI EN 319 102-1) say of
each signature whether it is proved, offline, with proof that no certificate was revoked; nothing of portal/documents is
asked. What is judged is what the portal stored: certified, after each signature, and after a first and second renewal.
"""

import asyncio
import subprocess
import uuid
from collections.abc import Iterator
from io import BytesIO

import pytest
from asn1crypto import crl, pem, x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.ades.report import AdESPassed
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.fields import enumerate_sig_fields
from pyhanko.sign.validation import ades, async_validate_pdf_signature
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.policy_decl import (
    LocalKnowledge,
    PdfSignatureValidationSpec,
    RevinfoOnlineFetchingRule,
    RevocationInfoGatheringSpec,
    SignatureValidationSpec,
)
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.context import CertValidationPolicySpec
from pyhanko_certvalidator.policy_decl import REQUIRE_REVINFO, CertRevTrustPolicy
from pyhanko_certvalidator.registry import SimpleTrustManager
from pyhanko_certvalidator.revinfo.archival import CRLContainer

from portal.cases import renewing
from portal.documents import vault
from tests import conformance
from tests.builders import (
    ANN,
    BAS,
    IRIS,
    Portal,
    Someone,
    a_declaration,
    a_submitted_registration,
    accept,
    all_is_well,
    an_account,
    sign,
)
from tests.conftest import Installation, Tell
from tests.papers import a_certified, signed_by_both
from tests.test_authority import DEE, a_board_of
from tests.test_mandate_change import CAS

pytestmark = pytest.mark.slow

FAY = Someone("Fay Willems", "fay@ons.example", "Lid van het bestuur")
ALONE = "20183"
"""A board of one person."""
HARMLESS = (ModificationLevel.NONE, ModificationLevel.LTA_UPDATES, ModificationLevel.FORM_FILLING)


# --- The documents -----------------------------------------------------------------------------------------------


def of_one(portal: Portal) -> tuple[uuid.UUID, list[Someone]]:
    """A board that one person binds, who has nobody beside her."""
    accept(portal, a_submitted_registration(portal, ALONE, starter=IRIS, others=()))
    an_account(portal, IRIS)
    return a_declaration(portal, board=ALONE, by=IRIS, real=True), [IRIS]


def of_two(portal: Portal) -> tuple[uuid.UUID, list[Someone]]:
    """Our board, whose two signatories sign together."""
    return a_declaration(portal, real=True), [ANN, BAS]


def of_five(portal: Portal) -> tuple[uuid.UUID, list[Someone]]:
    """Our board after three joined, and five sign together."""
    a_board_of(portal, CAS, DEE, FAY, mode="jointly", together="5")
    return a_declaration(portal, real=True), [FAY, ANN, DEE, BAS, CAS]


def of_any_two_of_three(portal: Portal) -> tuple[uuid.UUID, list[Someone]]:
    """Our board after one joined: any two of the three suffice, and one place stays empty."""
    a_board_of(portal, CAS, mode="jointly", together="2")
    return a_declaration(portal, real=True), [CAS, ANN]


KINDS = {
    "one": ("open_for_business", of_one, 1),
    "two": ("registered", of_two, 2),
    "five": ("registered", of_five, 5),
    "any two of three": ("registered", of_any_two_of_three, 3),
}
"""The stage it begins at, who makes and signs it, and how many places for signatures it has."""


def every_revision(portal: Portal, case_id: uuid.UUID, signers: list[Someone]) -> dict[str, bytes]:
    """What the portal stored, by what made it: the seal, each signature, two renewals."""
    for each in signers:
        sign(portal, case_id, each)
        portal.work()
    document = portal.document(case_id)
    for _ in range(2):
        with portal.opened():
            assert renewing.renew(document.id, sealer=portal.worker.sealer, even_if_no_longer=True)
    made_by = ["certified", *(f"signed by {each.name}" for each in signers), "renewed", "renewed again"]
    blobs = [each.blob for each in portal.document(case_id).revisions]
    return dict(zip(made_by, portal.ask(lambda: [vault.content(each) for each in blobs]), strict=True))


@pytest.fixture(scope="module")
def stored(installation: Installation) -> dict[str, dict[str, bytes]]:
    """Every revision of a document of every kind; each portal is left in order."""
    made: dict[str, dict[str, bytes]] = {}
    for kind, (stage, of, _) in KINDS.items():
        with installation.portal(stage) as portal:
            made[kind] = every_revision(portal, *of(portal))
            assert all_is_well(portal) and portal.findings("pdfs") == ()
    return made


# --- The judges --------------------------------------------------------------------------------------------------


def signatures_in(pdf: bytes) -> list[EmbeddedPdfSignature]:
    found = PdfFileReader(BytesIO(pdf)).embedded_signatures
    return [each for each in found if each.sig_object_type == "/Sig"]


def lists_in(pdf: bytes) -> list[bytes]:
    return [each.get_object().data for each in DocumentSecurityStore.read_dss(PdfFileReader(BytesIO(pdf))).crls]


def terms(pdf: bytes, root: bytes) -> PdfSignatureValidationSpec:
    """Believe this root alone, ask nothing of the network, and require that nothing was revoked."""
    believed = SimpleTrustManager.build(trust_roots=[x509.Certificate.load(root)])
    policy = CertValidationPolicySpec(believed, revinfo_policy=CertRevTrustPolicy(REQUIRE_REVINFO))
    store = DocumentSecurityStore.read_dss(PdfFileReader(BytesIO(pdf)))
    known = LocalKnowledge(
        known_certs=list(store.load_certs()),
        known_crls=[CRLContainer(crl.CertificateList.load(each)) for each in lists_in(pdf)],
    )
    return PdfSignatureValidationSpec(
        SignatureValidationSpec(
            cert_validation_policy=policy,
            revinfo_gathering_policy=RevocationInfoGatheringSpec(RevinfoOnlineFetchingRule.LOCAL_ONLY),
            local_knowledge=known,
        )
    )


def is_proved(signature: EmbeddedPdfSignature, spec: PdfSignatureValidationSpec, *, complete: bool) -> bool:
    """By the rules for a complete file; of one that waits for signatures, those of a signature with its time."""
    if complete:
        return asyncio.run(ades.ades_lta_validation(signature, spec)).ades_subindic is AdESPassed.OK
    digest, plain = signature.compute_digest(), spec.signature_validation_spec
    timed = ades.ades_with_time_validation(signature.signed_data, plain, raw_digest=digest)
    return asyncio.run(timed).ades_subindic is AdESPassed.OK


def is_unspoilt(signature: EmbeddedPdfSignature, pdf: bytes, root: bytes) -> bool:
    """Whether all that came after it is signatures in the places left for them, and proof for later."""
    believing = ValidationContext(
        trust_roots=[x509.Certificate.load(root)],
        crls=lists_in(pdf),
        allow_fetching=False,
        revocation_mode="require",
        retroactive_revinfo=True,
    )
    status = asyncio.run(async_validate_pdf_signature(signature, believing, ts_validation_context=believing))
    whole = status.coverage in (SignatureCoverageLevel.ENTIRE_REVISION, SignatureCoverageLevel.ENTIRE_FILE)
    unspoilt = bool(status.docmdp_ok) and status.modification_level in HARMLESS
    return bool(status.bottom_line) and whole and unspoilt


def files(stored: dict[str, dict[str, bytes]]) -> Iterator[tuple[str, int, bytes]]:
    """Each file by a name, with how many people signed it."""
    for kind, revisions in stored.items():
        signed = 0
        for made_by, pdf in revisions.items():
            signed += made_by.startswith("signed")
            yield f"{kind}, {made_by}", signed, pdf


# --- What they say -----------------------------------------------------------------------------------------------


def test_every_revision_is_an_archival_and_an_accessible_pdf(stored: dict[str, dict[str, bytes]], tell: Tell) -> None:
    if conformance.missing():
        pytest.skip(conformance.missing())
    every = {name: pdf for name, _, pdf in files(stored)}
    found = conformance.faults(every)
    tell("every revision conforms to PDF/A-3a and PDF/UA-1", 2 * len(every), 2 * len(every) - len(found))
    assert len(every) == 22 and found == {}


def test_every_signature_in_every_revision_is_proved_offline(
    stored: dict[str, dict[str, bytes]], installation: Installation, tell: Tell
) -> None:
    root, tried, held = root_of(installation), 0, 0
    for name, signed, pdf in files(stored):
        complete = "/DocTimeStamp" in {each.sig_object_type for each in PdfFileReader(BytesIO(pdf)).embedded_signatures}
        signatures, spec = signatures_in(pdf), terms(pdf, root)
        assert len(signatures) == 1 + signed, name
        for each in signatures:
            tried += 1
            assert is_proved(each, spec, complete=complete), f"{name}: {each.field_name}"
            held += 1
    tell("every signature in every revision is proved offline, nothing revoked", tried, held)


def test_no_revision_spoils_a_signature_before_it(
    stored: dict[str, dict[str, bytes]], installation: Installation, tell: Tell
) -> None:
    root, tried, held = root_of(installation), 0, 0
    for name, _, pdf in files(stored):
        for each in signatures_in(pdf):
            tried += 1
            assert is_unspoilt(each, pdf, root), f"{name}: {each.field_name}"
            held += 1
    tell("no revision spoils a signature before it", tried, held)


def test_every_revision_has_its_places_and_so_many_are_filled(stored: dict[str, dict[str, bytes]]) -> None:
    for kind, revisions in stored.items():
        before = b""
        for number, (made_by, pdf) in enumerate(revisions.items()):
            every = list(enumerate_sig_fields(PdfFileReader(BytesIO(pdf))))
            people = [value for name, value, _ in every if str(name).startswith("Handtekening")]
            signers = len(revisions) - 3
            stamps = max(0, number - signers + 1)
            assert len(people) == KINDS[kind][2], (kind, made_by)
            assert sum(value is not None for value in people) == min(number, signers), (kind, made_by)
            assert len(every) == 1 + len(people) + stamps, "the seal, the places, and a time stamp over the whole each"
            assert pdf.startswith(before)
            before = pdf


def test_a_place_that_may_stay_empty_says_so_and_no_other_does(stored: dict[str, dict[str, bytes]]) -> None:
    """Nothing may be drawn in it later: a change of an empty field spoils every signature, so it is said beforehand."""
    said = {kind: words_on(revisions["renewed"]) for kind, revisions in stored.items()}
    sentence = "Deze plaats blijft leeg als de andere handtekeningen genoeg zijn."
    assert {kind: sentence in words for kind, words in said.items()} == {
        "one": False,
        "two": False,
        "five": False,
        "any two of three": True,
    }
    assert "2 van deze 3 tekenbevoegden tekenen gezamenlijk." in said["any two of three"]
    assert f"Gesloten: de plaats van {BAS.name}." in said["any two of three"]


def test_five_stamps_stand_each_in_its_own_place(stored: dict[str, dict[str, bytes]]) -> None:
    boxes = []
    reader = PdfFileReader(BytesIO(stored["five"]["renewed"]))
    for name, _, reference in enumerate_sig_fields(reader):
        if str(name).startswith("Handtekening"):
            widget = reference.get_object()
            left, bottom, right, top = (float(each) for each in widget["/Rect"])
            x1, y1, x2, y2 = (float(each) for each in widget["/AP"]["/N"]["/BBox"])
            size = (abs(x2 - x1), abs(y2 - y1))
            assert size == pytest.approx((right - left, top - bottom), abs=1), "the stamp fills its place"
            boxes.append((widget.raw_get("/P"), left, bottom, right, top))
    for at, (page, left, bottom, right, top) in enumerate(boxes):
        assert 0 < left < right < 596 and 0 < bottom < top < 842
        for other, its_left, its_bottom, its_right, its_top in boxes[:at]:
            apart = right <= its_left or its_right <= left or top <= its_bottom or its_top <= bottom
            assert page != other or apart, "two places overlap"
    assert len(boxes) == 5


def words_on(pdf: bytes) -> str:
    said = subprocess.run(["pdftotext", "-", "-"], input=pdf, capture_output=True, check=True).stdout.decode()
    return " ".join(said.split())


def test_the_judges_see_what_is_not_proved(installation: Installation) -> None:
    """The flawed twins: another root, proof that was taken out, and a judge who takes a file in progress for complete."""
    with installation.portal("to_sign") as portal:
        document = portal.document(portal.case("board_declaration"))
        ours = portal.ask(lambda: vault.content(document.certified or ""))
    root, theirs = root_of(installation), a_certified()
    assert is_proved(signatures_in(ours)[0], terms(ours, root), complete=False)
    assert not is_proved(signatures_in(ours)[0], terms(ours, root), complete=True)
    assert not is_proved(signatures_in(theirs)[0], terms(theirs, root), complete=False)
    assert not is_proved(signatures_in(signed_by_both())[0], terms(signed_by_both(), root), complete=True)
    bare = terms(ours, root)
    bare.signature_validation_spec.local_knowledge.known_crls.clear()
    assert not is_proved(signatures_in(ours)[0], bare, complete=False)


def root_of(installation: Installation) -> bytes:
    """The one certificate that is believed: the root of this installation."""
    kind, _, der = pem.unarmor((installation.settings.data / "authority" / "root.crt").read_bytes())
    assert kind == "CERTIFICATE"
    return bytes(der)
