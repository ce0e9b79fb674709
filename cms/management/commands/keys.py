"""`manage.py keys list|stage|activate`: the life of the keys that sign certificates."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from certificates.models import SigningKey
from certificates.signing import CannotSign, activate_key, stage_key


class Command(BaseCommand):
    help = "Lists the signing keys, makes a new one (stage), or signs with it from now on (activate)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("action", choices=["list", "stage", "activate"])
        parser.add_argument("kid", nargs="?", help="activate: which key; the newest staged one when not given")

    def handle(self, *args: Any, action: str, kid: str | None, **options: Any) -> None:
        if action == "stage":
            key = stage_key(by=None, at=timezone.now())
            self.stdout.write(f"Staged {key.kid}. Verifiers keep our keys for an hour: activate it after that.")
        elif action == "activate":
            key = self.chosen(kid)
            try:
                activate_key(key=key, by=None, at=timezone.now())
            except CannotSign as refusal:
                raise CommandError(str(refusal)) from None
            self.stdout.write(f"Active: {key.kid}. The key before it, if any, is retired and stays published.")
        else:
            self.show()

    def chosen(self, kid: str | None) -> SigningKey:
        keys = SigningKey.objects.order_by("-made_at", "-pk")
        key = keys.filter(kid=kid).first() if kid else keys.filter(activated_at=None).first()
        if key is None:
            raise CommandError(f"There is no key {kid}." if kid else "No key is staged. Run “keys stage” first.")
        return key

    def show(self) -> None:
        keys = list(SigningKey.objects.order_by("made_at", "pk"))
        for key in keys:
            state = "retired" if key.retired_at else "active" if key.activated_at else "staged"
            self.stdout.write(f"{state:<8} {key.made_at:%Y-%m-%d}  {key.kid}  {key.public_multibase}")
        if not keys:
            self.stdout.write("There are no keys yet. Run “keys stage”, then “keys activate”.")
