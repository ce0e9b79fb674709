"""`manage.py doctor`: is this installation in order?"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cms.checkup import Verdict, checkup


class Command(BaseCommand):
    help = "Checks the installation: one line each, with what to do; ends with 1 when something would harm users."
    requires_system_checks: list[str] = []  # it is run when something is wrong

    def handle(self, *args: Any, **options: Any) -> None:
        failures = 0
        for found in checkup():
            failures += found.verdict is Verdict.FAIL
            self.stdout.write(f"{found.verdict:<4}  {found.what}" + (f"  →  {found.advice}" if found.advice else ""))
        if failures:
            raise CommandError(f"{failures} to put right.", returncode=1)
