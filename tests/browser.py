"""A person at a browser without JavaScript: follows links, fills in the forms that stand on the page, reads."""

import io
from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import Any, Protocol
from urllib.parse import urljoin, urlsplit
from xml.etree.ElementTree import Element

from flask import Flask
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from tests.guards import Watch, refuse_elsewhere, refuse_fault, sound_html

HTMX = {"HX-Request": "true", "HX-Boosted": "true", "HX-Target": "page"}
UNSEEN = frozenset({"script", "style", "head", "svg"})
Value = str | list[str] | tuple[bytes, str] | None


class Somewhere(Protocol):
    """The portal that a browser looks at."""

    app: Flask
    watch: Watch

    def opened(self) -> AbstractContextManager[None]: ...


class Browser:
    """One browser, with its cookies and the page it shows."""

    def __init__(self, portal: Somewhere, *, expects_fault: bool = False) -> None:
        self.portal, self.expects_fault = portal, expects_fault
        self.client = portal.app.test_client()
        self.address = "/"
        self.response: TestResponse
        self.tree: Element | None = None
        self.token: str | None = None
        self.filled: dict[str, Value] = {}

    # --- Going somewhere

    def open(self, address: str) -> "Browser":
        """A page, and wherever it sends one on to."""
        return self.send("GET", address)._follow_redirects()

    def follow(self, text: str) -> "Browser":
        """The link that says this (or begins with it)."""
        return self.open(self.link(text))

    def link(self, text: str) -> str:
        """Where a link of the page leads."""
        links = [(words_of(each), each.get("href", "")) for each in self.all("a")]
        found = [address for words, address in links if words == text] or [
            address for words, address in links if words.startswith(text)
        ]
        assert found, f"no link {text!r} on {self.address}, only {[words for words, _ in links]}"
        return found[0]

    def send(self, method: str, address: str, *, data: Any = None, **options: Any) -> "Browser":
        """One request, watched; a redirect is not followed."""
        self.address = urljoin(self.address, address)
        with self.portal.watch.request(method, self.address), self.portal.opened():
            self.response = self.client.open(self.address, method=method, data=data, **options)
        self.response.get_data()
        self.response.close()
        self.response.request.environ["wsgi.input"].close()  # a large form went through a file of the test client
        if not self.expects_fault:
            refuse_fault(self.response, f"{method} {self.address}")
        refuse_elsewhere(self.response, f"{method} {self.address}")
        self.filled = {}
        is_page = self.response.mimetype == "text/html" and self.response.data and not self._is_redirect
        self.tree = sound_html(self.response.text, self.address) if is_page else None
        self.token = self._token() or self.token
        return self

    def post(self, address: str, fields: dict[str, Any] | None = None, **options: Any) -> "Browser":
        """A form that does not stand on the page: what somebody could send by force."""
        sent = MultiDict(fields or {})
        if "csrf_token" not in sent and self.token:
            sent["csrf_token"] = self.token
        return self.send("POST", address, data=sent, **options)

    # --- Filling in

    def fill(self, **values: str) -> "Browser":
        """Boxes of the form that will be sent, by name; `__` stands for a dash."""
        self.filled |= {name.replace("__", "-"): value for name, value in values.items()}
        return self

    def choose(self, name: str, *values: str) -> "Browser":
        """One of a list, or several."""
        self.filled[name] = list(values)
        return self

    def upload(self, name: str, content: bytes, filename: str = "uittreksel.pdf") -> "Browser":
        """A file of one's own."""
        self.filled[name] = (content, filename)
        return self

    def press(self, text: str) -> "Browser":
        """The button that says this: sends the form it stands in, as a browser would."""
        form, fields, files = self._sent_by(text)
        address = form.get("action") or self.address
        if form.get("method", "get").lower() == "get":
            pairs = {name: value for name, value in fields.items(multi=True)}
            self.send("GET", urlsplit(urljoin(self.address, address)).path, query_string=pairs)
        elif form.get("enctype") == "multipart/form-data":
            data: dict[str, Any] = {name: fields.getlist(name) for name in fields}
            data |= {name: (io.BytesIO(content), filename) for name, (content, filename) in files.items()}
            self.send("POST", address, data=data, content_type="multipart/form-data")
        else:
            self.send("POST", address, data=fields)
        return self._follow_redirects()

    def would_send(self, text: str) -> tuple[str, MultiDict[str, str]]:
        """Where the button that says this leads and with which fields; nothing is sent yet."""
        form, fields, _ = self._sent_by(text)
        return urljoin(self.address, form.get("action") or self.address), fields

    def values(self) -> dict[str, list[str]]:
        """What the last form of the page holds now."""
        fields, _ = self._fields_of(self._main_forms()[-1])
        return {name: fields.getlist(name) for name in fields}

    # --- Reading

    @property
    def status(self) -> int:
        return self.response.status_code

    @property
    def text(self) -> str:
        """What can be read on the page between its head and its foot, in one line, after its title."""
        title, main = next(iter(self.all("title"))), next(iter(self.all("main")))
        return f"{title.text} | {words_of(main)}"

    def sees(self, *texts: str) -> "Browser":
        for text in texts:
            assert text in self.text, f"{text!r} is not on {self.address} ({self.status}):\n{self.text}"
        return self

    def sees_not(self, *texts: str) -> "Browser":
        for text in texts:
            assert text not in self.text, f"{text!r} is on {self.address} ({self.status}):\n{self.text}"
        return self

    def faults(self) -> dict[str, str]:
        """The faults in the summary above the form: place → sentence; each leads to a field of the page."""
        places = {each.get("id") for each in self.all("*")}
        found = {
            each.get("href", "").removeprefix("#"): words_of(each)
            for summary in self._with_class("error-summary")
            for each in summary.iter("a")
        }
        assert set(found) <= places, f"the summary leads to fields that are not there: {set(found) - places}"
        return found

    def missing(self) -> dict[str, str]:
        """On the page of a gate: each condition that is not kept, with who can fix it."""
        return {
            self._below(each, "condition-title"): self._below(each, "fixed-by").removeprefix("Wie dit kan regelen: ")
            for each in self._with_class("condition-missing")
        }

    def _below(self, element: Element, name: str) -> str:
        found = (each for each in element.iter() if name in each.get("class", "").split())
        return words_of(next(found))

    def all(self, tag: str) -> list[Element]:
        """Every element of this kind on the page."""
        assert self.tree is not None, f"{self.address} is no page but {self.response.status}"
        return list(self.tree.iter(tag if tag != "*" else None))

    # --- How

    @property
    def _is_redirect(self) -> bool:
        return self.response.status_code in (301, 302, 303, 307, 308)

    def _follow_redirects(self) -> "Browser":
        for _ in range(8):
            if not self._is_redirect:
                return self
            self.send("GET", self.response.location)
        raise AssertionError(f"{self.address} sends one round and round")

    def _token(self) -> str | None:
        if self.tree is None:
            return None
        tokens = (each.get("value") for each in self.tree.iter("input") if each.get("name") == "csrf_token")
        return next(tokens, None)

    def _with_class(self, name: str) -> Iterator[Element]:
        return (each for each in self.all("*") if name in each.get("class", "").split())

    def _main_forms(self) -> list[Element]:
        main = next(each for each in self.all("main"))
        return list(main.iter("form"))

    def _button(self, text: str) -> tuple[Element, Element]:
        forms = self.all("form")
        for fits in (text.__eq__, lambda words: words.startswith(text)):
            for form in forms:
                for button in form.iter("button"):
                    if fits(words_of(button)):
                        return form, button
        on_page = [words_of(button) for form in forms for button in form.iter("button")]
        raise AssertionError(f"no button {text!r} on {self.address} ({self.status}), only {on_page}")

    def _sent_by(self, text: str) -> tuple[Element, MultiDict[str, str], dict[str, tuple[bytes, str]]]:
        form, button = self._button(text)
        fields, files = self._fields_of(form)
        self._overwrite(form, fields, files)
        if button.get("name"):
            fields.add(button.get("name", ""), button.get("value", ""))
        return form, fields, files

    def _fields_of(self, form: Element) -> tuple[MultiDict[str, str], dict[str, tuple[bytes, str]]]:
        fields: MultiDict[str, str] = MultiDict()
        for each in form.iter():
            name = each.get("name")
            if not name or "disabled" in each.attrib:
                continue
            if each.tag == "select":
                options = list(each.iter("option"))
                chosen = [option for option in options if "selected" in option.attrib] or options[:1]
                fields.setlist(name, [option.get("value", "") for option in chosen])
            elif each.tag == "textarea":
                fields.add(name, "".join(each.itertext()).removeprefix("\n"))
            elif each.tag == "input" and each.get("type") in ("radio", "checkbox"):
                if "checked" in each.attrib:
                    fields.add(name, each.get("value", "on"))
            elif each.tag == "input" and each.get("type") not in ("file", "submit"):
                fields.add(name, each.get("value", ""))
        return fields, {}

    def _overwrite(self, form: Element, fields: MultiDict[str, str], files: dict[str, tuple[bytes, str]]) -> None:
        there: dict[str, list[Element]] = {}
        for each in form.iter():
            if each.get("name"):
                there.setdefault(each.get("name", ""), []).append(each)
        for name, value in self.filled.items():
            boxes = there.get(name)
            assert boxes, f"{self.address} asks no {name!r}, only {sorted(there)}"
            if isinstance(value, tuple):
                assert boxes[0].get("type") == "file", name
                files[name] = value
            elif isinstance(value, list):
                offered = [box.get("value") for box in boxes if "disabled" not in box.attrib]
                assert set(value) <= set(offered), f"{name!r} offers {offered}, not {value}"
                fields.setlist(name, value)
            else:
                assert boxes[0].get("type") not in ("radio", "checkbox", "file"), f"{name!r} is a choice"
                fields[name] = value or ""


def words_of(element: Element) -> str:
    """What can be read in an element, in one line."""
    return " ".join("".join(_texts(element)).split())


BLOCKS = frozenset(
    [
        "p",
        "li",
        "dt",
        "dd",
        "div",
        "h1",
        "h2",
        "h3",
        "h4",
        "td",
        "th",
        "tr",
        "legend",
        "label",
        "button",
        "a",
        "summary",
        "article",
        "section",
    ]
)


def _texts(element: Element) -> Iterator[str]:
    if not isinstance(element.tag, str) or element.tag in UNSEEN or "hidden" in element.attrib:
        return
    block = element.tag in BLOCKS
    if block:
        yield " "
    yield element.text or ""
    for child in element:
        yield from _texts(child)
        yield child.tail or ""
    if block:
        yield " "
