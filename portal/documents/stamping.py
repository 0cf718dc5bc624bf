"""Time stamps (RFC 3161): from our own authority, or from a service on the network that is not taken at its word."""

import datetime as dt
from functools import cache

from asn1crypto import cms, core, x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_der_private_key
from pyhanko.sign.general import as_signing_certificate
from pyhanko.sign.timestamps import DummyTimeStamper
from pyhanko.sign.timestamps.aiohttp_client import HTTPTimeStamper
from pyhanko.sign.timestamps.common_utils import TimestampRequestError, extract_ts_certs
from pyhanko.sign.validation.generic_cms import validate_sig_integrity
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from pyhanko_certvalidator.util import get_pyca_cryptography_hash

from portal.errors import SettingError

SECONDS = 10
"""So long an outside service is given to answer one question."""
CLOCKS_DIFFER = dt.timedelta(minutes=5)
"""A time stamp further from our own clock than this is not believed: one of the two is wrong."""


class OwnTimeStamper(DummyTimeStamper):
    """Stamps with our own key, which it reads once: that takes longer than all the rest of a stamp."""

    def _sign_tst_info(self, content: bytes, digest: str, moment: dt.datetime) -> tuple[bytes, cms.CMSAttributes]:
        algorithm = get_pyca_cryptography_hash(digest)
        attributes = {
            "content_type": "tst_info",
            "signing_time": cms.Time({"utc_time": core.UTCTime(moment)}),
            "signing_certificate": as_signing_certificate(self.tsa_cert),
            "message_digest": _hashed(content, digest),
        }
        said = cms.CMSAttributes({"type": name, "values": (value,)} for name, value in attributes.items())
        return rsa_key(self.tsa_key.dump()).sign(said.dump(), PKCS1v15(), algorithm), said


@cache
def rsa_key(key: bytes) -> RSAPrivateKey:
    """The key in these bytes (PKCS#8 DER), read once in each process."""
    loaded = load_der_private_key(key, password=None)
    if not isinstance(loaded, RSAPrivateKey):
        raise SettingError("The key of the time stamp is not an RSA key.")
    return loaded


class TimeStampService(HTTPTimeStamper):
    """An RFC 3161 service on the network; whatever it does wrong, it gave no stamp.

    pyHanko compares the number of the question, and believes the rest until the whole is validated. Here every answer
    is weighed at once, so that another service can be asked: what was stamped, when, and by whose certificate.
    """

    def __init__(self, url: str, *, believing: ValidationContext) -> None:
        super().__init__(url, timeout=SECONDS)
        self.believing = believing
        self.known: set[bytes] = set()
        """Certificates that were found good."""

    async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> cms.ContentInfo:
        try:
            stamp = await super().async_timestamp(message_digest, md_algorithm)
            signers = list(extract_ts_certs(stamp, self.cert_registry))
            complaint = _complaint(stamp["content"], signers, message_digest)
        except Exception as fault:
            raise TimestampRequestError(f"no usable time stamp: {fault}") from fault
        if complaint:
            raise TimestampRequestError(complaint)
        for each in signers:
            await self._refuse_stranger(each)
        return stamp

    async def _refuse_stranger(self, certificate: x509.Certificate) -> None:
        """Raise pyHanko's own fault, which says whether it is unknown or its revocation cannot be looked up."""
        if certificate.dump() not in self.known:
            validator = CertificateValidator(
                certificate, intermediate_certs=self.cert_registry, validation_context=self.believing
            )
            await validator.async_validate_usage(set(), {"time_stamping"})  # type: ignore[no-untyped-call]
            self.known.add(certificate.dump())


def _complaint(stamp: cms.SignedData, signers: list[x509.Certificate], digest: bytes) -> str | None:
    """What is wrong with a time stamp, by itself."""
    content = stamp["encap_content_info"]["content"]
    told = content.parsed
    if told["message_imprint"]["hashed_message"].native != digest:
        return "the service stamped something else"
    if abs(told["gen_time"].native - dt.datetime.now(dt.UTC)) > CLOCKS_DIFFER:
        return f"the service's clock says {told['gen_time'].native}, which is not the time here"
    if len(signers) != 1 or len(stamp["signer_infos"]) != 1:
        return "the stamp is not signed by one certificate that it carries"
    signer = stamp["signer_infos"][0]
    hashed = _hashed(bytes(content), signer["digest_algorithm"]["algorithm"].native)
    intact, valid = validate_sig_integrity(signer, signers[0], expected_content_type="tst_info", actual_digest=hashed)
    return None if intact and valid else "the stamp's own signature does not hold"


def _hashed(content: bytes, algorithm: str) -> bytes:
    made = hashes.Hash(get_pyca_cryptography_hash(algorithm))
    made.update(content)
    return made.finalize()
