"""Who are the people, and what was done? Users, and the chains of the append-only history."""

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length, Lower
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from .academy import AcademySettings
from .roles import Role
from .timezones import validate_time_zone

__all__ = ["AcademySettings", "Chain", "Entry", "User", "UserManager"]


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: object) -> "User":
        """A new person with this address (kept in small letters). Raises IntegrityError when it is taken."""
        user = self.model(email=email.lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: object) -> "User":
        return self.create_user(email, password, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=(username or "").lower())


class User(AbstractBaseUser, PermissionsMixin):
    """One person, whatever they do here. Never deleted while evidence or money names them."""

    email = models.EmailField(
        _("e-mail address"),
        unique=True,
        error_messages={"unique": _("There is an account with this address already.")},
    )
    display_name = models.CharField(
        _("name we call you"), max_length=80, help_text=_("Shown to you, and to your mentors and the registrar.")
    )
    certificate_name = models.CharField(
        _("name on certificates"),
        max_length=120,
        blank=True,
        help_text=_("As it should be printed and checked. It need not be your legal name."),
    )
    pronouns = models.CharField(
        _("pronouns"), max_length=40, blank=True, help_text=_("In your own words, or leave it empty.")
    )
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC", validators=[validate_time_zone])
    is_active = models.BooleanField(_("active"), default=True)
    joined_at = models.DateTimeField(default=timezone.now)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["display_name"]

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints = [
            # One spelling, so that `unique` means one person.
            models.CheckConstraint(condition=Q(email=Lower("email")), name="user_email_in_small_letters"),
            models.CheckConstraint(condition=~Q(display_name=""), name="user_has_a_display_name"),
        ]

    def __str__(self) -> str:
        return self.display_name

    def clean(self) -> None:
        super().clean()
        self.email = self.email.lower()

    def get_full_name(self) -> str:
        return self.display_name

    def get_short_name(self) -> str:
        return self.display_name

    @property
    def first_name(self) -> str:
        """What the Wagtail admin calls people in its menu."""
        return self.display_name

    @cached_property
    def roles(self) -> frozenset[Role]:
        """The roles this person holds now; read once for each loaded user."""
        names = set(self.groups.values_list("name", flat=True))
        return frozenset(role for role in Role if role.value in names)


class Chain(models.Model):
    """One line of history, such as one learner's evidence. Its row is the lock for adding to it."""

    name = models.CharField(max_length=80, unique=True)
    length = models.PositiveBigIntegerField(default=0)  # entries
    head = models.CharField(max_length=64, blank=True)  # digest of the last entry

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(length=0, head="") | (Q(length__gt=0) & ~Q(head="")), name="chain_head_once_begun"
            )
        ]

    def __str__(self) -> str:
        return f"Chain {self.name}"


class Entry(models.Model):
    """One thing that happened. Never changed, never deleted: triggers refuse both, and each digest covers the last."""

    chain = models.ForeignKey(Chain, on_delete=models.PROTECT, related_name="entries")
    number = models.PositiveBigIntegerField()  # 1, 2, 3 … in its chain
    at = models.DateTimeField()
    actor = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")  # null: the system itself
    verb = models.CharField(max_length=60)  # "shift.signed"
    subject = models.CharField(max_length=80)  # "shift:17"
    facts = models.JSONField(default=dict)  # codes, numbers and digests; never a name or a reflection
    previous = models.CharField(max_length=64, blank=True)
    digest = models.CharField(max_length=64)  # SHA-256, hexadecimal

    class Meta:
        verbose_name_plural = "entries"
        indexes = [models.Index(fields=["subject"], name="entry_by_subject")]
        constraints = [
            models.UniqueConstraint(fields=["chain", "number"], name="entry_one_at_each_place"),
            models.UniqueConstraint(fields=["chain", "previous"], name="entry_one_after_each_other"),
            models.CheckConstraint(condition=Q(number__gte=1), name="entry_numbers_begin_at_one"),
            models.CheckConstraint(
                condition=Q(number=1, previous="") | (Q(number__gt=1) & ~Q(previous="")),
                name="entry_first_has_none_before_it",
            ),
            models.CheckConstraint(
                condition=Q(digest__length=64) & ~Q(digest=F("previous")), name="entry_digest_is_a_digest"
            ),
        ]

    def __str__(self) -> str:
        return f"Entry {self.chain_id}/{self.number}"


models.CharField.register_lookup(Length)
