"""How does an outside coordinator answer through their link? They sign, ask or decline, with their credential number.

They have the link, which went to the address that staff accepted, and know the number they gave: two things. Signing and
declining use the link up; asking keeps it, and the learner's answer sends a new one. The shift's row is the lock.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import ngettext

from .answering import decline_shift, return_shift
from .links import count_wrong_number, is_open, use_link
from .models import Competency, DeclineReason, Level, Shift, SignLink
from .shifts import lock_learner, lock_shift
from .signing import sign_shift

LINK = "link"  # what a seal says of how its signer proved who they are


class NotOpen(Exception):
    """The link was used, has ended or has expired."""


class WrongNumber(Exception):
    """The credential number is not the one the registrar has."""


def prove(*, link: SignLink, number: str, at: datetime) -> None:
    """Raise WrongNumber unless this is the coordinator's credential number, whatever its case and spaces.

    Outside of the transaction of the answer, so that a wrong one stays counted.
    """
    if hmac.compare_digest(_plain(number), _plain(link.mentor.credential_number)):
        return
    left = count_wrong_number(link, at=at)
    if not left:
        raise NotOpen
    raise WrongNumber(
        ngettext(
            "This is not the number the registrar has. %(left)s more try, then ask the learner for a new link.",
            "This is not the number the registrar has. Compare it with your certificate; %(left)s more tries.",
            left,
        )
        % {"left": left}
    )


@transaction.atomic
def sign_by_link(*, link: SignLink, rubric: Mapping[Competency, Level], word: str, seen: str, at: datetime) -> Shift:
    """Sign and seal the link's shift. Raises NotOpen, and CannotSign as `sign_shift` does."""
    lock_learner(link.shift.learner)  # before the shift, as whoever takes both does
    link = _locked(link, at=at)
    shift = sign_shift(
        shift=link.shift, mentor=link.mentor, rubric=rubric, word=word, authentication=LINK, at=at, seen=seen
    )
    use_link(link, at=at)
    return shift


@transaction.atomic
def ask_by_link(*, link: SignLink, question: str, at: datetime) -> Shift:
    """Ask the learner something. Raises NotOpen, and CannotReturn as `return_shift` does."""
    link = _locked(link, at=at)
    return return_shift(shift=link.shift, mentor=link.mentor, question=question, at=at)


@transaction.atomic
def decline_by_link(*, link: SignLink, reason: DeclineReason, words: str, at: datetime) -> Shift:
    """Say that one does not sign. Raises NotOpen, and CannotReturn as `decline_shift` does."""
    link = _locked(link, at=at)
    shift = decline_shift(shift=link.shift, mentor=link.mentor, reason=reason, words=words, at=at)
    use_link(link, at=at)
    return shift


def _locked(link: SignLink, *, at: datetime) -> SignLink:
    """The link as it is now, its shift's row held. Raises NotOpen for one that is not open any more."""
    shift = lock_shift(link.shift)
    link = SignLink.objects.select_related("mentor__person").get(pk=link.pk)
    link.shift = shift
    if not is_open(link, at):
        raise NotOpen
    return link


def _plain(number: str) -> bytes:
    return "".join(number.split()).casefold().encode()
