"""Facts on paper: the same bytes each time, every character kept, nothing fetched, nothing that hangs."""

import http.server
import io
import itertools
import json
import os
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import html5lib
import pikepdf
import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.documents import facts as bounds
from portal.documents.child import in_child
from portal.documents.render import HTML, Rendered, _Fetcher, as_page, render, stamp
from portal.errors import PortalError, UnavailableError
from tests import conformance
from tests.papers import AT, DECLARATION, a_rendered, a_signatory, some_facts, some_terms

DOCUMENTS = ("documents/board_declaration.html", "documents/registration.html", "documents/usage_terms.html")


def text_of(pdf: bytes) -> str:
    return subprocess.run(
        ["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True
    ).stdout.decode()


def body_of(pdf: bytes) -> str:
    """The text between the heads and the feet of the pages."""
    area = ["-x", "0", "-y", "70", "-W", "600", "-H", "680", "-r", "72"]
    command = ["pdftotext", "-layout", *area, "-", "-"]
    return subprocess.run(command, input=pdf, capture_output=True, check=True).stdout.decode()


def without_spaces(text: str) -> str:
    """The text without white space, nor the marks of direction that pdftotext adds."""
    return "".join(character for character in "".join(text.split()) if character.isprintable())


# What stands on it


def test_two_renders_of_the_same_facts_are_the_same_to_the_byte():
    assert render(DECLARATION, some_facts(), at=AT) == render(DECLARATION, some_facts(), at=AT)


def test_a_render_in_another_process_is_the_same_to_the_byte():
    assert in_child(lambda: render(DECLARATION, some_facts(), at=AT)) == a_rendered()


def test_one_other_fact_gives_other_bytes():
    assert render(DECLARATION, some_facts(code="7F3K-9QXN"), at=AT).pdf != a_rendered().pdf


def test_the_attached_json_is_the_facts():
    with pikepdf.open(io.BytesIO(a_rendered().pdf)) as pdf:
        attached = pdf.attachments["gegevens.json"]
        assert json.loads(attached.get_file().read_bytes()) == some_facts()
        assert attached.obj.AFRelationship == "/Data"


@pytest.mark.parametrize("template", DOCUMENTS)
def test_every_document_names_its_reference_code_and_ledger_head_on_every_page(template):
    facts = some_terms() if "usage" in template else some_facts()

    rendered = render(template, facts, at=AT)

    for number in range(1, rendered.pages + 1):
        page = text_of(only_page(rendered.pdf, number))
        assert "BV-2026-000417" in page and "7F3K-9QXM" in page and "3fa94c1d" * 8 in page
        assert "TESTZEGEL: alleen om te proberen" in page
        assert f"Pagina {number} van {rendered.pages}" in " ".join(page.split())


def test_without_test_seal_nothing_says_so():
    assert "TESTZEGEL" not in text_of(render(DECLARATION, some_facts(test_seal=False), at=AT).pdf)


def test_a_long_table_repeats_its_head_and_keeps_all_its_rows():
    rendered = render(DECLARATION, some_facts(schools=58), at=AT)

    text = text_of(rendered.pdf)
    assert all(f"Basisschool {number} " in text for number in range(58))
    assert text.count("Adres") == sum(
        "Basisschool" in text_of(only_page(rendered.pdf, n)) for n in range(1, rendered.pages + 1)
    )


@pytest.mark.parametrize("schools", [1, 2, 25, 26, 27, 28, 29, 30, 31, 58])
def test_no_page_begins_with_a_lonely_last_row(schools):
    rendered = render(DECLARATION, some_facts(schools=schools), at=AT)

    counts = [text_of(only_page(rendered.pdf, n)).count("Basisschool") for n in range(1, rendered.pages + 1)]
    assert sum(counts) == schools
    assert all(count == 0 or count >= min(3, schools) for count in counts)


def test_signature_places_follow_the_signatories_and_lie_on_the_page():
    signatories = [a_signatory(f"sign-{number}", f"Persoon {number}") for number in range(9)]

    rendered = render(DECLARATION, some_facts(signatories=signatories), at=AT)

    assert [place.field for place in rendered.places] == [each["field"] for each in signatories]
    assert rendered.places[3].label == "Handtekening van Persoon 3"
    for place in (*rendered.places, rendered.seal):
        left, bottom, right, top = place.box
        assert 0 < left < right < 595 and 0 < bottom < top < 842 and place.page < rendered.pages
        assert place.size[0] > 150 and place.size[1] > 60
    assert rendered.seal.page == 0


@pytest.mark.parametrize("fields", [["a.b"], ["Zegel"], ["x", "x"], [""], ["é"]])
def test_a_field_that_cannot_be_a_field_is_refused(fields):
    with pytest.raises(PortalError):
        render(DECLARATION, some_facts(signatories=[a_signatory(field) for field in fields]), at=AT)


def test_terms_show_which_clauses_were_confirmed_and_that_it_is_no_consent():
    text = " ".join(text_of(render("documents/usage_terms.html", some_terms(), at=AT).pdf).split())

    assert text.count("Apart bevestigd door Fatima el Amrani") == 1
    assert text.count("Nog niet bevestigd") == 1
    assert "geen toestemming" in text and "AVG" in text and "7:661" in text


@pytest.mark.parametrize("template", DOCUMENTS)
def test_the_page_beside_it_is_one_article_with_the_same_words_and_headings_from_h2(template):
    facts = some_terms() if "usage" in template else some_facts()

    page = as_page(template, facts)

    tree = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parseFragment(page)
    assert [element.tag for element in tree] == ["article"]
    headings = [int(element.tag[1]) for element in tree.iter() if element.tag in {"h1", "h2", "h3", "h4", "h5"}]
    assert headings[0] == 2 and all(after - before <= 1 for before, after in itertools.pairwise(headings))
    words = without_spaces("".join(tree.itertext()))
    paper = without_spaces(text_of(render(template, facts, at=AT).pdf))
    for word in ("BV-2026-000417", "StichtingVoorbeeld", facts["title"]):
        assert word in words and word in paper


def test_the_page_and_the_paper_say_the_same_sentences():
    page = html5lib.parseFragment(as_page(DECLARATION, some_facts()), namespaceHTMLElements=False)
    plain = subprocess.run(["pdftotext", "-", "-"], input=a_rendered().pdf, capture_output=True, check=True).stdout
    paper = without_spaces(plain.decode())

    missing = [
        "".join(element.itertext())
        for element in page.iter()
        if element.tag in {"p", "li", "td"} and without_spaces("".join(element.itertext())) not in paper
    ]
    assert missing == []


# What people type


HOSTILE = {
    "markup": "<script>alert(1)</script> & <b>niet vet</b> &amp; < > \" '",
    "template": "{{7*7}} {% raw %} ${7*7} #{7*7} %(name)s %s",
    "css": "</style><style>*{display:none}</style>",
    "right to left": "שלום עולם",
    "accents": "Żółć Ångström ﬁ ǅ Ÿ ȷ́",
    "emoji": "😀 🏫",
    "without any font": "\U0001f9ff \U00012345",
    "injection": "=cmd|' /C calc'!A0",
}


@pytest.mark.parametrize("typed", HOSTILE.values(), ids=HOSTILE.keys())
def test_what_is_typed_comes_out_as_the_same_characters(typed):
    facts = some_facts(
        sections=[{"title": "Vraag", "rows": [{"label": "Antwoord", "value": f"BEGIN\n{typed}\nEINDE"}]}]
    )

    text = text_of(render(DECLARATION, facts, at=AT).pdf)

    found = text[text.index("BEGIN") + 5 : text.index("EINDE")]
    assert sorted(without_spaces(found)) == sorted(without_spaces(typed))
    assert "\u200b" not in text


def test_hostile_text_in_every_place_still_conforms():
    if conformance.missing():
        pytest.skip(conformance.missing())
    everything = " ".join(HOSTILE.values())
    facts = some_facts(
        title=everything,
        rule=everything,
        signatories=[a_signatory(name=everything, function=everything, authority=everything, confirms=everything)],
        organisation={"name": everything, "kind": everything, "lines": [everything]},
        assessments=[
            {"name": everything, "function": "FG", "verdict": everything, "text": everything, "at": AT.isoformat()}
        ],
    )

    assert conformance.faults({"hostile": render(DECLARATION, facts, at=AT).pdf}) == {}


def test_characters_without_a_shape_are_left_out_of_the_text_and_kept_in_the_json():
    facts = some_facts(rule="een\x00twee\x1bdrie\ufffevier")

    rendered = render(DECLARATION, facts, at=AT)

    assert "eentweedrievier" in text_of(rendered.pdf)
    with pikepdf.open(io.BytesIO(rendered.pdf)) as pdf:
        assert json.loads(pdf.attachments["gegevens.json"].get_file().read_bytes())["rule"] == facts["rule"]


def test_half_a_character_is_refused():
    with pytest.raises(PortalError):
        render(DECLARATION, some_facts(rule="\ud800"), at=AT)


@given(st.text())
def test_printable_text_keeps_every_character_that_has_a_shape(text):
    printed = bounds.printable(text)

    assert [c for c in printed if c.isprintable()] == [c for c in text if c.isprintable()]
    assert bounds.printable(printed) == printed
    assert not {"\x00", "\r", "\u202e"} & set(printed)


@given(st.text(alphabet="ab \n", max_size=400), st.integers(0, 300))
def test_places_to_break_add_nothing_else_and_leave_no_wide_word(text, length):
    broken = bounds.breakable(text + "x" * length)

    assert broken.replace("\u200b", "") == text + "x" * length
    assert all(len(word) < 60 for word in broken.replace("\u200b", " ").split())


# What may be read


@pytest.fixture
def canary(tmp_path: Path) -> Iterator[tuple[str, Path, list[str]]]:
    """A server and a file that no document may ever touch."""
    hits: list[str] = []

    class Ears(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            hits.append(self.path)
            self.send_error(404)

        def log_message(self, *words: object) -> None: ...

    server = http.server.HTTPServer(("127.0.0.1", 0), Ears)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    secret = tmp_path / "secret.txt"
    secret.write_text("GEHEIM")
    yield f"http://127.0.0.1:{server.server_port}/", secret, hits
    server.shutdown()
    server.server_close()


def test_a_document_reads_nothing_whatever_is_typed(canary):
    address, secret, hits = canary
    hostile = (
        f'<img src="{address}a"><link rel=attachment href="{secret.as_uri()}"><style>@import "{address}b"</style>'
        f"<object data='{secret.as_uri()}'></object> url({address}c)"
    )
    facts = some_facts(title=hostile, rule=hostile, signatories=[a_signatory(name=hostile)])

    pdf = render(DECLARATION, facts, at=AT).pdf

    assert hits == []
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        assert list(opened.attachments) == ["gegevens.json"]
    assert "GEHEIM" not in text_of(pdf)


def test_even_markup_that_asks_for_them_gets_no_file_and_no_network(canary):
    """The flawed twin of the test above: here the escaping is gone, and the fetcher alone must hold."""
    address, secret, hits = canary
    through_a_gap = (Path("static/vendor").absolute() / ".." / ".." / "pyproject.toml").as_uri()
    markup = "".join(
        f'<img src="{to}"><link rel=attachment href="{to}">' for to in (address, secret.as_uri(), through_a_gap)
    )

    pdf = HTML(string=markup, url_fetcher=_Fetcher()).write_pdf()

    assert hits == []
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        assert len(opened.attachments) == 0


def test_the_canary_sings_when_the_fetcher_is_the_common_one(canary):
    address, _, hits = canary

    HTML(string=f'<img src="{address}a">').write_pdf()

    assert hits == ["/a"]


# What is too much


@pytest.mark.parametrize(
    "facts",
    [
        some_facts(schools=2001),
        some_facts(rule="woorden " * 12_501),
        some_facts(rule="regel\n" * 2_001),
        some_facts(sections=[{"title": "t", "rows": [{"label": "l", "value": ["a"] * 2001}]}]),
        some_facts(sections=[{"title": "t", "rows": [{"label": "l", "value": "woorden " * 12_000} for _ in range(6)]}]),
    ],
    ids=["rows", "value", "lines", "list", "together"],
)
def test_too_much_is_refused_with_a_sentence_at_once(facts):
    begin = time.monotonic()

    with pytest.raises(PortalError) as refused:
        render(DECLARATION, facts, at=AT)

    assert str(refused.value).endswith(".") and time.monotonic() - begin < 1


def test_facts_nested_too_deep_are_refused():
    nested: object = "x"
    for _ in range(300):
        nested = [nested]

    with pytest.raises(PortalError):
        bounds.check({"nested": nested})


@given(
    st.recursive(
        st.text() | st.none() | st.booleans(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
    )
)
def test_checking_facts_gives_a_sentence_or_nothing(value):
    try:
        bounds.check({"value": value})
    except PortalError as refused:
        assert str(refused)


@pytest.mark.parametrize(
    "longest",
    [{"rule": "x" * 100_000}, {"rule": "een woord " * 10_000}, {"rule": f"{'x' * 199} " * 500}],
    ids=["word", "value", "words"],
)
def test_the_longest_that_is_accepted_is_laid_out_in_time(longest):
    rendered = in_child(lambda: render(DECLARATION, some_facts(**longest), at=AT))

    assert without_spaces(longest["rule"]) in without_spaces(body_of(rendered.pdf))


# In a child


def test_a_child_gives_back_what_it_made():
    assert isinstance(in_child(lambda: render(DECLARATION, some_facts(), at=AT)), Rendered)


def test_a_child_that_takes_too_long_is_ended_and_says_so():
    begin = time.monotonic()

    with pytest.raises(UnavailableError, match="te lang"):  # it was not at work: another time can help
        in_child(lambda: time.sleep(60), seconds=1)

    assert time.monotonic() - begin < 3


def test_a_child_that_computes_for_ever_is_ended():
    def for_ever() -> None:
        while True:
            pass

    with pytest.raises(PortalError):
        in_child(for_ever, seconds=1)


def test_a_child_that_wants_too_much_memory_is_refused():
    with pytest.raises(PortalError, match="te groot"):
        in_child(lambda: len(bytearray(600 * 2**20)), megabytes=200)


def test_the_same_memory_within_the_limit_is_given():
    assert in_child(lambda: len(bytearray(600 * 2**20)), megabytes=900) == 600 * 2**20


def test_a_child_that_dies_is_noticed():
    with pytest.raises(PortalError, match="niet worden gemaakt"):
        in_child(lambda: os.kill(os.getpid(), 9))


def test_our_own_fault_travels_through_with_its_kind_and_values():
    def refuse() -> None:
        raise UnavailableError("Even niet: %(why)s.", why="storing")

    with pytest.raises(UnavailableError) as fault:
        in_child(refuse)

    assert str(fault.value) == "Even niet: storing." and fault.value.values == {"why": "storing"}


def test_another_fault_becomes_a_sentence():
    with pytest.raises(PortalError, match="ZeroDivisionError"):
        in_child(lambda: 1 / 0)


def test_a_result_larger_than_a_pipe_arrives_whole():
    assert in_child(lambda: b"x" * 5_000_000) == b"x" * 5_000_000


def test_no_file_of_a_child_remains():
    made = in_child(tempfile.mkdtemp)
    render_too = in_child(lambda: render(DECLARATION, some_facts(), at=AT))

    assert isinstance(render_too, Rendered) and not Path(made).parent.exists()


def test_no_child_remains():
    in_child(lambda: 1)
    with pytest.raises(PortalError):
        in_child(lambda: time.sleep(9), seconds=1)

    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


# Stamps


@pytest.mark.parametrize("times", [1, 4, 12])
def test_a_stamp_is_one_page_of_its_size_that_holds_all_of_its_text(times):
    facts = {
        "name": "Anne de Vries",
        "function": "Voorzitter",
        "authority": "Gezamenlijk bevoegd volgens de statuten " * times,
        "at": AT.isoformat(),
        "reference": "BV-2026-000417",
        "ledger": "Logboek: 1836 regels",
    }

    made = stamp(facts, width=249, height=90)

    with pikepdf.open(io.BytesIO(made)) as pdf:
        assert len(pdf.pages) == 1
        assert [round(float(side)) for side in pdf.pages[0].mediabox] == [0, 0, 249, 90]
    text = " ".join(text_of(made).split())
    assert "3 maart 2026 om 14:05:00 (CET)" in text and "Ondertekend in het portaal" in text
    assert text.count("Gezamenlijk") == times and "TESTZEGEL" not in text


def test_a_stamp_keeps_characters_that_no_font_has():
    made = stamp({"name": "Anne \U0001f9ff \U00012345 de Vries"}, width=249, height=90)

    assert "Anne\U0001f9ff\U00012345deVries" in without_spaces(text_of(made))


def test_a_test_stamp_says_so():
    assert "TESTZEGEL" in text_of(
        stamp({"kind": "seal", "name": "Tekenpoort", "test_seal": "ja"}, width=181, height=65)
    )


def only_page(pdf: bytes, number: int) -> bytes:
    with pikepdf.open(io.BytesIO(pdf)) as whole, pikepdf.new() as part:
        part.pages.append(whole.pages[number - 1])
        saved = io.BytesIO()
        part.save(saved)
    return saved.getvalue()
