"""What of a certificate does its holder let others read? Nothing else changes that.

One switch at a time, so that two open pages never undo each other. What is taken back is gone at once: from the page, the
answer for programs and the file; whoever kept the earlier file is told by the status list that it no longer holds.
"""

from __future__ import annotations

from datetime import datetime

from django.db import models, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cms.accounts import history
from cms.accounts.models import User

from .editions import new_edition
from .issuing import CannotIssue
from .models import Certificate, EditionReason, RegisterEntry
from .registering import leave_register


class Consent(models.TextChoices):
    """What can be shown or not, as it stands in addresses and forms; the row has it as `shows_…`."""

    NAME = "name", gettext_lazy("Your name")
    SCORES = "scores", gettext_lazy("Your scores")
    HOURS = "hours", gettext_lazy("Your hours")


MEASURES = {Consent.SCORES: "score", Consent.HOURS: "hours"}


def is_shown(certificate: Certificate, consent: Consent) -> bool:
    """Whether its holder lets others read it."""
    return bool(getattr(certificate, f"shows_{consent}"))


def can_show(certificate: Certificate, consent: Consent) -> bool:
    """Whether there is anything of the kind: what was never measured cannot be shown."""
    return consent is Consent.NAME or any(each["measure"] == MEASURES[consent] for each in certificate.results)


@transaction.atomic
def set_consent(*, certificate: Certificate, consent: Consent, shows: bool, by: User, at: datetime) -> Certificate:
    """Show it, or show it no more, as the holder `by` wishes: a new edition of the certificate. Repeating changes nothing.

    Taking the name back also takes the holder off the register, where they stand on it with this certificate. Raises
    CannotIssue for who does not hold it, for what was never measured, and for a certificate that has ended.
    """
    # Locks: the person, then the chain, then the certificate: whoever joins the register takes the first of them too.
    User.objects.select_for_update(no_key=True).get(pk=certificate.holder_id)
    history.lock("certificates")
    row = Certificate.objects.select_for_update(of=("self",)).get(pk=certificate.pk)
    if row.holder_id != by.pk:
        raise CannotIssue(_("What is shown is its holder’s to say."))
    if is_shown(row, consent) is shows:
        return row
    if shows and not can_show(row, consent):
        raise CannotIssue(_("Nothing of the kind was measured for this certificate."))
    changed = new_edition(certificate=row, because=EditionReason.CONSENT, by=by, at=at, **{f"shows_{consent}": shows})
    if consent is Consent.NAME and not shows and _is_on_register_with(row):
        leave_register(holder=by, at=at)
    return changed


def _is_on_register_with(certificate: Certificate) -> bool:
    return RegisterEntry.objects.filter(certificate=certificate, left_at=None).exists()
