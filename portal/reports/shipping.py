"""Makes the compact copy of the Inspectorate's files that ships with the portal: the same text, packed.

python -m portal.reports.shipping inspectie_leerresultaten_po_2023-2025.csv inspectie_schoolweging_2023-2024.csv
"""

import json
import lzma
import sys
from collections.abc import Sequence
from pathlib import Path

from portal.parties.publisher_files import Faults, read
from portal.reports import result_files as files
from portal.reports.datasets import SHIPPED
from portal.reports.result_files import ResultsFault


def ship(paths: Sequence[Path], folder: Path) -> None:
    """Writes each file as .xz and, with source lines and counts, results.json; raises ResultsFault for a bad row."""
    faults = Faults()
    about = {}
    for path in paths:
        file = read(path, faults)
        if file is None:
            continue
        line = (
            files.results_line(files.results_of(file, faults))
            if files.is_results(file)
            else files.weights_line(file.name)
        )
        about[path.name] = {"source_line": line, "rows": len(file.rows), "sha256": file.sha256}
        packed = lzma.compress(path.read_bytes(), preset=9 | lzma.PRESET_EXTREME)
        (folder / f"{path.name}.xz").write_bytes(packed)
    if faults:
        raise ResultsFault(faults)
    made = {"made_with": "python -m portal.reports.shipping FILE FILE", "files": about}
    (folder / "results.json").write_text(json.dumps(made, ensure_ascii=False, indent=2) + "\n")


if __name__ == "__main__":
    ship([Path(name) for name in sys.argv[1:]], SHIPPED)
