"""Whether a time stamp (RFC 3161) stands over what it should, was given by somebody we trust, and when."""

import asyncio
import datetime as dt
import hashlib

from asn1crypto import cms, x509
from pyhanko.sign.validation.generic_cms import validate_tst_signed_data
from pyhanko.sign.validation.status import TimestampSignatureStatus
from pyhanko_certvalidator import ValidationContext

from portal.documents.authority import Trust
from portal.errors import PortalError
from portal.wording import mark


def stamped_at(token: bytes, content: bytes, *, trust: Trust) -> dt.datetime:
    """The moment at which this content was stamped; PortalError when the token does not prove it."""
    try:
        signed = cms.ContentInfo.load(token)["content"]
        moment: dt.datetime = signed["encap_content_info"]["content"].parsed["gen_time"].native
        context = ValidationContext(
            trust_roots=[x509.Certificate.load(root) for root in trust.time_stamp_roots],
            moment=moment,
            crls=list(trust.revoked),
            retroactive_revinfo=True,
        )
        found = asyncio.run(
            validate_tst_signed_data(signed, context, lambda method: hashlib.new(method, content).digest())
        )
    except Exception as fault:  # hostile bytes fail in more ways than can be listed
        raise PortalError(mark("Dit is geen tijdstempel: %(fault)s."), fault=type(fault).__name__) from fault
    status = TimestampSignatureStatus(**found)
    if not (status.intact and status.valid):
        raise PortalError(mark("Het tijdstempel hoort bij iets anders."))
    if not status.trusted:
        raise PortalError(mark("Het tijdstempel is van een dienst die wij niet vertrouwen."))
    return moment
