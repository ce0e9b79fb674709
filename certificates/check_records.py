"""How does somebody keep proof that they checked? Nothing else writes CheckRecord.

A record says what we answered at a moment. It is dated, numbered, and belongs to nobody: who asked is not kept. The holder's
name is not in it; its page shows the name for as long as the certificate itself does.
"""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import Any

from django.db import transaction

from cms.accounts import history

from .checking import Answer, as_json
from .models import CheckRecord, Status
from .numbers import RECORD, new_number

# Of the public answer; its name is left out, and so is what is looked up afresh.
KEPT = (
    "number", "status", "checked_at", "kind", "title", "issuer", "issued_on", "valid_until", "status_since", "reason",
    "programme", "replaced_by", "log",
)  # fmt: skip


class CannotKeep(Exception):
    """There is no answer to keep."""


@transaction.atomic
def keep_check(*, answer: Answer) -> CheckRecord:
    """Keep what was answered, under a number of its own. Repeating keeps another: each is of its own moment.

    Raises CannotKeep for a certificate that we cannot confirm ourselves.
    """
    if not answer.sound:
        raise CannotKeep
    said = {name: value for name, value in as_json(answer).items() if name in KEPT}
    record = CheckRecord.objects.create(
        number=new_number(RECORD),
        certificate=answer.certificate,
        checked_at=answer.at,
        status=answer.status,
        said=said,
        digest=digest_of(said),
    )
    history.record(
        chain="checks",
        verb="check.kept",
        subject=history.name_of(record),
        actor=None,  # whoever asked
        at=answer.at,
        facts=facts_about(record),
    )
    return record


def facts_about(record: CheckRecord) -> history.Facts:
    """What history keeps of a record."""
    return {
        "number": record.number,
        "certificate": record.certificate_id,
        "status": str(record.status),
        "digest": record.digest,
    }


def is_whole(record: CheckRecord) -> bool:
    """Whether it says what it said when it was made."""
    return record.digest == digest_of(record.said)


def holder_shown(record: CheckRecord, *, at: datetime) -> str | None:
    """The name, if the certificate shows it today; None once it was replaced or its holder took the name back."""
    certificate = record.certificate
    hidden = certificate.status(at) is Status.SUPERSEDED or not certificate.shows_name
    return None if hidden else certificate.holder_name


def digest_of(said: dict[str, Any]) -> str:
    """SHA-256 of the words, written in one way only."""
    written = json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(written.encode()).hexdigest()
