"""`manage.py end_suspensions`: which certificates stand again today, as it was decided? Runs every hour by itself."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from certificates.case_states import is_over, suspensions_to_end
from certificates.cases import end_suspension


class Command(BaseCommand):
    help = "Lets certificates stand again on the day that the decision of their case names."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="say what would be done, and do nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        at = timezone.now()
        due = [case for case in suspensions_to_end(at.date()) if is_over(case, at)]
        if not options["dry_run"]:
            for case in due:
                end_suspension(case=case, at=at)
        self.stdout.write(f"{'Would end' if options['dry_run'] else 'Ended'} {len(due)} suspensions.")
