"""On which terms is a certificate renewed, what did its holder learn since, and was it renewed?"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from assessments.models.documents import private_files, unguessable_name
from cms.accounts.models import User
from cms.accounts.sealing import SealedTextField
from courses.models import Enrolment
from courses.pages import ProgrammePage

from .certificates import Certificate

QUARTERS = 4  # quarter-hours in one credit: a credit is an hour of learning


class RenewalTerms(models.Model):
    """One version of how certificates of a programme are renewed. Never edited once published.

    Those that hold for a certificate are the ones in force when its span began, so that nobody's aim moves meanwhile.
    """

    programme = models.ForeignKey(ProgrammePage, on_delete=models.PROTECT, related_name="renewal_terms")
    version = models.CharField(max_length=20)  # "2026.1"
    is_example = models.BooleanField(default=True)
    published_at = models.DateTimeField()
    published_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    cycle_years = models.PositiveSmallIntegerField(null=True)  # null: as long as its rule set says
    window_days = models.PositiveSmallIntegerField(default=180)  # before the end, in which one may ask
    grace_days = models.PositiveSmallIntegerField(default=30)  # after the end, in which one may still ask
    reinstatement_days = models.PositiveSmallIntegerField(default=365)  # after the grace; 0: never
    credits = models.PositiveSmallIntegerField()  # needed for one span
    reinstatement_credits = models.PositiveSmallIntegerField(default=0)  # needed on top, once it has lapsed
    agreement_slug = models.SlugField(blank=True)  # of which the current version must be signed; empty: none

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme", "version"], name="renewalterms_each_version_once"),
            models.UniqueConstraint(fields=["programme", "published_at"], name="renewalterms_one_at_a_time"),
            models.CheckConstraint(
                condition=Q(cycle_years=None) | Q(cycle_years__isnull=False, cycle_years__gte=1, cycle_years__lte=20),
                name="renewalterms_cycle_of_1_to_20_years",
            ),
            models.CheckConstraint(
                condition=Q(window_days__gte=1, window_days__lte=730), name="renewalterms_window_of_1_to_730_days"
            ),
            # A renewal that counts from the old end must reach beyond the day on which it is given.
            models.CheckConstraint(condition=Q(grace_days__lte=180), name="renewalterms_grace_of_180_days_at_most"),
            models.CheckConstraint(
                condition=Q(credits__lte=500, reinstatement_credits__lte=500), name="renewalterms_500_credits_at_most"
            ),
        ]

    def __str__(self) -> str:
        return f"RenewalTerms {self.pk}: {self.version} of programme {self.programme_id}"


class CreditCategory(models.Model):
    """One kind of continuing education under some terms, with what counts of it in one span, in credits."""

    terms = models.ForeignKey(RenewalTerms, on_delete=models.PROTECT, related_name="categories")
    position = models.PositiveSmallIntegerField()
    slug = models.SlugField(max_length=40)
    name = models.CharField(max_length=60)
    least = models.PositiveSmallIntegerField(default=0)  # credits of it that are asked for
    most = models.PositiveSmallIntegerField(null=True)  # credits of it that count; null: all

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["terms", "slug"], name="creditcategory_each_once"),
            models.UniqueConstraint(fields=["terms", "position"], name="creditcategory_one_at_each_place"),
            models.CheckConstraint(condition=~Q(name=""), name="creditcategory_has_a_name"),
            models.CheckConstraint(
                condition=Q(most=None) | (Q(most__isnull=False, most__gte=F("least")) & Q(most__gte=1)),
                name="creditcategory_counts_as_many_as_it_asks",
            ),
        ]

    def __str__(self) -> str:
        return f"CreditCategory {self.pk}: {self.slug} of terms {self.terms_id}"


class CreditEntry(models.Model):
    """Something a holder learned and says so. It counts once a registrar accepted it; it is never deleted.

    Kept by enrolment: a certificate under another name goes on with the same ledger.
    """

    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="credit_entries")
    category = models.ForeignKey(CreditCategory, on_delete=models.PROTECT, related_name="entries")
    quarters = models.PositiveSmallIntegerField()  # quarter-hours; four are one credit
    on = models.DateField()  # its last day
    title = models.CharField(max_length=120)
    provider = models.CharField(max_length=120)
    reference = models.CharField(max_length=120, blank=True)  # an address or a number by which it can be checked
    file = models.FileField(storage=private_files, upload_to=unguessable_name, blank=True)
    file_type = models.CharField(max_length=20, blank=True)  # by its content
    file_digest = models.CharField(max_length=64, blank=True)  # SHA-256, hexadecimal; stays
    entered_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    accepted_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    returned_at = models.DateTimeField(null=True)  # after it was accepted: it is no longer
    returned_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    words = SealedTextField(blank=True, max_length=1_000)  # to its holder, when it is returned
    withdrawn_at = models.DateTimeField(null=True)  # by its holder

    wagtail_reference_index_ignore = True  # nothing an editor sees is to say that it is there

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(quarters__gte=1, quarters__lte=400), name="creditentry_from_a_quarter_to_100_credits"
            ),
            models.CheckConstraint(
                condition=~Q(title="") & ~Q(provider=""), name="creditentry_says_what_and_with_whom"
            ),
            models.CheckConstraint(
                condition=Q(file_type="", file_digest="") | (~Q(file_type="") & ~Q(file_digest="")),
                name="creditentry_file_type_and_digest_together",
            ),
            models.CheckConstraint(
                condition=Q(file_digest="", file="")
                | Q(withdrawn_at__isnull=False)
                | (~Q(file_digest="") & ~Q(file="")),
                name="creditentry_has_its_file_until_withdrawn",
            ),
            models.CheckConstraint(
                condition=Q(accepted_at=None, accepted_by=None)
                | Q(accepted_at__isnull=False, accepted_by__isnull=False, accepted_at__gte=F("entered_at")),
                name="creditentry_accepted_at_and_by_together",
            ),
            models.CheckConstraint(
                condition=Q(returned_at=None, returned_by=None)
                | Q(returned_at__isnull=False, returned_by__isnull=False, returned_at__gte=F("entered_at")),
                name="creditentry_returned_at_and_by_together",
            ),
            models.CheckConstraint(
                condition=Q(accepted_at=None)
                | Q(returned_at=None)
                | Q(accepted_at__isnull=False, returned_at__isnull=False, returned_at__gte=F("accepted_at")),
                name="creditentry_never_accepted_once_returned",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None) | Q(withdrawn_at__isnull=False, withdrawn_at__gte=F("entered_at")),
                name="creditentry_withdrawn_after_it_was_entered",
            ),
        ]

    def __str__(self) -> str:
        return f"CreditEntry {self.pk}: enrolment {self.enrolment_id}, {self.quarters} quarter-hours"

    @property
    def is_accepted(self) -> bool:
        return self.accepted_at is not None and self.returned_at is None and self.withdrawn_at is None

    @property
    def is_waiting(self) -> bool:
        return self.accepted_at is None and self.returned_at is None and self.withdrawn_at is None


class RenewalPhase(models.TextChoices):
    """Where a moment lies about the end of a certificate, under its terms."""

    EARLY = "EARLY", _("Not open yet")
    WINDOW = "WINDOW", _("Open")
    GRACE = "GRACE", _("In the days of grace")
    LAPSED = "LAPSED", _("Lapsed: reinstatement")  # more credits, or a registrar's decision
    OVER = "OVER", _("Over")


class Renewal(models.Model):
    """A holder asks to go on. Answered once: confirmed, with the new end and what was counted, or declined."""

    certificate = models.ForeignKey(Certificate, on_delete=models.PROTECT, related_name="renewals")
    terms = models.ForeignKey(RenewalTerms, on_delete=models.PROTECT, related_name="renewals")
    phase = models.CharField(max_length=6, choices=RenewalPhase)  # when it was asked
    from_until = models.DateTimeField()  # the end of the span that it follows
    words = SealedTextField(blank=True, max_length=1_000)  # of the holder, where credits were missing
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    declined_because = models.TextField(blank=True, max_length=1_000)  # for the holder
    excused_because = models.TextField(blank=True, max_length=300)  # why credits that are missing were not asked for
    to_until = models.DateTimeField(null=True)  # the new end; null unless confirmed
    edition = models.PositiveSmallIntegerField(null=True)  # of the certificate, that it made
    counted_quarters = models.PositiveIntegerField(null=True)  # all that counted, when it was confirmed

    wagtail_reference_index_ignore = True

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["certificate"], condition=Q(answered_at=None), name="renewal_one_open_for_a_certificate"
            ),
            models.UniqueConstraint(
                fields=["certificate", "from_until"],
                condition=Q(to_until__isnull=False),
                name="renewal_one_for_each_span",
            ),
            models.CheckConstraint(
                condition=Q(answered_at=None, answered_by=None, declined_because="", excused_because="")
                | Q(answered_at__isnull=False, answered_by__isnull=False, answered_at__gte=F("asked_at")),
                name="renewal_answered_at_and_by_together",
            ),
            models.CheckConstraint(
                condition=Q(to_until=None, edition=None, counted_quarters=None, excused_because="")
                | Q(
                    to_until__isnull=False,
                    to_until__gt=F("from_until"),
                    edition__isnull=False,
                    edition__gte=2,
                    counted_quarters__isnull=False,
                    answered_at__isnull=False,
                    declined_because="",
                ),
                name="renewal_confirmed_with_its_end_and_edition",
            ),
            models.CheckConstraint(
                condition=Q(answered_at=None) | Q(to_until__isnull=False) | ~Q(declined_because=""),
                name="renewal_declined_with_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(excused_because="") | Q(phase=RenewalPhase.LAPSED), name="renewal_excused_only_once_lapsed"
            ),
            models.CheckConstraint(
                condition=Q(phase__in=[RenewalPhase.WINDOW, RenewalPhase.GRACE, RenewalPhase.LAPSED]),
                name="renewal_asked_while_open",
            ),
        ]

    def __str__(self) -> str:
        return f"Renewal {self.pk}: certificate {self.certificate_id}"


class CountedCredit(models.Model):
    """An entry that a renewal rests on, with what counted of it: nothing, where its category was full. Never changed."""

    renewal = models.ForeignKey(Renewal, on_delete=models.PROTECT, related_name="counted")
    entry = models.OneToOneField(CreditEntry, on_delete=models.PROTECT, related_name="counted")  # for one renewal only
    quarters = models.PositiveSmallIntegerField()  # quarter-hours

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(quarters__lte=400), name="countedcredit_100_credits_at_most"),
        ]

    def __str__(self) -> str:
        return f"CountedCredit {self.pk}: entry {self.entry_id}, renewal {self.renewal_id}"


class ReminderStep(models.TextChoices):
    """What a holder is written to about, once for each end of a certificate."""

    DAYS_90 = "DAYS_90", _("90 days before")
    DAYS_30 = "DAYS_30", _("30 days before")
    DAYS_7 = "DAYS_7", _("7 days before")
    GRACE = "GRACE", _("It ran out, and the days of grace began")
    LAPSED = "LAPSED", _("The days of grace are over")


class RenewalReminder(models.Model):
    """A holder was written to about the end of a certificate. There is one for each step."""

    certificate = models.ForeignKey(Certificate, on_delete=models.PROTECT, related_name="renewal_reminders")
    until = models.DateTimeField()  # the end it was about
    step = models.CharField(max_length=7, choices=ReminderStep)
    made_at = models.DateTimeField()

    wagtail_reference_index_ignore = True

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["certificate", "until", "step"], name="renewalreminder_each_once"),
        ]

    def __str__(self) -> str:
        return f"RenewalReminder {self.pk}: {self.step}, certificate {self.certificate_id}"
