"""Who is on the public register, and what do they say of themselves there?"""

from __future__ import annotations

import secrets

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from assessments.models import Medium, Region
from cms.accounts.models import User

from ..numbers import ALPHABET
from .certificates import Certificate

SLUG_LENGTH = 10  # characters of 5 bits: an address that nobody guesses and that counts nobody


def new_slug() -> str:
    """The last part of an entry's address: random, in small letters, without look-alikes."""
    return "".join(secrets.choice(ALPHABET) for _character in range(SLUG_LENGTH)).lower()


class Facet(models.TextChoices):
    """What one can search the register by, beside the kind of certificate."""

    REGION = "region", _("Region")
    MEDIUM = "medium", _("Medium")
    LANGUAGE = "language", _("Language")
    SPECIALITY = "speciality", _("Speciality")


class Language(models.TextChoices):
    """Languages to work in, by their code in ISO 639. Sign languages are languages of their own."""

    EN = "en", _("English")
    AR = "ar", _("Arabic")
    BN = "bn", _("Bengali")
    ZH = "zh", _("Chinese (Mandarin)")
    YUE = "yue", _("Chinese (Cantonese)")
    CS = "cs", _("Czech")
    DA = "da", _("Danish")
    NL = "nl", _("Dutch")
    FA = "fa", _("Persian")
    FI = "fi", _("Finnish")
    FR = "fr", _("French")
    DE = "de", _("German")
    EL = "el", _("Greek")
    HE = "he", _("Hebrew")
    HI = "hi", _("Hindi")
    HU = "hu", _("Hungarian")
    GA = "ga", _("Irish")
    IT = "it", _("Italian")
    JA = "ja", _("Japanese")
    KO = "ko", _("Korean")
    NO = "no", _("Norwegian")
    PL = "pl", _("Polish")
    PT = "pt", _("Portuguese")
    RO = "ro", _("Romanian")
    ES = "es", _("Spanish")
    SV = "sv", _("Swedish")
    SW = "sw", _("Swahili")
    TA = "ta", _("Tamil")
    TR = "tr", _("Turkish")
    UK = "uk", _("Ukrainian")
    UR = "ur", _("Urdu")
    CY = "cy", _("Welsh")
    YO = "yo", _("Yoruba")
    ASE = "ase", _("American Sign Language")
    BFI = "bfi", _("British Sign Language")
    ISG = "isg", _("Irish Sign Language")


class Speciality(models.TextChoices):
    """What somebody works in more than others. The codes stand in addresses, so they say nothing delicate."""

    MOVEMENT = "MOVEMENT", _("Dance and movement")
    STUNTS = "STUNTS", _("Together with stunts and fights")
    YOUNG_CAST = "YOUNG_CAST", _("Young adults in the cast")
    AFTERMATH = "AFTERMATH", _("Scenes of harm and what follows")
    IDENTITY = "IDENTITY", _("LGBTQ+ stories")
    ACCESS = "ACCESS", _("Disabled performers and access")
    FAITH = "FAITH", _("Culture and faith")
    BIRTH = "BIRTH", _("Birth and medical scenes")
    PERIOD = "PERIOD", _("Period pieces and their garments")
    CAPTURE = "CAPTURE", _("Motion capture and voice")


class Availability(models.TextChoices):
    """Whether they take work, in their own words of the day they said so."""

    OPEN = "OPEN", _("Taking bookings")
    LATER = "LATER", _("Taking bookings from a day on")
    CLOSED = "CLOSED", _("Not taking bookings just now")


CODES: dict[Facet, type[models.TextChoices]] = {
    Facet.REGION: Region,
    Facet.MEDIUM: Medium,
    Facet.LANGUAGE: Language,
    Facet.SPECIALITY: Speciality,
}


class RegisterEntry(models.Model):
    """One person's place on the register, from when they agreed until they left. Kept as dates; what they said of themselves
    is deleted when they leave. Whether it is shown is not stored: it is while its certificate stands."""

    slug = models.SlugField(max_length=SLUG_LENGTH, unique=True, default=new_slug, editable=False)
    holder = models.ForeignKey(User, on_delete=models.PROTECT, related_name="register_entries")
    certificate = models.ForeignKey(Certificate, on_delete=models.PROTECT, related_name="register_entries")
    about = models.TextField(blank=True, max_length=400)
    availability = models.CharField(max_length=6, choices=Availability, blank=True)
    available_from = models.DateField(null=True)
    takes_messages = models.BooleanField(default=True)
    may_be_indexed = models.BooleanField(default=False)  # by search engines
    joined_at = models.DateTimeField()
    said_at = models.DateTimeField()  # when what they say of themselves was last looked over
    left_at = models.DateTimeField(null=True)
    removed_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+"
    )  # null: left by themselves
    removal_reason = models.TextField(blank=True, max_length=500)  # for the holder
    let_back_at = models.DateTimeField(null=True)
    let_back_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name_plural = "register entries"
        constraints = [
            models.UniqueConstraint(
                fields=["holder"], condition=Q(left_at=None), name="registerentry_one_open_for_a_holder"
            ),
            models.CheckConstraint(
                condition=Q(availability=Availability.LATER, available_from__isnull=False)
                | (~Q(availability=Availability.LATER) & Q(available_from=None)),
                name="registerentry_a_day_with_later_only",
            ),
            models.CheckConstraint(
                condition=Q(left_at=None) | Q(left_at__isnull=False, left_at__gte=F("joined_at")),
                name="registerentry_left_after_joining",
            ),
            models.CheckConstraint(
                condition=Q(left_at=None)
                | Q(left_at__isnull=False, about="", availability="", available_from=None, may_be_indexed=False),
                name="registerentry_says_nothing_once_left",
            ),
            models.CheckConstraint(
                condition=Q(removed_by=None, removal_reason="")
                | (Q(removed_by__isnull=False, left_at__isnull=False) & ~Q(removal_reason="")),
                name="registerentry_removed_with_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(removed_by=None) | (Q(removed_by__isnull=False) & ~Q(removed_by=F("holder"))),
                name="registerentry_not_removed_by_its_holder",
            ),
            models.CheckConstraint(
                condition=Q(let_back_at=None, let_back_by=None)
                | Q(let_back_at__isnull=False, let_back_by__isnull=False, removed_by__isnull=False),
                name="registerentry_let_back_at_and_by_together_after_removal",
            ),
        ]

    def __str__(self) -> str:
        return f"RegisterEntry {self.slug}: holder {self.holder_id}"


class RegisterMark(models.Model):
    """One thing an entry is found by, as its holder declares it: "region" UK_IRELAND. Deleted when they leave."""

    entry = models.ForeignKey(RegisterEntry, on_delete=models.PROTECT, related_name="marks")
    facet = models.CharField(max_length=10, choices=Facet)
    code = models.CharField(max_length=16)

    class Meta:
        indexes = [models.Index(fields=["facet", "code"], name="registermark_by_what_it_says")]
        constraints = [
            models.UniqueConstraint(fields=["entry", "facet", "code"], name="registermark_each_once"),
            models.CheckConstraint(condition=~Q(code=""), name="registermark_says_something"),
        ]

    def __str__(self) -> str:
        return f"RegisterMark {self.pk}: {self.facet} {self.code}"
