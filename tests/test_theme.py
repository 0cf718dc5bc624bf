"""Themes: contrast as WCAG counts it, and no theme that somebody could not read."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal import theme
from portal.config import Settings
from portal.errors import SettingError
from portal.theme import PAIRS, contrast, luminance
from tests.builders import Portal

DUIN = Path(__file__).resolve().parent.parent / "docs" / "themes" / "duin.toml"
colours = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [
        ("#000000", "#ffffff", 21.0),
        ("#fff", "#FFFFFF", 1.0),
        ("#777777", "#ffffff", 4.48),  # the well-known grey that just falls short
        ("#767676", "#ffffff", 4.54),
        ("#ff0000", "#ffffff", 4.00),
        ("#0000ff", "#ffffff", 8.59),
    ],
)
def test_contrast_is_what_wcag_says(one: str, other: str, ratio: float) -> None:
    assert contrast(one, other) == pytest.approx(ratio, abs=0.005)


@given(colours, colours)
def test_contrast_has_no_direction_and_lies_between_1_and_21(one: str, other: str) -> None:
    assert 1 <= contrast(one, other) == contrast(other, one) <= 21


@given(st.integers(0, 255), st.integers(0, 255))
def test_a_lighter_grey_is_lighter(one: int, other: int) -> None:
    assert (luminance(f"#{one:02x}{one:02x}{one:02x}") < luminance(f"#{other:02x}{other:02x}{other:02x}")) == (
        one < other
    )


@pytest.mark.parametrize("colour", ["", "blue", "#12", "#12345", "#gggggg", "rgb(0,0,0)", "#fff;}", " #fff"])
def test_what_is_no_colour_is_refused(colour: str) -> None:
    with pytest.raises(ValueError, match="no colour"):
        luminance(colour)


def test_our_own_tokens_can_be_read() -> None:
    assert list(theme.too_pale(theme.shipped_tokens())) == []
    assert {f"color-{ground}" for _, grounds, _ in PAIRS for ground in grounds} <= set(theme.shipped_tokens())


@pytest.mark.parametrize("path", sorted(DUIN.parent.glob("*.toml")), ids=lambda path: path.stem)
def test_every_shipped_theme_can_be_read(path: Path) -> None:
    found = theme.load(path)
    assert found.changes
    assert found.logo


def a_theme(**tokens: object) -> str:
    lines = [
        f"{name.replace('_', '-')} = {value if isinstance(value, list) else repr(value)}"
        for name, value in tokens.items()
    ]
    return 'name = "Proef"\n[tokens]\n' + "\n".join(lines)


@given(colours)
def test_a_colour_is_accepted_exactly_when_every_pair_with_it_has_enough_contrast(colour: str) -> None:
    tokens = {**theme.shipped_tokens(), "color-action-1-color-default": colour}
    fits = all(
        contrast(tokens[token], tokens[f"color-{ground}"]) >= least
        for token, grounds, least in PAIRS
        for ground in grounds
    )
    try:
        theme.read(a_theme(color_action_1_color_default=colour))
    except SettingError as fault:
        assert not fits
        assert "color-action-1-color-default" in str(fault)
    else:
        assert fits


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("name = ", "is no TOML"),
        ("[tokens]", "needs a name"),
        ('name = "x"\nstyle = "y"', "it can say name, logo and"),
        (a_theme(color_nowhere="#fff"), "which static/tokens.css does not have"),
        (a_theme(color_default_bg_document="white"), "must be a colour like #0b3f7c"),
        (a_theme(color_default_bg_document="#fff; } body { display: none"), "must be a colour like #0b3f7c"),
        (a_theme(border_radius_sm="4"), "must be a length like 4px"),
        (a_theme(text_font_family_default=["Arial; }"]), "must be a list of families"),
        (a_theme(text_font_family_default="Arial"), "must be a list of families"),
        (a_theme(space_md="2rem"), "not for a theme to change"),
        (
            a_theme(color_action_1_inverse_bg_default="#8ab4e8"),
            r"color-action-1-inverse-color-default \(#ffffff\) on color-action-1-inverse-bg-default \(#8ab4e8\) is 2\.\d\d : 1, "
            r"needs 4\.5 : 1",
        ),
    ],
)
def test_a_theme_that_cannot_be_right_is_refused_with_what_is_wrong(text: str, sentence: str) -> None:
    with pytest.raises(SettingError, match=sentence):
        theme.read(text)


@pytest.mark.parametrize("logo", ["../secret.svg", "logo.gif", "/etc/passwd", "nowhere.svg"])
def test_a_logo_is_a_picture_beside_its_theme(tmp_path: Path, logo: str) -> None:
    path = tmp_path / "theme.toml"
    path.write_text(f'name = "Proef"\nlogo = "{logo}"')
    with pytest.raises(SettingError, match="logo"):
        theme.load(path)


def test_the_portal_does_not_start_with_a_theme_that_cannot_be_read(tmp_path: Path) -> None:
    path = tmp_path / "pale.toml"
    path.write_text(a_theme(color_default_color_subtle="#9aa5b5"))
    with pytest.raises(SettingError, match="color-default-color-subtle"):
        Settings.from_environ({"TEKENPOORT_DATA": str(tmp_path), "TEKENPOORT_THEME": str(path)})
    with pytest.raises(SettingError, match="cannot be read"):
        Settings.from_environ({"TEKENPOORT_DATA": str(tmp_path), "TEKENPOORT_THEME": str(tmp_path / "nowhere.toml")})


def test_a_page_wears_the_theme_of_its_operator(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    page = portal.browser().open("/")
    assert "/theme.css" not in page.response.text
    monkeypatch.setitem(portal.app.extensions, "tekenpoort.theme", theme.load(DUIN))
    page = portal.browser().open("/")
    assert '<link rel="stylesheet" href="/theme.css">' in page.response.text
    assert 'content="#173d2e"' in page.response.text
    style = page.send("GET", "/theme.css").response
    assert style.mimetype == "text/css"
    assert "--basis-color-accent-1-inverse-bg-default: #173d2e;" in style.text
    assert page.send("GET", "/theme/logo").response.mimetype == "image/svg+xml"


def test_without_a_theme_there_is_no_logo(portal: Portal) -> None:
    assert portal.browser().send("GET", "/theme/logo").status == 404
    assert portal.browser().send("GET", "/theme.css?thema=duin").response.text == ":root {\n}\n", (
        "only in the demonstration"
    )
