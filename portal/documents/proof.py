"""The proof in a file: its certificates, revocation lists and answers, and how far they are to be believed."""

import datetime as dt
from dataclasses import dataclass

from asn1crypto import crl, ocsp, x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.sign.validation.errors import NoDSSFoundError
from pyhanko.sign.validation.policy_decl import (
    LocalKnowledge,
    PdfSignatureValidationSpec,
    RevinfoOnlineFetchingRule,
    RevocationInfoGatheringSpec,
    SignatureValidationSpec,
)
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.context import CertValidationPolicySpec
from pyhanko_certvalidator.policy_decl import REQUIRE_REVINFO, CertRevTrustPolicy
from pyhanko_certvalidator.registry import SimpleTrustManager
from pyhanko_certvalidator.revinfo.archival import CRLContainer, OCSPContainer

from portal.documents.authority import Trust


@dataclass(frozen=True)
class Proof:
    """What the file and the reader know about certificates."""

    trust: Trust
    certificates: list[x509.Certificate]
    revoked: list[bytes]
    answers: list[bytes]
    knowledge: LocalKnowledge

    def context(self, roots: tuple[bytes, ...], moment: dt.datetime | None) -> ValidationContext:
        """Believe these roots, at this moment, with proof that nothing was revoked and without the network."""
        return ValidationContext(
            trust_roots=[x509.Certificate.load(root) for root in roots],
            other_certs=self.certificates,
            moment=moment,
            crls=[*self.revoked, *self.trust.revoked],
            ocsps=self.answers,
            revocation_mode="require",
            retroactive_revinfo=True,
        )

    def policy(self) -> PdfSignatureValidationSpec:
        """The same for the long-term rules (ETSI EN 319 102-1), with what is in the file and nothing else."""
        return PdfSignatureValidationSpec(
            SignatureValidationSpec(
                cert_validation_policy=_believing(self.trust.roots),
                ts_cert_validation_policy=_believing(self.trust.time_stamp_roots),
                revinfo_gathering_policy=RevocationInfoGatheringSpec(RevinfoOnlineFetchingRule.LOCAL_ONLY),
                local_knowledge=self.knowledge,
            ),
            diff_policy=None,  # what came after each signature is reviewed once, with the signature itself
        )


def proof_in(reader: PdfFileReader, trust: Trust) -> Proof:
    """All proof in this file, with what the reader believes."""
    try:
        store = DocumentSecurityStore.read_dss(reader)
    except NoDSSFoundError:
        return Proof(trust, [], [], [], LocalKnowledge())
    certificates = list(store.load_certs())
    revoked = [each.get_object().data for each in store.crls]
    answers = [each.get_object().data for each in store.ocsps]
    knowledge = LocalKnowledge(
        known_certs=certificates,
        known_crls=[CRLContainer(crl.CertificateList.load(each)) for each in revoked],
        known_ocsps=[
            container for each in answers for container in OCSPContainer.load_multi(ocsp.OCSPResponse.load(each))
        ],
    )
    return Proof(trust, certificates, revoked, answers, knowledge)


def _believing(roots: tuple[bytes, ...]) -> CertValidationPolicySpec:
    return CertValidationPolicySpec(
        trust_manager=SimpleTrustManager.build(trust_roots=[x509.Certificate.load(root) for root in roots]),
        revinfo_policy=CertRevTrustPolicy(REQUIRE_REVINFO),
    )
