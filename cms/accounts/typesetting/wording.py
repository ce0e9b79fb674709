"""Which words can be signed and printed? Asked where they are typed, so that no certificate fails on them later."""

import unicodedata
from collections.abc import Mapping

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from .glyphs import unprintable_characters

LONGEST_NAME = 200  # characters
# Characters that draw nothing, so that two names that look the same are not: zero-width spaces, the soft
# hyphen, fillers, tags. The joiners that scripts need are not among them.
_INVISIBLE = frozenset(
    map(chr, [0xAD, 0x115F, 0x1160, 0x180E, 0x200B, *range(0x2060, 0x2065), 0x2800, 0x3164, 0xFEFF, 0xFFA0])
) | frozenset(map(chr, range(0xE0000, 0xE0080)))


def unsafe_text(text: str, *, longest: int = LONGEST_NAME, lines: bool = False) -> str | None:
    """Return why `text` cannot be signed or printed, as a sentence for the person who wrote it; None when it
    can.

    `longest` is in characters. With `lines`, as for a narrative, line breaks are allowed. Text should be
    stored in Unicode's normal form C; what is merely not yet in it is no fault.
    """
    if any(unicodedata.category(character) == "Cs" for character in text):
        return _("This contains half a character, which often comes from copying. Type it again.")
    # Spaces, joiners and marks alone draw nothing.
    if not any(unicodedata.category(character)[0] in "LNPS" for character in text):
        return _("This is empty.")
    text = unicodedata.normalize("NFC", text)
    if len(text) > longest:
        return _("This is longer than %(longest)d characters.") % {"longest": longest}
    for character in text:
        if character == "\n" and lines:
            continue
        category = unicodedata.category(character)
        if character in "\n\r\t\v\f\u0085\u2028\u2029":
            return _("This contains a line break or a tab. Use spaces.")
        if category == "Cc":
            return _("This contains an invisible control character (%(code)s). Type it again.") % {
                "code": _code_point(character)
            }
        # Embeddings, overrides and isolates reorder the letters around them; the two joiners and the plain
        # marks that right-to-left names may need do not.
        if character in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069":
            return _("This contains a character that reorders text (%(code)s). Remove it.") % {
                "code": _code_point(character)
            }
        if character in _INVISIBLE:
            return _("This contains an invisible character (%(code)s). Type it again.") % {
                "code": _code_point(character)
            }
        if category in ("Cn", "Co"):
            return _("This contains a character that Unicode does not define (%(code)s).") % {
                "code": _code_point(character)
            }
    return None


def unprintable_text(text: str, *, longest: int = LONGEST_NAME) -> str | None:
    """Return why `text` cannot be signed and printed with our faces, as a sentence; None when it can."""
    if problem := unsafe_text(text, longest=longest):
        return problem
    if unknown := unprintable_characters(text):
        return _("Our typefaces have no %(characters)s. Please write it another way.") % {
            "characters": ", ".join(unknown)
        }
    return None


def refuse_unprintable(
    printed: Mapping[str, tuple[str, int]], *, signed: Mapping[str, tuple[str, int]] | None = None
) -> None:
    """For the `clean` of a model: field to (text, longest). What is only `signed` may have lines, and letters we lack.

    Empty words are left to the field. Raises ValidationError with a sentence at each field that needs one.
    """
    problems = {
        field: problem
        for field, (text, longest) in printed.items()
        if text and (problem := unprintable_text(text, longest=longest))
    } | {
        field: problem
        for field, (text, longest) in (signed or {}).items()
        if text and (problem := unsafe_text(text.replace("\r\n", "\n"), longest=longest, lines=True))
    }
    if problems:
        raise ValidationError(problems)


def _code_point(character: str) -> str:
    return f"U+{ord(character):04X}"
