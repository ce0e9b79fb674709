"""Is a colour that nobody could read on paper refused, in words?"""

import pytest

from certificates.contrast import READABLE, contrast, in_words, softer, unreadable


@pytest.mark.parametrize(
    ("colour", "ratio"), [("#000000", 21.0), ("#ffffff", 1.0), ("#767676", 4.54), ("#777777", 4.48), ("#472a66", 11.7)]
)
def test_contrast_is_that_of_wcag(colour: str, ratio: float) -> None:
    assert contrast(colour) == pytest.approx(ratio, abs=0.1)
    assert contrast("#ffffff", colour) == contrast(colour)


@pytest.mark.parametrize("colour", ["#000000", "#767676", "#472a66", "#97271f"])
def test_a_colour_that_reads_is_not_refused(colour: str) -> None:
    assert unreadable(colour) is None


@pytest.mark.parametrize(
    ("colour", "said"),
    [("#777777", "its contrast is 4.4 to 1, and words need 4.5"), ("#ffff00", "too light"), ("#ffffff", "1 to 1")],
)
def test_a_light_colour_is_refused_with_its_figure(colour: str, said: str) -> None:
    assert said in str(unreadable(colour))


@pytest.mark.parametrize("colour", ["", "red", "#fff", "#12345g", "#1234567", "#123456;", "rgb(0,0,0)", "#ABCDEF"])
def test_what_is_no_colour_is_refused(colour: str) -> None:
    assert "six figures" in str(unreadable(colour))


def test_a_colour_is_described_in_words() -> None:
    assert in_words("#000000") == "#000000: 21 to 1 on white paper, easy to read, small print too"
    assert in_words("#767676") == "#767676: 4.5 to 1 on white paper, readable"


@pytest.mark.parametrize("colour", ["#000000", "#1b1917", "#767676", "#472a66", "#97271f", "#0b5563"])
def test_small_print_is_softer_and_still_readable(colour: str) -> None:
    assert READABLE <= contrast(softer(colour)) <= contrast(colour)
