"""Puts the third-party files that pages and documents are drawn with into static/vendor/, out of pinned wheels."""

import io
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterable
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

ROOT = Path(__file__).resolve().parent.parent
VENDOR = ROOT / "static" / "vendor"
LOCK = ROOT / "requirements-assets.lock"
CUTS = {
    "regular": ("SourceSans3[wght].ttf", 400),
    "semibold": ("SourceSans3[wght].ttf", 600),
    "bold": ("SourceSans3[wght].ttf", 700),
    "italic": ("SourceSans3-Italic[wght].ttf", 400),
}

# Latin, Greek and Cyrillic with their punctuation; a page needs Latin, the rest comes from the reader's own fonts.
IN_PAGES = [*range(0x20, 0x250), *range(0x2000, 0x2070), 0x20AC, *range(0x2190, 0x2194), 0x2212, 0x2264, 0x2265, 0x2713]
IN_DOCUMENTS = [*IN_PAGES, *range(0x250, 0x530), *range(0x1E00, 0x2000), *range(0x2070, 0x2300)]


def fetch(folder: Path) -> None:
    """Download the wheels named in the lock file; pip refuses any whose hash differs."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes"]
    subprocess.run([*command, "--dest", str(folder), "-r", str(LOCK)], check=True)


def member(folder: Path, wheel: str, ending: str) -> bytes:
    """The one file of a wheel whose name ends so."""
    [path] = folder.glob(f"{wheel}-*.whl")
    with zipfile.ZipFile(path) as archive:
        [name] = [name for name in archive.namelist() if name.endswith(ending)]
        return archive.read(name)


def subset(font: TTFont, unicodes: Iterable[int]) -> TTFont:
    """The font with only these characters and the layout features we use."""
    options = Options()
    options.layout_features = ["kern", "mark", "mkmk", "ccmp", "locl", "tnum"]
    options.notdef_outline = True
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=unicodes)
    subsetter.subset(font)
    return font


def cut_font(source: bytes, weight: int, target: Path) -> None:
    """One static weight of a variable font: TTF for documents, and a smaller WOFF2 for pages."""
    variable = subset(TTFont(io.BytesIO(source)), IN_DOCUMENTS)
    font = instantiateVariableFont(variable, {"wght": weight})
    font.save(target.with_suffix(".ttf"))
    web = subset(TTFont(target.with_suffix(".ttf")), IN_PAGES)
    web.flavor = "woff2"
    web.save(target.with_suffix(".woff2"))


def main() -> None:
    VENDOR.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        fetch(folder)
        (VENDOR / "htmx.min.js").write_bytes(member(folder, "django_htmx", "/htmx-2.min.js"))
        for cut, (file, weight) in CUTS.items():
            source = member(folder, "fontpkg_source_sans_3", f"/{file}")
            cut_font(source, weight, VENDOR / f"source-sans-3-{cut}")
    (VENDOR / "complete").write_bytes(LOCK.read_bytes())


if __name__ == "__main__":
    main()
