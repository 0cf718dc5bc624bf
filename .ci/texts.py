"""Gathers every text that the portal can show, and lays it in the English catalogue: new texts without a translation.

As a command (`make texts`) it writes the catalogue and names what is missing; `--check` writes nothing.
"""

import ast
import dataclasses
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po
from jinja2 import Environment, nodes

from portal import errors
from portal.cases.catalogue import every_workflow
from workflows import vocabulary

HOUSE = Path(__file__).resolve().parent.parent
ENGLISH = HOUSE / "portal" / "translations" / "en" / "LC_MESSAGES" / "portal.po"
ONE = {"say", "mark", "_"}
COUNTED = {"say_count", "ngettext"}
FAULTS = {
    name
    for name, each in vars(errors).items()
    if isinstance(each, type) and issubclass(each, errors.PortalError)
}  # fmt: skip
SPOKEN = {
    "title", "introduction", "intro", "label", "hint", "yes", "no", "row", "options", "steps", "questions",
    "signatory", "confirms", "submit", "afterwards", "taken_back",
}  # fmt: skip
"""Fields of a workflow and of its parts that a person reads, or that hold what a person reads."""
PLACE = re.compile(r"%\((\w+)\)[a-z]")

Text = str | tuple[str, str]
Found = dict[Text, set[str]]


def every_text() -> Found:
    """Every text, or pair for one and for many, with the files in which it stands."""
    found: Found = {}
    for path in sorted((HOUSE / "portal").rglob("*.py")):
        _add(found, path, _of_code(ast.parse(path.read_text(encoding="utf-8"))))
    for path in sorted((HOUSE / "workflows").glob("*.py")):
        _add(found, path, _of_rules(ast.parse(path.read_text(encoding="utf-8"))))
    for path in sorted((HOUSE / "templates").rglob("*.*")):
        if path.suffix in (".html", ".txt"):
            _add(found, path, _of_template(path.read_text(encoding="utf-8")))
    for versions in every_workflow().values():
        for workflow in versions.values():
            _add(found, HOUSE / "workflows" / f"{workflow.name}.py", _of_data(workflow))
    words = [*vocabulary.ROLE_NAMES.values(), *vocabulary.PARTY_NAMES.values()]
    _add(found, HOUSE / "workflows" / "vocabulary.py", words)
    for pair in [each for each in found if not isinstance(each, str)]:
        if pair[0] in found:  # a catalogue has one place for both
            found[pair] |= found.pop(pair[0])
    return found


def places_of(text: str) -> set[str]:
    """The named places of a text."""
    return set(PLACE.findall(text))


def _add(found: Found, path: Path, texts: Iterator[Text] | list[str]) -> None:
    for text in texts:
        said = text if isinstance(text, str) else text[0]
        if re.search(r"[^\W\d_]", PLACE.sub("", said)):
            found.setdefault(text, set()).add(str(path.relative_to(HOUSE)))


# --- Where texts stand -------------------------------------------------------------------------------------------


def _of_code(tree: ast.Module) -> Iterator[Text]:
    """What is said, marked or raised."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            if name in COUNTED:
                one, many = [list(_constants(each)) for each in node.args[:2]]
                yield from zip(one, many, strict=True)
            elif name in ONE:
                yield from (text for each in node.args[:1] for text in _constants(each))
            elif name in FAULTS:
                yield from (text for each in node.args[:2] for text in _constants(each))
        elif isinstance(node, ast.FunctionDef) and node.name == "__init__":
            yield from (text for each in node.args.defaults for text in _constants(each) if " " in text)


def _constants(node: ast.AST) -> Iterator[str]:
    """The texts that an argument can be; what another call is given is not among them."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.Dict):
        for value in node.values:
            yield from _constants(value)
    elif isinstance(node, ast.IfExp):
        yield from (*_constants(node.body), *_constants(node.orelse))
    elif isinstance(node, ast.BoolOp):
        for value in node.values:
            yield from _constants(value)


def _of_rules(tree: ast.Module) -> Iterator[Text]:
    """The sentences that the rules of a workflow give: every text of more words in a function, but its docstring."""
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef) or function.name.startswith("_refuse"):
            continue
        doc = ast.get_docstring(function, clean=False)
        for node in ast.walk(function):
            if isinstance(node, ast.JoinedStr | ast.Raise):
                for part in ast.walk(node):
                    part.is_part = True  # type: ignore[attr-defined]
        for node in ast.walk(function):
            said = node.value if isinstance(node, ast.Constant) and not hasattr(node, "is_part") else None
            if isinstance(said, str) and " " in said and said != doc:
                yield said


def _of_data(value: Any) -> Iterator[Text]:
    """The texts of a workflow, its steps and its questions."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        for field in dataclasses.fields(value):
            if field.name in SPOKEN:
                yield from _of_data(getattr(value, field.name))
    elif isinstance(value, tuple) and len(value) == 2 and all(isinstance(each, str) for each in value):
        yield value[1]  # an option: its key, and how it reads
    elif isinstance(value, tuple):
        for each in value:
            yield from _of_data(each)
    elif isinstance(value, str) and not hasattr(value, "value"):
        yield value


def _of_template(source: str) -> Iterator[Text]:
    tree = Environment(autoescape=True, extensions=["jinja2.ext.do"]).parse(source)
    for call in tree.find_all(nodes.Call):
        name = call.node.name if isinstance(call.node, nodes.Name) else ""
        if name in COUNTED:
            one, many = [list(_written(each)) for each in call.args[:2]]
            yield from zip(one, many, strict=True)
        elif name in ONE:
            yield from (text for each in call.args[:1] for text in _written(each))
    for each in tree.find_all(nodes.Filter):
        if each.name == "say" and each.node is not None:
            yield from _written(each.node)


def _written(node: nodes.Node) -> Iterator[str]:
    if isinstance(node, nodes.Const) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, nodes.CondExpr):
        yield from _written(node.expr1)
        if node.expr2 is not None:
            yield from _written(node.expr2)
    elif isinstance(node, nodes.Or):
        yield from (*_written(node.left), *_written(node.right))


# --- The catalogue -----------------------------------------------------------------------------------------------


def stored() -> Catalog:
    """The English catalogue as it stands."""
    if not ENGLISH.exists():
        return Catalog(locale="en")
    with ENGLISH.open("rb") as file:
        return read_po(file, locale="en")


def _key(message_id: Any) -> Text:
    return message_id if isinstance(message_id, str) else tuple(message_id)  # type: ignore[return-value]


def translations(catalogue: Catalog) -> dict[Text, tuple[str, ...]]:
    """What each text of a catalogue becomes: one text, or two where it counts."""
    return {
        _key(each.id): (each.string,) if isinstance(each.string, str) else tuple(each.string)
        for each in catalogue
        if each.id
    }


def missing(found: Found, known: dict[Text, tuple[str, ...]]) -> list[Text]:
    """The texts that have no English yet."""
    return sorted((text for text in found if not all(known.get(text, ("",)))), key=str)


def write(found: Found, known: dict[Text, tuple[str, ...]]) -> None:
    """The catalogue anew: what is still shown, with the translations that it had."""
    catalogue = Catalog(locale="en", charset="utf-8")
    for text, places in found.items():
        said = known.get(text, ("",) if isinstance(text, str) else ("", ""))
        locations = [(place, None) for place in sorted(places)]
        catalogue.add(text, said[0] if isinstance(text, str) else said, locations=locations)
    ENGLISH.parent.mkdir(parents=True, exist_ok=True)
    with ENGLISH.open("wb") as file:
        write_po(file, catalogue, width=0, sort_output=True, omit_header=True, include_lineno=False)


def main() -> int:
    """Write the catalogue, or look at it only; 1 when a text has no English."""
    found, known = every_text(), translations(stored())
    if "--check" not in sys.argv:
        write(found, known)
    left = missing(found, known)
    for text in left:
        print(f"no English for: {text}")
    print(f"{len(found)} texts, {len(left)} without English.")
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())
