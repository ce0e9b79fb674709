"""`manage.py draw_audits`: which of last month's signed shifts are looked into? Runs on the 2nd of every month by itself."""

from argparse import ArgumentParser
from datetime import UTC, date, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from assessments.auditing import CannotDraw, draw_sample, month_before, signed_in, size_of
from assessments.models import ShadowingSettings


class Command(BaseCommand):
    help = "Draws the random sample of a month's signed shifts, once, and writes to their learners."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--month", help="such as 2026-11; without it, the month before this one")
        parser.add_argument("--dry-run", action="store_true", help="say how many would be drawn, and draw none")

    def handle(self, *args: Any, **options: Any) -> None:
        at = timezone.now()
        try:
            month = _month(options["month"]) if options["month"] else month_before(at)
            if options["dry_run"]:
                signed = signed_in(month).count()
                size = size_of(signed, ShadowingSettings.load().audit_percent)
                self.stdout.write(f"{month:%Y-%m}: would draw {size} of {signed} signed shifts.")
                return
            drawn = draw_sample(month=month, at=at)
        except (ValueError, CannotDraw) as refusal:
            raise CommandError(str(refusal)) from None
        self.stdout.write(f"{month:%Y-%m}: {len(drawn)} shifts are in the sample.")


def _month(text: str) -> date:
    return datetime.strptime(text, "%Y-%m").replace(tzinfo=UTC).date()
