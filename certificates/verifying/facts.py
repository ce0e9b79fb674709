"""What does a stranger's credential say, in words that can be shown?"""

import unicodedata
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from .moments import read_moment
from .report import Facts

LONGEST = 200  # characters of any one thing that is shown
# Control characters, line and paragraph separators, halves of characters, and what Unicode does not define. Of the
# formatting characters only the two joiners mean something within a word; the others reorder or hide.
HIDDEN = {"Cc", "Cs", "Cn", "Co", "Zl", "Zp", "Cf"}
JOINERS = "\u200c\u200d"


def facts_of_document(document: Mapping[str, Any], *, issuer: str, valid_from: datetime) -> Facts:
    """What a credential that follows the schema says of itself."""
    subject, profile = document["credentialSubject"], document["issuer"]
    achievement = subject["achievement"]
    profile = profile if isinstance(profile, dict) else {}
    return Facts(
        title=_shown(achievement.get("name")) or _shown(document.get("name")) or "",
        holder=_name(subject),
        issuer_name=_shown(profile.get("name")),
        issuer_id=_shown(issuer) or "",
        issuer_url=_link(profile.get("url")),
        awarded_at=read_moment(document.get("awardedDate")),
        valid_from=valid_from,
        valid_until=read_moment(document.get("validUntil")),
        kind=_shown(achievement.get("achievementType")),
        credential_id=_shown(document["id"]) or "",
    )


def _name(subject: Mapping[str, Any]) -> str | None:
    """The holder's name, where it is given in the open."""
    identifiers = subject.get("identifier", [])
    for line in identifiers if isinstance(identifiers, list) else [identifiers]:
        if isinstance(line, dict) and line.get("identityType") == "name" and line.get("hashed") is False:
            return _shown(line.get("identityHash"))
    return None


def _shown(text: object) -> str | None:
    """Text without characters that draw nothing, reorder others or break lines, cut to a length; None when nothing is left."""
    if not isinstance(text, str):
        return None
    kept = "".join(" " if character in "\t\n\r" else character for character in text[: 4 * LONGEST])
    kept = "".join(letter for letter in kept if letter in JOINERS or unicodedata.category(letter) not in HIDDEN)
    kept = " ".join(unicodedata.normalize("NFC", kept).split())
    return (kept if len(kept) <= LONGEST else kept[: LONGEST - 1] + "…") or None


def _link(text: object) -> str | None:
    if not isinstance(text, str) or len(text) > LONGEST * 4 or not text.isascii() or not text.isprintable():
        return None
    try:
        parts = urlsplit(text)
    except ValueError:
        return None
    return text if parts.scheme in {"http", "https"} and parts.hostname and "@" not in parts.netloc else None
