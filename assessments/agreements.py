"""What have people put their name to, and in which version? Nothing else writes Agreement and AgreementSignature."""

from __future__ import annotations

import hashlib
from datetime import datetime
from functools import partial

from django.db import transaction
from django.db.models import Exists, F, Max, OuterRef, QuerySet, Subquery
from django.utils.translation import gettext as _

from cms.accounts import history
from cms.accounts.models import User
from courses.models import Enrolment

from . import tasks
from .models import Agreement, AgreementSignature

LONGEST_TITLE, LONGEST_TEXT = 120, 40_000  # characters


class CannotPublishAgreement(Exception):
    """These words cannot be published."""


class CannotSignAgreement(Exception):
    """This version cannot be signed now."""


@transaction.atomic
def publish_agreement(*, slug: str, title: str, text: str, by: User | None = None, at: datetime) -> Agreement:
    """Publish these words: as version 1, or as the next version when they differ. Repeating gives the current one.

    Whoever signed the version before is asked by mail to sign again; old signatures stay. Raises CannotPublishAgreement.
    """
    title, text = words_of(title, text)
    if not title or not text or len(title) > LONGEST_TITLE or len(text) > LONGEST_TEXT:
        raise CannotPublishAgreement(_("An agreement has a title, and a text of up to 40,000 characters."))
    current = Agreement.objects.select_for_update(no_key=True).filter(slug=slug).order_by("-version").first()
    if current and (current.title, current.text) == (title, text):
        return current
    version = current.version + 1 if current else 1
    published = Agreement.objects.create(slug=slug, version=version, title=title, text=text, published_at=at)
    history.record(
        chain="agreements",
        verb="agreement.published",
        subject=history.name_of(published),
        actor=by,
        at=at,
        facts={"agreement": slug, "version": version, "digest": digest_of_words(published)},
    )
    if current:
        transaction.on_commit(partial(tasks.ask_to_sign_again.enqueue, published.pk))
    return published


def words_of(title: str, text: str) -> tuple[str, str]:
    """Title and text as they are published: without what a browser adds."""
    return title.strip(), text.replace("\r\n", "\n").strip()


def people_to_sign_again(agreement: Agreement) -> QuerySet[User]:
    """Who signed an earlier version of this agreement, not this one, and is on a programme: one query."""
    signed = AgreementSignature.objects.filter(person=OuterRef("pk"), agreement__slug=agreement.slug)
    studying = Enrolment.objects.open().filter(learner=OuterRef("pk"))
    return User.objects.filter(
        Exists(signed.filter(agreement__version__lt=agreement.version)),
        ~Exists(signed.filter(agreement__version__gte=agreement.version)),
        Exists(studying),
        is_active=True,
    ).order_by("pk")


def agreements_to_sign_again(person: User) -> list[Agreement]:
    """The current versions of what this person signed in an earlier one, by title: one query."""
    newest = Agreement.objects.filter(slug=OuterRef("slug")).order_by("-version").values("version")[:1]
    signed = (
        AgreementSignature.objects.filter(person=person, agreement__slug=OuterRef("slug"))
        .values("agreement__slug")
        .annotate(newest=Max("agreement__version"))
        .values("newest")
    )
    current = Agreement.objects.filter(version=Subquery(newest)).annotate(signed=Subquery(signed))
    return list(current.filter(signed__lt=F("version")).order_by("title", "pk"))


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
