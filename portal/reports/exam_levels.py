"""The levels of secondary education, as two of DUO's files each write them in their own way."""

from portal.wording import mark

LEVELS = {
    "VMBO B": mark("Vmbo basis"),
    "VMBO K": mark("Vmbo kader"),
    "VMBO G": mark("Vmbo gemengd"),
    "VMBO T": mark("Vmbo theoretisch (mavo)"),
    "VMBO LWT": mark("Vmbo leerwerktraject"),
    "HAVO": mark("Havo"),
    "VWO": mark("Vwo"),
    "VMBO": mark("Vmbo, overig"),
}
"""In the order in which they are shown."""
_TRACKS = {"BL": "VMBO B", "KL": "VMBO K", "GL": "VMBO G", "TL": "VMBO T"}


def level_of_programme(name: str) -> str:
    """Of a name as "VMBO B - zorg en welzijn" or "HAVO - N&T"."""
    level = name.split(" - ", maxsplit=1)[0].strip()
    return level if level in LEVELS else level.split(" ")[0] if level.split(" ")[0] in LEVELS else "VMBO"


def level_of_department(education: str, track: str) -> str:
    """Of the kind of education and, for vmbo, its track: BL, KL, GL or TL."""
    return education if education != "VMBO" else _TRACKS.get(track, "VMBO")
