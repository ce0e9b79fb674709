"""How does a certificate say something else without becoming another one? Nothing else makes a new edition.

Number, address and award stay; the earlier edition is kept to the byte, and the new one is signed, checked and written
into history in the same transaction. A renewed or re-signed edition keeps its place on the status list, since the earlier
file still tells the truth. One that shows less takes a new place, and the old place is set: who keeps the earlier file
is told that it no longer holds.
"""

import json
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from cms.accounts import history
from cms.accounts.models import User

from .credential_tokens import make_token_if_we_can
from .issuing import CannotIssue, put_signature, record_edition
from .models import Certificate, EditionReason, PastEdition, WatchChange
from .status import allocate_index, build_list
from .watching import note_change

KEPT = (
    "edition", "basis", "facts", "shows_name", "shows_scores", "shows_hours", "signed_at", "valid_until", "signing_key",
    "status_list", "status_index", "credential", "credential_digest",
)  # fmt: skip
CHANGEABLE = frozenset({"basis", "facts", "valid_until", "shows_name", "shows_scores", "shows_hours"})
CONSENTS = ("shows_name", "shows_scores", "shows_hours")


@transaction.atomic
def new_edition(
    *, certificate: Certificate, because: EditionReason, by: User | None, at: datetime, **changes: Any
) -> Certificate:
    """Sign the certificate again with `changes` (of CHANGEABLE), valid from `at`. Every call makes an edition.

    Raises CannotIssue for one that was revoked or replaced, CannotSign when no key is active, and TypeError for a change
    that is not an edition's to make.
    """
    if unknown := set(changes) - CHANGEABLE:
        raise TypeError(f"An edition does not change {', '.join(sorted(unknown))}.")
    history.lock("certificates")  # before the certificate, as whoever allocates a place on a list does
    loaded = Certificate.objects.select_related("requirement_set", "status_list", "suspension_list", "holder")
    row = loaded.select_for_update(of=("self",)).get(pk=certificate.pk)
    if row.revoked_at:
        raise CannotIssue(_("This certificate is revoked. That is final."))
    if row.superseded_at:
        raise CannotIssue(_("This certificate was replaced by a newer one. Change that one."))
    before = row.status_list
    PastEdition.objects.create(
        certificate=row,
        replaced_at=at,
        replaced_because=because,
        replaced_by=by,
        **{name: getattr(row, name) for name in KEPT},
    )
    subject_id = json.loads(row.credential)["credentialSubject"]["id"]
    shows_less = any(getattr(row, name) and changes.get(name) is False for name in CONSENTS)
    for name, value in changes.items():
        setattr(row, name, value)
    row.edition += 1
    row.signed_at = at
    if shows_less:
        row.status_list, row.status_index = allocate_index()
    put_signature(row, row.requirement_set, subject_id=subject_id)
    row.save()
    make_token_if_we_can(certificate=row, at=at)
    record_edition(row, "certificate.edition", by, at, edition=str(row.edition), because=str(because))
    if shows_less:
        build_list(status_list=before, at=at)
    if row.status_list.built_at is None:
        build_list(status_list=row.status_list, at=at)
    if because == EditionReason.RENEWAL:
        note_change(certificate=row, change=WatchChange.RENEWED, at=at, by=by)
    return row
