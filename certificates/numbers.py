"""What is a certificate number?

`CS-XXXXX-XXXXX-C`: ten random Crockford base-32 characters and one check character. Ten characters are 50
bits, so a number cannot be guessed and says nothing about how many certificates there are. Records of checks are
numbered alike, with `CR` in front.
"""

import secrets
import unicodedata

# Crockford's alphabet: no I, L, O (read as 1, 1, 0) and no U.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
EXAMPLE = "CS-7K3M9-QX2TB-4"
CERTIFICATE, RECORD = "CS", "CR"

_RANDOM_CHARACTERS = 10
_VALUE = {character: value for value, character in enumerate(ALPHABET)} | {"O": 0, "I": 1, "L": 1}
# What people and word processors put between the groups; normalisation has turned no-break and thin spaces
# into spaces, and the no-break hyphen into U+2010.
_SEPARATORS = dict.fromkeys(map(ord, " \t\r\n-_.\u2010\u2012\u2013\u2014\u2212\u00ad\u200b\u2060\ufeff"))
_LONGEST_INPUT = 60


class BadNumber(ValueError):
    """The text is no certificate number; its words are for the person who typed it."""


class MalformedNumber(BadNumber):
    """The text has not the shape of a certificate number."""


class MistypedNumber(BadNumber):
    """The shape is right and the check character is wrong: something was mistyped."""


def new_number(prefix: str = CERTIFICATE) -> str:
    """Return a new random number. Two calls meet with odds of 1 in 2^50: the database has the last word."""
    characters = "".join(secrets.choice(ALPHABET) for _ in range(_RANDOM_CHARACTERS))
    return _written(prefix, characters + check_character(characters))


def read_number(text: str, prefix: str = CERTIFICATE) -> str:
    """Return `text` as the number it means, written as on the certificate.

    Reads upper and lower case alike, O as 0, I and L as 1, with or without spaces, hyphens and the `prefix` in
    front. Raises MalformedNumber for another shape and MistypedNumber for a wrong check character.
    """
    # The bound comes first: normalising a megabyte of pasted text is work for nothing.
    if len(text) > _LONGEST_INPUT:
        raise MalformedNumber(_malformed())
    characters = unicodedata.normalize("NFKC", text).translate(_SEPARATORS)
    # Only ASCII is upper-cased: elsewhere in Unicode upper-casing makes an I of a dotless i.
    if not characters.isascii():
        raise MalformedNumber(_malformed())
    characters = characters.upper()
    if len(characters) == _RANDOM_CHARACTERS + 3:
        characters = characters.removeprefix(prefix)
    if len(characters) != _RANDOM_CHARACTERS + 1 or not set(characters) <= set(_VALUE):
        raise MalformedNumber(_malformed())
    characters = "".join(ALPHABET[_VALUE[character]] for character in characters)
    if check_character(characters[:-1]) != characters[-1]:
        raise MistypedNumber("That number has a typing mistake. Compare it with the certificate, one group at a time.")
    return _written(prefix, characters)


def check_character(characters: str) -> str:
    """Return the check character of ten characters of the alphabet.

    A weighted sum over GF(32). Every weight is non-zero, so no single wrong character gives the same sum; no
    two are equal and none is 1 (the weight of the check character itself), so no swap of two characters does
    either.
    """
    total = 0
    weight = 1
    for character in characters:
        weight = _multiply(weight, _WEIGHT_STEP)
        total ^= _multiply(weight, _VALUE[character])
    return ALPHABET[total]


# x^5 + x^2 + 1, and a generator of the field: its powers are all different.
_POLYNOMIAL = 0b100101
_WEIGHT_STEP = 8


def _multiply(left: int, right: int) -> int:
    product = 0
    while right:
        if right & 1:
            product ^= left
        left <<= 1
        if left & 0b100000:
            left ^= _POLYNOMIAL
        right >>= 1
    return product


def _written(prefix: str, characters: str) -> str:
    return f"{prefix}-{characters[:5]}-{characters[5:10]}-{characters[10:]}"


def _malformed() -> str:
    return f"A certificate number looks like {EXAMPLE}: two groups of five characters and one more."
