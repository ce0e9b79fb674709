"""`manage.py remind_renewals`: whose certificate ends soon, or just did? Runs every day by itself."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from certificates.reminding import certificates_to_remind, remind_of_renewals


class Command(BaseCommand):
    help = (
        "Writes to holders 90, 30 and 7 days before a certificate ends, when it ended, and when it lapsed; once each."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--dry-run", action="store_true", help="say how many certificates would be looked at, and do nothing"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        at = timezone.now()
        if options["dry_run"]:
            self.stdout.write(f"Dry run: {certificates_to_remind(at).count()} certificates would be looked at.")
            return
        self.stdout.write(f"{remind_of_renewals(at=at)} reminders written.")
