import itertools
import random
import re

import pytest

from certificates.numbers import (
    ALPHABET,
    EXAMPLE,
    BadNumber,
    MalformedNumber,
    MistypedNumber,
    check_character,
    new_number,
    read_number,
)

# Drawn the same in every run: tests are named after them, and each process must find the same names.
DRAW = random.Random(7)
BODIES = ["".join(DRAW.choices(ALPHABET, k=10)) for _ in range(30)]
SAMPLES = [
    EXAMPLE,
    "CS-00000-00000-0",
    *(f"CS-{body[:5]}-{body[5:]}-{check_character(body)}" for body in BODIES),
]


def bare(number):
    return number.removeprefix("CS-").replace("-", "")


def test_a_new_number_has_the_shape_and_reads_back():
    number = new_number()

    assert re.fullmatch(rf"CS-[{ALPHABET}]{{5}}-[{ALPHABET}]{{5}}-[{ALPHABET}]", number)
    assert read_number(number) == number


def test_new_numbers_differ():
    assert len({new_number() for _ in range(1000)}) == 1000


@pytest.mark.parametrize(
    "text",
    [
        "CS-7K3M9-QX2TB-4",
        "cs-7k3m9-qx2tb-4",
        " CS 7K3M9 QX2TB 4 ",
        "7K3M9QX2TB4",
        "CS7K3M9QX2TB4",
        "CS–7K3M9–QX2TB–4",
        "CS\u00a07K3M9\u00a0QX2TB\u00a04",
        "CS\u20117K3M9\u2011QX2TB\u20114\n",
        "ＣＳ-7K3M9-QX2TB-4",
    ],
)
def test_a_number_reads_however_it_is_typed(text):
    assert read_number(text) == "CS-7K3M9-QX2TB-4"


def test_letters_that_look_like_digits_are_read_as_those():
    characters = "1010101010"
    number = f"CS-10101-01010-{check_character(characters)}"

    assert read_number("cs-iolol-oiol0-" + number[-1]) == number.replace("10101-01010", "10101-01010")


@pytest.mark.parametrize("number", SAMPLES)
def test_every_single_substitution_is_a_typing_mistake(number):
    characters = bare(number)

    for position, other in itertools.product(range(11), ALPHABET):
        if other != characters[position]:
            with pytest.raises(MistypedNumber):
                read_number(characters[:position] + other + characters[position + 1 :])


@pytest.mark.parametrize("number", SAMPLES)
def test_every_swap_of_two_characters_is_a_typing_mistake(number):
    characters = bare(number)

    for first, second in itertools.combinations(range(11), 2):
        swapped = list(characters)
        swapped[first], swapped[second] = swapped[second], swapped[first]
        if swapped != list(characters):
            with pytest.raises(MistypedNumber):
                read_number("".join(swapped))


def test_every_pair_of_values_and_neighbouring_places_is_told_apart():
    # The check is linear, so what holds for two characters among zeros holds whatever the others are.
    for place, (left, right) in itertools.product(range(9), itertools.combinations(ALPHABET, 2)):
        there = "0" * place + left + right + "0" * (8 - place)
        swapped = "0" * place + right + left + "0" * (8 - place)
        assert check_character(there) != check_character(swapped)


def test_a_typing_mistake_is_told_in_words_for_the_person():
    with pytest.raises(MistypedNumber) as caught:
        read_number("CS-7K3M9-QX2TB-5")

    assert str(caught.value) == (
        "That number has a typing mistake. Compare it with the certificate, one group at a time."
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "CS",
        "CS-7K3M9-QX2TB",
        "CS-7K3M9-QX2TB-44",
        "CS-7K3M9-QX2TU-4",
        "XX-7K3M9-QX2TB-4",
        "CS-7K3M9-QX2TB-é",
        "CS-7K3M9-QX2TB-ı",
        "CS/7K3M9/QX2TB/4",
        "٧K3M9QX2TB4",
        "7K3M9QX2TB4" * 100_000,
    ],
)
def test_another_shape_is_malformed(text):
    with pytest.raises(MalformedNumber) as caught:
        read_number(text)

    assert EXAMPLE in str(caught.value)


def test_noise_never_raises_anything_else():
    noise = random.Random(7)
    for _ in range(500):
        text = "".join(chr(noise.randrange(0x20, 0x3000)) for _ in range(noise.randrange(20)))
        with pytest.raises(BadNumber):
            read_number(text)
