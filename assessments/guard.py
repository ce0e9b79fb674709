"""Does a text name somebody or something it should not? A look before it is kept; whoever wrote it decides.

Pure and local: word lists of our own (`data/guard.toml`) and patterns, no model and no network. It errs towards silence
on sentences about the craft, and it cannot see everything: a name that is a word at the start of a sentence passes.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.utils.translation import gettext as _

DATA = Path(__file__).parent / "data" / "guard.toml"

EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
LINK = re.compile(
    r"\b(?:https?://|www\.)\S+|\b[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:com|org|net|io|tv|film|co\.uk|uk|de|fr|ie|app|me)\b(?:/\S*)?",
    re.IGNORECASE,
)
HANDLE = re.compile(r"(?<![\w@.])@[A-Za-z_][\w.]{2,}")
# Nine digits and more; fewer after a plus. What a clock, a date or a count shows has colons, or is shorter.
PHONE = re.compile(r"(?<![\w:/-])(?:\+\d[\d ().-]{6,}\d|\(?0\d[\d ().-]{7,}\d|\d{3}[ .-]\d{3}[ .-]\d{4})(?![\w:])")
POSTCODE = re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b|\b[A-Z]{2} \d{5}\b")
EPISODE = re.compile(
    r"\bS\d{1,2} ?E\d{1,2}\b|\b(?:episode|ep\.?|season|series) (?:\d{1,3}|one|two|three|four|five|six)\b", re.IGNORECASE
)
QUOTED = re.compile(r"[“\"«„]([^“”\"«»„]{2,80})[”\"»“]|(?<!\w)[‘']([^‘’']{2,80})[’'](?!\w)")
WORD = re.compile(r"[^\W\d_]+(?:[’'.-][^\W\d_]+)*")
CAPITAL = r"[^\W\d_a-zß-öø-ÿ][\w’'-]+"
CLOSERS = ".!?:;\n•"
OPENING = "“\"‘'«„("
# What stands in small letters inside a name or a title.
SMALL = frozenset({"the", "of", "and", "in", "a", "an", "on", "at", "to", "for"})
SMALL |= {"de", "la", "le", "von", "van", "der", "den", "el", "al", "del", "di"}


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One place in a text. `words` is what stands there, from `start` to `end`; `why` is a sentence for who wrote it."""

    words: str
    start: int
    end: int
    why: str


def findings(text: str, *, titles: Iterable[str] = ()) -> list[Finding]:
    """Every place in `text` that may name a person, a production or a way to reach one, in order and without overlap.

    `titles` are the sealed titles that the writer knows. An empty list promises nothing; it only says that no more is seen.
    """
    found: list[Finding] = []
    # The surest first: a place that one look has taken is not looked at again.
    for look in (_ways_to_reach, lambda said: _titles(said, titles), _productions, _names):
        for finding in look(text):
            if not any(finding.start < other.end and other.start < finding.end for other in found):
                found.append(finding)
    return sorted(found, key=lambda finding: finding.start)


def code_findings(code: str, *, titles: Iterable[str] = ()) -> list[Finding]:
    """The same for the code of a production: empty, or the one reason why it looks as if it were more than a code."""
    parts = [part for part in re.split(r"[^A-Za-z]+", code) if part]
    squeezed = _letters(code)
    why = ""
    if any(len(name) > 2 and name in squeezed for name in map(_letters, titles)):
        why = _("It says a title that you have sealed.")
    elif any(_plain(part) in _lists().names for part in parts if len(part) > 2):
        why = _("It looks like somebody’s name.")
    elif any(company in {_plain(code), squeezed} for company in _lists().companies):
        why = _("It names a company.")
    elif sum(len(part) > 2 for part in parts) > 1 or any(len(part) > 5 for part in parts):
        why = _("It looks like the words of a title.")
    return [Finding(words=code, start=0, end=len(code), why=why)] if why else []


# One look each ---------------------------------------------------------------------------------------------


def _ways_to_reach(text: str) -> Iterator[Finding]:
    street = rf"\b\d{{1,4}}[a-z]?,? (?:{CAPITAL} ){{1,3}}(?i:{'|'.join(_lists().streets)})\b"
    european = (
        rf"\b{CAPITAL}(?:straße|strasse|weg|platz|gasse) \d+\b|\b\d+,? (?:rue|via|calle|avenida|ulica) [\w’' ]{{3,30}}"
    )
    for pattern, why in (
        (EMAIL, _("This is an e-mail address.")),
        (LINK, _("This is the address of a page.")),
        (HANDLE, _("This looks like somebody’s account.")),
        (PHONE, _("This looks like a telephone number.")),
        (re.compile(street), _("This looks like a street address.")),
        (re.compile(european), _("This looks like a street address.")),
        (POSTCODE, _("This looks like a postcode.")),
    ):
        for match in pattern.finditer(text):
            yield _finding(match, why)


def _titles(text: str, titles: Iterable[str]) -> Iterator[Finding]:
    why = _("You have sealed this title.")
    for title in titles:
        words = WORD.findall(title) or title.split()
        if len(words) == 1:
            # One word may be any word: it is the title where it is written like one.
            pattern = re.compile(rf"(?<!\w){re.escape(words[0])}(?!\w)")
            yield from (
                _finding(match, why)
                for match in pattern.finditer(text)
                if match[0][:1].isupper() and not _begins_sentence(text, match.start())
            )
        elif words:
            between = r"[\W_]{1,3}"
            pattern = re.compile(rf"(?<!\w){between.join(map(re.escape, words))}(?!\w)", re.IGNORECASE)
            yield from (_finding(match, why) for match in pattern.finditer(text))


def _productions(text: str) -> Iterator[Finding]:
    for match in QUOTED.finditer(text):
        said = (match[1] or match[2]).strip()
        if _is_written_like_a_title(said):
            yield _finding(match, _("In quotation marks and capitals, it reads like a title."))
    for match in EPISODE.finditer(text):
        yield _finding(match, _("It says which part of a production this was."))
    for match in _lists().company_pattern.finditer(text):
        yield _finding(match, _("It names a company, a channel or a house."))


def _names(text: str) -> Iterator[Finding]:
    somebody, something = (
        _("This looks like somebody’s name."),
        _("Capitals in the middle of a sentence: is it a name?"),
    )
    honorific = rf"\b(?i:{'|'.join(_lists().honorifics)})\.? {CAPITAL}(?: {CAPITAL})?"
    for match in re.finditer(honorific, text):
        if _plain(match[0].split()[-1]) not in _lists().known:
            yield _finding(match, somebody)
    for run in _capitalised_runs(text):
        words = [word for word in run if _plain(word[0]) not in SMALL]
        given = [part for word in words for part in _parts(word[0])]
        begins = _begins_sentence(text, run[0].start())
        if any(name in _lists().names for name in given):
            yield _between(text, run, somebody)
        elif begins and len(words) == 1:
            continue
        elif any(name in _lists().doubtful for name in given) and (len(words) > 1 or _is_cued(text, run[0])):
            yield _between(text, run, somebody)
        elif len(words) > 1 and not (begins and len(words) == 2 and _is_ordinary(given[0])):
            yield _between(text, run, _("Capitals in a row: is it a name or a title?"))
        elif not begins:
            yield _between(text, run, something)
    for word in WORD.finditer(text):
        # On a telephone one writes small; only a name that is nothing else, and is long enough, is taken for one then.
        if word[0].islower() and len(word[0]) > 3 and _bare(_plain(word[0])) in _lists().names_said_small:
            yield _finding(word, somebody)


def _capitalised_runs(text: str) -> Iterator[list[re.Match[str]]]:
    """Capitalised words that stand together, with the small words between them; known words and shouting end a run."""
    run: list[re.Match[str]] = []
    for word in WORD.finditer(text):
        apart = run and not re.fullmatch(r"[ ‑’'&-]{1,3}", text[run[-1].end() : word.start()])
        if apart:
            yield from _trimmed(run)
            run = []
        plain = _plain(_bare(word[0]))
        begins = _is_capitalised(word[0]) and plain not in _lists().known | SMALL and not _is_ordinary_start(text, word)
        joins = bool(run) and plain in SMALL and word[0].islower()
        if begins or joins:
            run.append(word)
        else:
            yield from _trimmed(run)
            run = []
    yield from _trimmed(run)


def _trimmed(run: list[re.Match[str]]) -> Iterator[list[re.Match[str]]]:
    while run and not _is_capitalised(run[-1][0]):
        run = run[:-1]
    if run:
        yield run


def _is_capitalised(word: str) -> bool:
    """Ana, O’Neil, d’Arcy; not I, and not what is short and all capitals, which is an abbreviation."""
    return word[:1].isupper() and len(_bare(word)) > 1 and not (word.isupper() and len(word) <= 5)


def _is_ordinary_start(text: str, word: re.Match[str]) -> bool:
    """The first word of a sentence, unless the list knows it as a name or the next word is a name's second half."""
    if not _begins_sentence(text, word.start()):
        return False
    if not _lists().names.isdisjoint(_parts(word[0])):
        return False
    return _is_ordinary(_plain(_bare(word[0]))) or not _is_followed_by_capital(text, word)


def _is_followed_by_capital(text: str, word: re.Match[str]) -> bool:
    following = WORD.match(text, word.end() + 1)
    if not following or text[word.end()] != " " or not _is_capitalised(following[0]):
        return False
    return _plain(_bare(following[0])) not in _lists().known


def _is_ordinary(plain: str) -> bool:
    return plain in _lists().openers


def _is_cued(text: str, word: re.Match[str]) -> bool:
    before = text[: word.start()].rstrip().rsplit(None, 1)
    return bool(before) and _plain(before[-1].strip(",;")) in _lists().cues


def _begins_sentence(text: str, place: int) -> bool:
    before = text[:place].rstrip(" \t”’)*-–—")
    return not before or before[-1] in CLOSERS or before[-1] in OPENING


def _is_written_like_a_title(said: str) -> bool:
    """“Low Tide”, “The Long Way”; not “Cut”, “Are you all right?” or “No means no”."""
    words = WORD.findall(said)
    if not words or len(words) > 8 or said[-1] in ".!?,…":
        return False
    weighty = [word for word in words if _plain(word) not in SMALL]
    if not weighty or not all(word[:1].isupper() for word in weighty):
        return False
    ordinary = _lists().calls | _lists().known | _lists().openers
    return not all(_plain(word) in ordinary for word in weighty)


# Words and lists -------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Lists:
    """The data file, as sets of plain words."""

    names: frozenset[str]
    names_said_small: frozenset[str]
    doubtful: frozenset[str]
    openers: frozenset[str]
    known: frozenset[str]
    cues: frozenset[str]
    calls: frozenset[str]
    companies: frozenset[str]
    company_pattern: re.Pattern[str]
    honorifics: tuple[str, ...]
    streets: tuple[str, ...]


@cache
def _lists() -> Lists:
    said = tomllib.loads(DATA.read_text())
    companies = [company.strip() for company in said["companies"].replace("\n", " ").split(";")]
    by_length = "|".join(re.escape(company) for company in sorted(companies, key=len, reverse=True))
    return Lists(
        names=frozenset(said["names"].split()),
        names_said_small=frozenset(said["names"].split()) - frozenset(said["names_with_a_capital"].split()),
        doubtful=frozenset(said["names_that_are_words"].split()),
        openers=frozenset(said["openers"].split()),
        known=frozenset(said["known"].split()),
        cues=frozenset(said["cues"].split()),
        calls=frozenset(said["calls"].split()),
        companies=frozenset(companies),
        company_pattern=re.compile(rf"(?<!\w)(?:{by_length})(?!\w)", re.IGNORECASE),
        honorifics=tuple(said["honorifics"].split()),
        streets=tuple(said["streets"].split()),
    )


def _plain(word: str) -> str:
    """In small letters, without accents and with a straight apostrophe: Núñez, nunez."""
    apart = unicodedata.normalize("NFKD", word.casefold().replace("’", "'"))
    return "".join(sign for sign in apart if not unicodedata.combining(sign))


def _bare(word: str) -> str:
    """Without an ending that makes it somebody's: Sarah’s, sarah."""
    return re.sub(r"[’']s?$", "", word)


def _parts(word: str) -> list[str]:
    """Anne-Marie’s: anne and marie."""
    return _plain(_bare(word)).split("-")


def _letters(words: str) -> str:
    return re.sub(r"[^a-z]", "", _plain(words))


def _finding(match: re.Match[str], why: str) -> Finding:
    return Finding(words=match[0], start=match.start(), end=match.end(), why=why)


def _between(text: str, run: list[re.Match[str]], why: str) -> Finding:
    start, end = run[0].start(), run[-1].end()
    return Finding(words=text[start:end], start=start, end=end, why=why)
