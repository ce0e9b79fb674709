"""`manage.py build_status_lists`: signs every status list anew, so that none runs out. Runs every morning by itself."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from certificates.signing import CannotSign
from certificates.status import build_lists


class Command(BaseCommand):
    help = "Signs every status list as it stands now, good for a week. Safe to run at any time."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            count = build_lists(at=timezone.now())
        except CannotSign as refusal:
            raise CommandError(str(refusal)) from None
        self.stdout.write(f"{count} status lists signed.")
