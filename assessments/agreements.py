"""What have people put their name to, and in which version? Nothing else writes Agreement and AgreementSignature."""

from __future__ import annotations

import hashlib
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from cms.accounts import history
from cms.accounts.models import User

from .models import Agreement, AgreementSignature


class CannotSignAgreement(Exception):
    """This version cannot be signed now."""


@transaction.atomic
def publish_agreement(*, slug: str, title: str, text: str, at: datetime) -> Agreement:
    """Publish these words: as version 1, or as the next version when they differ. Repeating gives the current one."""
    title, text = title.strip(), text.replace("\r\n", "\n").strip()
    current = Agreement.objects.select_for_update(no_key=True).filter(slug=slug).order_by("-version").first()
    if current and (current.title, current.text) == (title, text):
        return current
    version = current.version + 1 if current else 1
    return Agreement.objects.create(slug=slug, version=version, title=title, text=text, published_at=at)


def current_agreement(slug: str) -> Agreement | None:
    """The newest version, or None where there is no such agreement: one query."""
    return Agreement.objects.filter(slug=slug).order_by("-version").first()


def published_agreements() -> list[tuple[str, str]]:
    """Each agreement there is, as its slug and its newest title: one query."""
    rows = Agreement.objects.order_by("slug", "version").values_list("slug", "title")
    return list(dict(rows).items())


@transaction.atomic
def sign_agreement(*, agreement: Agreement, person: User, at: datetime) -> AgreementSignature:
    """Sign this version. Repeating gives the signature there is. Raises CannotSignAgreement when a newer one exists."""
    # The person's row is the lock: they sign one thing at a time.
    User.objects.select_for_update(no_key=True).get(pk=person.pk)
    if there := agreement.signatures.filter(person=person).first():
        return there
    newest = current_agreement(agreement.slug)
    if newest and newest.pk != agreement.pk:
        raise CannotSignAgreement(_("There is a newer version of this agreement. Read that one, then sign it."))
    signature = AgreementSignature.objects.create(
        agreement=agreement, person=person, signed_at=at, text_digest=digest_of_words(agreement)
    )
    history.record(
        chain=f"learner:{person.pk}",
        verb="agreement.signed",
        subject=history.name_of(agreement),
        actor=person,
        at=at,
        facts={"agreement": agreement.slug, "version": agreement.version, "digest": signature.text_digest},
    )
    return signature


def signature_for(person: User, slug: str) -> AgreementSignature | None:
    """The person's signature under the newest version they signed, with that version; None without one: one query.

    Compare its `agreement.version` with `current_agreement`: an older one asks to be signed again.
    """
    signatures = AgreementSignature.objects.filter(person=person, agreement__slug=slug).select_related("agreement")
    return signatures.order_by("-agreement__version").first()


def digest_of_words(agreement: Agreement) -> str:
    """SHA-256 over title and text, in hexadecimal: what a signature covers."""
    return hashlib.sha256(f"{agreement.title}\n\n{agreement.text}".encode()).hexdigest()
