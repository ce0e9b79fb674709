"""How is delicate text kept? Encrypted in its column, with keys that are not in the database.

Fernet (AES-128-CBC with HMAC-SHA-256) from `cryptography`. The newest key seals, every key opens, so keys can be
turned over by putting a new one in front.
"""

from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import models


class CannotOpen(Exception):
    """None of the configured keys opens the sealed text."""


@lru_cache(maxsize=4)
def _box(keys: tuple[str, ...]) -> MultiFernet:
    try:
        return MultiFernet([Fernet(key) for key in keys])
    except ValueError as problem:
        raise ImproperlyConfigured(
            "FIELD_ENCRYPTION_KEYS is empty or holds a key that is not 32 bytes in URL-safe base 64."
        ) from problem


def check_keys() -> None:
    """Raises ImproperlyConfigured when a key is malformed or there is none."""
    _box(tuple(settings.FIELD_ENCRYPTION_KEYS))


def seal_text(text: str) -> str:
    """`text`, encrypted. Sealing the same text twice gives two different results."""
    return _box(tuple(settings.FIELD_ENCRYPTION_KEYS)).encrypt(text.encode()).decode()


def open_text(sealed: str) -> str:
    """The text that was sealed. Raises CannotOpen when no key fits or a byte was changed."""
    try:
        return _box(tuple(settings.FIELD_ENCRYPTION_KEYS)).decrypt(sealed).decode()
    except InvalidToken:
        raise CannotOpen("The sealed text cannot be opened with the keys configured here.") from None


class SealedTextField(models.TextField):
    """Text that is plain in Python and sealed in the database. It cannot be searched or sorted by, on purpose."""

    def get_prep_value(self, value: Any) -> Any:
        value = super().get_prep_value(value)
        return seal_text(value) if value else value

    def from_db_value(self, value: str | None, expression: object, connection: object) -> str | None:
        return open_text(value) if value else value

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name == "isnull":
            return super().get_lookup(lookup_name)
        return None
