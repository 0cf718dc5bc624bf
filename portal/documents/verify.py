"""What a PDF proves by itself: who signed what when, and whether anything changed since. Never raises.

Whether a file was cut back to an earlier revision it cannot tell: the rest is intact. The caller compares the list of
signatures with the ledger.
"""

import asyncio
import datetime as dt
import logging
import re
from collections.abc import Coroutine, Sequence
from io import BytesIO
from typing import Any, TypeVar

from asn1crypto import x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.ades.report import AdESPassed
from pyhanko.sign.diff_analysis import DEFAULT_DIFF_POLICY, DiffResult, ModificationLevel
from pyhanko.sign.fields import FieldMDPAction, MDPPerm
from pyhanko.sign.validation import ades, async_validate_pdf_signature, async_validate_pdf_timestamp
from pyhanko.sign.validation.generic_cms import extract_tst_data_iter
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import PdfSignatureStatus, SignatureCoverageLevel
from pyhanko_certvalidator.ltv.types import ValidationTimingInfo

from portal.documents.authority import Trust
from portal.documents.proof import Proof, proof_in
from portal.documents.stamps import stamps_of
from portal.documents.verdicts import Changes, Examination, Signature, Verdict

__all__ = ["Changes", "Examination", "Signature", "Trust", "Verdict", "examine", "examine_addition"]

_Result = TypeVar("_Result")

LARGEST = 64 * 2**20
"""Bytes; no document of ours comes near, and a larger file is not read at all."""

# What pyHanko would warn about is in the verdict; its log would only repeat what a stranger uploaded.
for _name in ("pyhanko", "pyhanko_certvalidator"):
    logging.getLogger(_name).setLevel(logging.CRITICAL)

_SIGNATURE_IN_HEX = re.compile(rb"<([0-9A-Fa-f\s]{1000,}?)>")


_CHANGES = {
    ModificationLevel.NONE: Changes.NONE,
    ModificationLevel.LTA_UPDATES: Changes.LONG_TERM,
    ModificationLevel.FORM_FILLING: Changes.SIGNATURES,
    ModificationLevel.ANNOTATIONS: Changes.OTHER,
    ModificationLevel.OTHER: Changes.OTHER,
}


def examine(pdf: bytes, *, trust: Trust, at: dt.datetime | None = None) -> Examination:
    """Judge these bytes as they are read at a moment (now, unless given); any fault becomes a verdict."""
    try:
        if len(pdf) > LARGEST:
            return Examination(Verdict.NOT_OURS, problem=f"larger than {LARGEST} bytes")
        return _examined(pdf, trust, at or dt.datetime.now(dt.UTC))
    except Exception as fault:  # hostile bytes fail in more ways than can be listed
        broken = Verdict.CHANGED if _bears_our_mark(pdf, trust) else Verdict.NOT_OURS
        return Examination(broken, problem=f"{type(fault).__name__}: {fault}"[:300])


def examine_addition(before: bytes, pdf: bytes, *, trust: Trust) -> Examination:
    """Judge what was added to a file that was found good when it was made; any fault becomes a verdict.

    That the new file begins with the old one, byte for byte, proves of every earlier signature what was proved then,
    so only the later signatures are judged and given. What was added is reviewed against the file as it was.
    """
    try:
        return _addition(before, pdf, trust)
    except Exception as fault:  # as above
        return Examination(Verdict.CHANGED, problem=f"{type(fault).__name__}: {fault}"[:300])


def _addition(before: bytes, pdf: bytes, trust: Trust) -> Examination:
    if not pdf.startswith(before):
        return Examination(Verdict.CHANGED, problem="it does not begin with the revision before")
    embedded = PdfFileReader(BytesIO(pdf)).embedded_signatures
    later = [each for each in embedded if _length(each) > len(before)]
    earlier = [each for each in embedded if each not in later]
    stamps = [each for each in later if each.sig_object_type == "/DocTimeStamp"]
    signed = [each for each in later if each.sig_object_type == "/Sig"]
    if not earlier or len(signed) != 1:
        return Examination(Verdict.CHANGED, problem="there is not one signature after the revision before")
    if not _is_allowed(before, earlier[0]):
        return Examination(Verdict.CHANGED, problem="more was added than a signature and its proof")
    proof = proof_in(earlier[0].reader, trust)
    signatures = (_signature(signed[0], proof, dt.datetime.now(dt.UTC), is_reviewed=True),)
    problem = _problem(pdf, embedded, signatures, trust) or _problem_in_stamps(stamps, signatures, proof)
    if problem:
        return Examination(Verdict.CHANGED, signatures, problem)
    if not all(signature.trusted for signature in signatures):
        return Examination(Verdict.NOT_OURS, signatures, "a certificate is not trusted")
    verdict = Verdict.INTACT_AND_COMPLETE if signatures[-1].locks else Verdict.INTACT_IN_PROGRESS
    added = tuple(stamps_of(later))
    return Examination(verdict, signatures, stamps=added, already=tuple(str(each.field_name) for each in earlier))


def _is_allowed(before: bytes, seal: EmbeddedPdfSignature) -> bool:
    """Whether all that came since is proof for later, and signatures in the fields that the seal left for them."""
    last = PdfFileReader(BytesIO(before)).xrefs.total_revisions - 1
    review = DEFAULT_DIFF_POLICY.review_file(seal.reader, last, doc_mdp=seal.docmdp_level)
    return isinstance(review, DiffResult) and _CHANGES[review.modification_level] is not Changes.OTHER


def _examined(pdf: bytes, trust: Trust, at: dt.datetime) -> Examination:
    embedded = PdfFileReader(BytesIO(pdf)).embedded_signatures
    if not embedded:
        broken = Verdict.CHANGED if _bears_our_mark(pdf, trust) else Verdict.NOT_OURS
        return Examination(broken, problem="no signatures")
    proof = proof_in(embedded[0].reader, trust)
    stamps = [each for each in embedded if each.sig_object_type == "/DocTimeStamp"]
    signatures = tuple(_signature(each, proof, at) for each in embedded if each.sig_object_type == "/Sig")
    if not any(signature.trusted for signature in signatures):
        broken = Verdict.CHANGED if _bears_our_mark(pdf, trust) else Verdict.NOT_OURS
        return Examination(broken, signatures, "no signature rests on a certificate we trust")
    problem = _problem(pdf, embedded, signatures, trust) or _problem_in_stamps(stamps, signatures, proof)
    if problem:
        return Examination(Verdict.CHANGED, signatures, problem)
    for signature in signatures:
        if not signature.trusted:
            return Examination(Verdict.NOT_OURS, signatures, f"{signature.field}: certificate not trusted")
    verdict = Verdict.INTACT_AND_COMPLETE if signatures[-1].locks else Verdict.INTACT_IN_PROGRESS
    return Examination(verdict, signatures, stamps=tuple(stamps_of(embedded)))


def _problem(
    pdf: bytes, embedded: Sequence[EmbeddedPdfSignature], signatures: Sequence[Signature], trust: Trust
) -> str | None:
    """The first sign that a signature was damaged, or made to disappear."""
    in_bytes = sum(_mark_in(found.group(1), trust) for found in _SIGNATURE_IN_HEX.finditer(pdf))
    in_form = sum(_mark_in(each.pkcs7_content.hex().encode(), trust) for each in embedded)
    if in_bytes > in_form:
        return "a signature is in the file but no longer in its form"
    return next((f"{each.field}: changed after signing" for each in signatures if not each.intact), None)


def _problem_in_stamps(
    stamps: Sequence[EmbeddedPdfSignature], signatures: Sequence[Signature], proof: "Proof"
) -> str | None:
    """What is wrong with the time stamps over the whole file; a locked document must end with one."""
    for stamp in stamps:
        moment = stamp.signed_data["encap_content_info"]["content"].parsed["gen_time"].native
        status = _done(async_validate_pdf_timestamp(stamp, proof.context(proof.trust.time_stamp_roots, moment)))
        if not (status.intact and status.valid and status.trusted and _covers(stamp)):
            return f"{stamp.field_name}: the time stamp over the file does not hold"
    ends_with_one = stamps and stamps[-1].coverage is SignatureCoverageLevel.ENTIRE_FILE
    if signatures[-1].locks and not ends_with_one:
        return "the time stamp over the whole file is missing, or something came after it"
    return None


def _signature(
    embedded: EmbeddedPdfSignature, proof: Proof, at: dt.datetime, *, is_reviewed: bool = False
) -> Signature:
    """All that is to be said of one signature; where what came after it is reviewed already, that was only proof."""
    claimed = _stamp_in(embedded)
    status: PdfSignatureStatus = _done(
        async_validate_pdf_signature(
            embedded,
            signer_validation_context=proof.context(proof.trust.roots, claimed),
            ts_validation_context=proof.context(proof.trust.time_stamp_roots, claimed),
            skip_diff=is_reviewed,
        )
    )
    stamp = status.timestamp_validity
    stamped = stamp.timestamp if stamp and stamp.valid and stamp.intact and stamp.trusted else None
    level = ModificationLevel.LTA_UPDATES if is_reviewed else status.modification_level or ModificationLevel.OTHER
    unspoilt = is_reviewed or status.docmdp_ok
    intact = bool(status.intact and status.valid and unspoilt and stamped is not None and _covers(embedded))
    trusted = bool(status.trusted) and status.signing_cert.dump() in proof.trust.seals
    return Signature(
        field=str(embedded.field_name),
        signer=str(embedded.sig_object.get("/Name") or status.signing_cert.subject.native.get("common_name", "")),
        reason=str(embedded.sig_object.get("/Reason", "")),
        certificate=str(status.signing_cert.subject.native.get("common_name", "")),
        signed_at=embedded.self_reported_timestamp,
        stamped_at=stamped,
        intact=intact,
        trusted=trusted,
        lasting=intact and trusted and _lasts(embedded, proof, at),
        changes=_CHANGES[level],
        locks=_locks(embedded),
        length=_length(embedded),
    )


def _length(embedded: EmbeddedPdfSignature) -> int:
    return int(embedded.byte_range[2]) + int(embedded.byte_range[3])


def _locks(embedded: EmbeddedPdfSignature) -> bool:
    fields = embedded.fieldmdp
    return embedded.docmdp_level is MDPPerm.NO_CHANGES or (fields is not None and fields.action is FieldMDPAction.ALL)


def _stamp_in(embedded: EmbeddedPdfSignature) -> dt.datetime | None:
    """What the time stamp of a signature says, before it is known whether it holds."""
    for stamp in extract_tst_data_iter(embedded.signer_info, signed=False):
        moment: dt.datetime = stamp["encap_content_info"]["content"].parsed["gen_time"].native
        return moment
    return None


def _lasts(embedded: EmbeddedPdfSignature, proof: Proof, at: dt.datetime) -> bool:
    """Whether the long-term rules hold at this moment; before the last time stamp, those of a signature with time."""
    timing = ValidationTimingInfo(validation_time=at, best_signature_time=at, point_in_time_validation=False)
    policy = proof.policy()
    if embedded.reader.embedded_timestamp_signatures:
        archived = _done(ades.ades_lta_validation(embedded, policy, timing_info=timing))
        return archived.ades_subindic is AdESPassed.OK
    digest, terms = embedded.compute_digest(), policy.signature_validation_spec
    timed = ades.ades_with_time_validation(embedded.signed_data, terms, timing_info=timing, raw_digest=digest)
    return _done(timed).ades_subindic is AdESPassed.OK


def _covers(embedded: EmbeddedPdfSignature) -> bool:
    return embedded.coverage in (SignatureCoverageLevel.ENTIRE_REVISION, SignatureCoverageLevel.ENTIRE_FILE)


def _marks(trust: Trust) -> list[bytes]:
    """The key identifiers of our seals in hexadecimal: every signature of ours carries one."""
    identifiers = (x509.Certificate.load(seal).key_identifier for seal in trust.seals)
    return [identifier.hex().encode() for identifier in identifiers if identifier]


def _mark_in(hexadecimal: bytes, trust: Trust) -> bool:
    plain = b"".join(hexadecimal.split()).lower()
    return any(mark in plain for mark in _marks(trust))


def _bears_our_mark(pdf: bytes, trust: Trust) -> bool:
    """Whether a file that cannot be read properly contains a signature made with one of our seals, whole or damaged."""
    return any(mark in pdf.lower() for mark in _marks(trust))


def _done(work: Coroutine[Any, Any, _Result]) -> _Result:
    return asyncio.run(work)
