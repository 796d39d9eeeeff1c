"""Each accent can be read on every background on which the page uses it."""

from __future__ import annotations

import re
from importlib import resources

import pytest

from streams.agents.frontend_developer.engine import ACCENTS

_AA = 4.5
_BACKGROUNDS = ("page", "surface", "raised")
_TEXT_ON = (
    *(("text", background) for background in _BACKGROUNDS),
    *(("muted", background) for background in _BACKGROUNDS),
    ("danger", "danger-soft"),
    ("danger", "surface"),
    ("on-danger", "danger"),
    ("done", "done-soft"),
    ("waiting", "waiting-soft"),
)


def _tokens() -> tuple[dict[str, str], dict[str, str]]:
    style = (
        resources.files("streams.agents.frontend_developer").joinpath("templates/style.css.j2").read_text()
    )
    light, dark = style.split("@media (prefers-color-scheme: dark)")
    return _read(light), _read(light) | _read(dark.split("\n  }", 1)[0])


def _read(style: str) -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6});", style))


def _luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(digit * 2 for digit in colour[1:])
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(first: str, second: str) -> float:
    """Contrast of two colours by WCAG 2, 1 to 21."""
    darker, lighter = sorted((_luminance(first), _luminance(second)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("accents", ACCENTS)
def test_given_an_accent_when_it_is_used_then_it_can_be_read(accents: tuple[str, str]) -> None:
    for accent, tokens in zip(accents, _tokens(), strict=True):
        for background in _BACKGROUNDS:
            assert contrast(accent, tokens[background]) >= _AA, (accent, background)
        assert contrast(tokens["on-accent"], accent) >= _AA, accent


@pytest.mark.parametrize(("text", "background"), _TEXT_ON)
def test_given_a_text_colour_when_it_is_used_then_it_can_be_read(text: str, background: str) -> None:
    for tokens in _tokens():
        assert contrast(tokens[text], tokens[background]) >= _AA
