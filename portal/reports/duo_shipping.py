"""Makes the compact copies of DUO's files that ship with the portal: their own cells, of the columns that it keeps.

    python -m portal.reports.duo_shipping FILE…

Left out: names and addresses, which the register has; numbers of boys and girls apart, which no report shows;
percentages and the number of those who failed, from which one could count back what DUO masked.
"""

import csv
import io
import json
import lzma
import sys
from collections.abc import Sequence
from pathlib import Path

from portal.parties.publisher_files import Faults, PublisherFile, read
from portal.reports import exam_files, pupil_files
from portal.reports.duo import ABOUT, SHIPPED, understood
from portal.reports.duo_files import DuoFault


def ship(paths: Sequence[Path], folder: Path) -> None:
    """Writes each file as .xz and, with source lines and counts, duo.json; raises DuoFault for a bad row."""
    faults = Faults()
    about = {}
    for path in paths:
        file = read(path, faults)
        part = understood(file, faults) if file else None
        if file is None or part is None or faults:
            continue
        packed = lzma.compress(_compact(file, part.kind).encode(), preset=9 | lzma.PRESET_EXTREME)
        (folder / f"{path.name}.xz").write_bytes(packed)
        about[path.name] = {
            "kind": f"{part.kind} {part.year}",
            "source_line": part.source_line,
            "rows": part.lines,
            "sha256": file.sha256,
        }
    if faults:
        raise DuoFault(faults)
    made = {"made_with": "python -m portal.reports.duo_shipping FILE…", "files": about}
    (folder / ABOUT.name).write_text(json.dumps(made, ensure_ascii=False, indent=2) + "\n")


def _compact(file: PublisherFile, kind: str) -> str:
    columns = pupil_files.KEPT[kind] if kind in pupil_files.KEPT else exam_files.kept(file, kind)
    text = io.StringIO(newline="")
    lines = csv.writer(text, delimiter=";", lineterminator="\n")
    lines.writerow(columns)
    lines.writerows([row.cells.get(column, "") for column in columns] for row in file.rows)
    return text.getvalue()


if __name__ == "__main__":
    ship([Path(name) for name in sys.argv[1:]], SHIPPED)
