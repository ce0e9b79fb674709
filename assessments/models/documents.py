"""Which outside certificates did somebody show, and what did the registrar say to them?"""

from __future__ import annotations

import secrets
from datetime import date
from enum import StrEnum

from django.core.files.storage import Storage, storages
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cms.accounts.models import User
from cms.accounts.sealing import SealedTextField


class DocumentKind(models.TextChoices):
    """What an outside document can be. Source: the documents that programmes and unions ask for (domain.md, 5)."""

    MENTAL_HEALTH_FIRST_AID = "mental_health_first_aid", _("Mental health first aid")
    ANTI_HARASSMENT = "anti_harassment", _("Anti-harassment training")
    CONSENT_TRAINING = "consent_training", _("Consent training")
    BYSTANDER = "bystander", _("Bystander training")
    FIRST_AID = "first_aid", _("First aid")
    BACKGROUND_CHECK = "background_check", _("Background check")  # seen and dated, never kept
    OTHER = "other", _("Another document")  # which one is said in `title`


class DocumentState(StrEnum):
    WAITING = "waiting"  # for the registrar
    RETURNED = "returned"  # with words to its learner
    ACCEPTED = "accepted"  # whether it is in date is another question
    WITHDRAWN = "withdrawn"  # by its learner, or replaced by them


def private_files() -> Storage:
    """Where the files are: a storage without addresses, out of reach of the web server."""
    return storages["private"]


def unguessable_name(document: EvidenceDocument, filename: str) -> str:
    """A name that says nothing of its learner, its kind, or what the file was called before."""
    return f"evidence/{secrets.token_hex(20)}"


class EvidenceDocument(models.Model):
    """One outside document that somebody showed: its file until it is withdrawn, and what the registrar said to it.

    A background check is seen and dated, and has no file. Kept for ever: a withdrawn one loses its file, not its row.
    """

    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="evidence_documents")
    kind = models.CharField(_("what it is"), max_length=24, choices=DocumentKind)
    title = models.CharField(_("what it is called"), max_length=80, blank=True)  # of another kind only
    issuer = models.CharField(_("issued by"), max_length=120)
    issued_on = models.DateField(_("issued on"))
    expires_on = models.DateField(_("valid until"), null=True, blank=True)  # its last day
    file = models.FileField(storage=private_files, upload_to=unguessable_name, blank=True)
    file_type = models.CharField(max_length=20, blank=True)  # by its content
    file_digest = models.CharField(max_length=64, blank=True)  # SHA-256 of what is kept, hexadecimal; stays
    uploaded_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    accepted_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    returned_at = models.DateTimeField(null=True)  # after it was accepted: it is no longer
    returned_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    words = SealedTextField(blank=True, max_length=2_000)  # to its learner, when it is returned
    withdrawn_at = models.DateTimeField(null=True)
    replaces = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="replaced_by")

    wagtail_reference_index_ignore = True  # nothing an editor sees is to say that it is there

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(kind=DocumentKind.BACKGROUND_CHECK)
                | Q(file="", file_type="", file_digest="", accepted_at__isnull=False),
                name="evidencedocument_background_check_is_seen_and_has_no_file",
            ),
            models.CheckConstraint(
                condition=Q(kind=DocumentKind.BACKGROUND_CHECK)
                | (Q(withdrawn_at=None) & ~Q(file="") & ~Q(file_type="") & ~Q(file_digest=""))
                | Q(withdrawn_at__isnull=False, file=""),
                name="evidencedocument_has_a_file_until_withdrawn",
            ),
            models.CheckConstraint(
                condition=(Q(kind=DocumentKind.OTHER) & ~Q(title="")) | (~Q(kind=DocumentKind.OTHER) & Q(title="")),
                name="evidencedocument_named_when_of_another_kind",
            ),
            models.CheckConstraint(condition=~Q(issuer=""), name="evidencedocument_has_an_issuer"),
            models.CheckConstraint(
                condition=Q(expires_on=None) | Q(expires_on__isnull=False, expires_on__gte=F("issued_on")),
                name="evidencedocument_runs_out_after_it_was_issued",
                violation_error_message=_("The last day is before the day it was issued."),
            ),
            models.CheckConstraint(
                condition=Q(accepted_at=None, accepted_by=None)
                | Q(accepted_at__isnull=False, accepted_by__isnull=False),
                name="evidencedocument_accepted_at_and_by_together",
            ),
            models.CheckConstraint(
                condition=Q(returned_at=None, returned_by=None)
                | Q(returned_at__isnull=False, returned_by__isnull=False),
                name="evidencedocument_returned_at_and_by_together",
            ),
            models.CheckConstraint(
                condition=Q(accepted_at=None)
                | Q(returned_at=None)
                | Q(accepted_at__isnull=False, returned_at__isnull=False, returned_at__gte=F("accepted_at")),
                name="evidencedocument_never_accepted_once_returned",
            ),
            models.CheckConstraint(
                condition=(Q(accepted_by=None) | (Q(accepted_by__isnull=False) & ~Q(accepted_by=F("person"))))
                & (Q(returned_by=None) | (Q(returned_by__isnull=False) & ~Q(returned_by=F("person")))),
                name="evidencedocument_never_reviewed_by_its_person",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None) | Q(withdrawn_at__isnull=False, withdrawn_at__gte=F("uploaded_at")),
                name="evidencedocument_withdrawn_after_it_was_shown",
            ),
        ]

    def __str__(self) -> str:
        return f"EvidenceDocument {self.pk}: {self.kind}, person {self.person_id}"

    @property
    def state(self) -> DocumentState:
        if self.withdrawn_at:
            return DocumentState.WITHDRAWN
        if self.returned_at:
            return DocumentState.RETURNED
        return DocumentState.ACCEPTED if self.accepted_at else DocumentState.WAITING

    @property
    def name(self) -> str:
        """What it is, in words."""
        return self.title or str(DocumentKind(self.kind).label)

    def is_in_date(self, on: date) -> bool:
        """Whether it is accepted, and that day lies between its first and its last."""
        return (
            self.state is DocumentState.ACCEPTED
            and self.issued_on <= on
            and (self.expires_on is None or on <= self.expires_on)
        )
