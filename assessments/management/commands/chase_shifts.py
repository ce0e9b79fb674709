"""`manage.py chase_shifts`: which shifts has nobody signed for too long? Runs every day by itself."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from assessments.escalating import chase


class Command(BaseCommand):
    help = "Reminds mentors of shifts that wait, once each, and tells the registrar of those that nobody signs."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="say what would be done, and do nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        done = chase(at=timezone.now(), dry_run=options["dry_run"])
        self.stdout.write(f"Dry run: {done}" if options["dry_run"] else str(done))
