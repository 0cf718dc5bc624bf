"""Makes the compact copy of the register that ships with the portal, out of DUO's three files.

    python -m portal.parties.register_shipping 2026-02-05 duo_vestigingen_bo.csv duo_vestigingen_vo.csv \\
        duo_leerlingen_po_leeftijd_2024-2025.csv

The date is the day on which the two address files were fetched, since they carry none; the pupils file carries its
own. What is written is the same on every machine: sorted by code, without telephone numbers.
"""

import csv
import datetime as dt
import io
import json
import lzma
import sys
from collections.abc import Sequence
from dataclasses import astuple
from pathlib import Path

from portal.parties.register_files import LocationFile, read_files
from portal.parties.register_import import COLUMNS, SHIPPED


def ship(files: Sequence[LocationFile], folder: Path) -> None:
    """Writes register.csv.xz and, with the source lines and counts, register.json."""
    text = io.StringIO(newline="")
    lines = csv.writer(text, delimiter=";", lineterminator="\n")
    lines.writerow(COLUMNS)
    everything = sorted((location for file in files for location in file.locations), key=lambda each: each.code)
    lines.writerows(astuple(location) for location in everything)
    packed = lzma.compress(text.getvalue().encode(), preset=9 | lzma.PRESET_EXTREME)
    (folder / "register.csv.xz").write_bytes(packed)
    about = {
        "made_with": "python -m portal.parties.register_shipping DATE FILE FILE FILE",
        "left_out": "telephone numbers, postal addresses and the region columns",
        "licence": "DUO open onderwijsdata: CC0 or CC-BY 4.0, sources differ; naming the source meets both",
        "locations": len(everything),
        "boards": len({location.board_number for location in everything}),
        "sources": [
            {
                "file": file.file,
                "sha256": file.sha256,
                "sector": file.sector,
                "source_line": file.source_line,
                "published_on": file.published_on.isoformat() if file.published_on else None,
                "locations": len(file.locations),
            }
            for file in files
        ],
    }
    (folder / "register.json").write_text(json.dumps(about, ensure_ascii=False, indent=2) + "\n")


if __name__ == "__main__":
    day, *names = sys.argv[1:]
    ship(read_files([Path(name) for name in names], published_on=dt.date.fromisoformat(day)), SHIPPED)
