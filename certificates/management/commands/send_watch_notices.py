"""`manage.py send_watch_notices`: who is to be told that a certificate changed? Runs every half hour by itself."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from certificates.watch_notices import keep_watch, waiting_notices


class Command(BaseCommand):
    help = "Notes for watchers what time changed, ends watches past their day, and sends every notice that waits."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="say how many notices wait, and do nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["dry_run"]:
            self.stdout.write(f"Dry run: {waiting_notices().count()} notices wait.")
            return
        changed, ended, sent = keep_watch(at=timezone.now())
        self.stdout.write(f"{changed} changes by time noted, {ended} watches ended, {sent} notices sent.")
