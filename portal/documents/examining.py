"""Looks at a file that a stranger sent, in a child process with limits, so that it can do no harm here."""

from portal.documents.authority import Trust
from portal.documents.child import in_child
from portal.documents.verdicts import Examination

SECONDS, MEGABYTES = 5, 512


def examined(pdf: bytes, *, trust: Trust) -> Examination:
    """What the file proves by itself; PortalError when it takes too long or too much.

    UnavailableError when this machine is too busy to look at it now.
    """

    def look() -> Examination:
        from portal.documents.verify import examine  # only here: a web process is a fifth smaller without pyHanko

        return examine(pdf, trust=trust)

    return in_child(look, seconds=SECONDS, megabytes=MEGABYTES)
