"""What a browser says it is, in two words that its owner recognises."""

from portal.wording import mark

BROWSERS = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrom", "Chrome"), ("Safari", "Safari"))
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "Chromebook"),
    ("Windows", "Windows"),
    ("Mac OS", "Mac"),
    ("Linux", "Linux"),
)
UNKNOWN = mark("onbekend apparaat")


def device_of(user_agent: str) -> str:
    """ "Firefox, Windows" out of the long name that a browser sends; empty where it says nothing we know.

    No more than this is kept: versions and models would tell persons apart, and nobody needs them here.
    """
    browser = next((name for sign, name in BROWSERS if sign in user_agent), "")
    system = next((name for sign, name in SYSTEMS if sign in user_agent), "")
    return ", ".join(part for part in (browser, system) if part)
