"""A browser of the bench: keeps cookies, fills in the forms of a page, and asks a fresh connection for each request.

A fresh connection is what nginx makes, as docs/deploy.md sets it up. Reading a page and filling in its form happen
outside what is timed.
"""

import http.client
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from urllib.parse import urlencode, urlsplit

from lxml import html

Value = str | list[str] | bytes
Answers = Mapping[str, Value]
REDIRECTS = (301, 302, 303, 307, 308)
MOST_REDIRECTS = 5


@dataclass(frozen=True)
class Page:
    """An answer as it came."""

    path: str
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """The page as text."""
        return self.body.decode()


@dataclass(frozen=True)
class Post:
    """A form that has been filled in, ready to be sent."""

    path: str
    body: bytes
    kind: str


@dataclass
class Visitor:
    """One person at one browser, on one server."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)
    page: Page | None = None

    def get(self, path: str, **headers: str) -> Page:
        """A page, and wherever it sends one on to."""
        return self._arrive(self._ask("GET", path, None, headers))

    def send(self, post: Post, **headers: str) -> Page:
        """A filled-in form, and the page that comes after it."""
        return self._arrive(self._ask("POST", post.path, post, headers))

    def fill(self, answers: Answers, *, form: int = -1) -> Post:
        """A form of the page (the last, unless another is meant) with these answers over what stands in it."""
        assert self.page is not None
        tree = html.document_fromstring(self.page.text)
        chosen = tree.xpath("//main//form")[form]
        there = {each.get("name") for each in chosen.inputs if each.get("name")}
        unknown = set(answers) - there
        if unknown:
            raise RuntimeError(f"{self.page.path} does not ask {sorted(unknown)}, only {sorted(there)}")
        kept = [(name, value) for name, value in chosen.form_values() if name not in answers]
        path = urlsplit(chosen.action or self.page.path).path or self.page.path
        if chosen.get("enctype") == "multipart/form-data":
            return Post(path, *_multipart([*kept, *_flat(answers)]))
        body = urlencode([(name, value) for name, value in [*kept, *_flat(answers)]]).encode()
        return Post(path, body, "application/x-www-form-urlencoded")

    def _arrive(self, page: Page) -> Page:
        for _ in range(MOST_REDIRECTS):
            if page.status not in REDIRECTS:
                self.page = page
                return page
            where = urlsplit(page.headers["location"])
            page = self._ask("GET", where.path + (f"?{where.query}" if where.query else ""), None, {})
        raise RuntimeError(f"{page.path} sends one round and round")

    def _ask(self, method: str, path: str, post: Post | None, more: Mapping[str, str]) -> Page:
        headers = {"Connection": "close", **{name.replace("_", "-"): value for name, value in more.items()}}
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if post:
            headers["Content-Type"] = post.kind
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            line.request(method, path, body=post.body if post else None, headers=headers)
            answer = line.getresponse()
            body = answer.read()
        finally:
            line.close()
        for header in answer.headers.get_all("Set-Cookie") or ():
            for name, morsel in SimpleCookie(header).items():
                self.cookies[name] = morsel.value
        named = {name.lower(): value for name, value in answer.headers.items()}
        return Page(path, answer.status, named, body)


def arrived(page: Page, wanted: str) -> Page:
    """The page, if it is the one that was meant to come; else the bench would measure something else."""
    if page.status != 200 or not page.path.startswith(wanted):
        raise RuntimeError(f"{wanted} was to come, but {page.path} came ({page.status}):\n{words(page)[:1500]}")
    return page


def words(page: Page) -> str:
    """What can be read on a page."""
    return " ".join(html.document_fromstring(page.text).text_content().split())


def _flat(answers: Answers) -> Iterable[tuple[str, str | bytes]]:
    for name, value in answers.items():
        for each in value if isinstance(value, list) else [value]:
            yield name, each


def _multipart(fields: Iterable[tuple[str, str | bytes]]) -> tuple[bytes, str]:
    boundary = secrets.token_hex(16)
    parts = []
    for name, value in fields:
        file = '; filename="uittreksel.pdf"\r\nContent-Type: application/pdf' if isinstance(value, bytes) else ""
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"{file}\r\n\r\n'
        parts.append(head.encode() + (value if isinstance(value, bytes) else value.encode()) + b"\r\n")
    parts.append(f"--{boundary}--\r\n".encode())
    return b"".join(parts), f"multipart/form-data; boundary={boundary}"
