"""`manage.py reconcile_payments`: does the payment service agree with us? Runs every quarter of an hour by itself."""

from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from courses import payments
from courses.reconciling import reconcile


class Command(BaseCommand):
    help = "Finds who paid and is not on the programme, and mends it; reports who is on it and did not pay."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--days", type=int, default=3, help="how far back to look (3)")
        parser.add_argument("--dry-run", action="store_true", help="writes nothing")

    def handle(self, *args: Any, days: int, dry_run: bool, **options: Any) -> None:
        if not payments.is_set_up():
            self.stdout.write("Payments online are not set up: nothing to compare.")
            return
        now = timezone.now()
        found = reconcile(since=now - timedelta(days=days), at=now, dry_run=dry_run)
        would = "would be " if dry_run else ""
        for reference in found.mended:
            self.stdout.write(f"paid and outside, {would}let in: order {reference}")
        for reference in found.unpaid:
            self.stdout.write(f"inside and not paid, for the registrar: order {reference}")
        for reference in found.other:
            self.stdout.write(f"brought up to date: order {reference}")
        if found.away:
            self.stdout.write("The payment service stopped answering; the rest is for the next time.")
        self.stdout.write(f"{found.looked_at} orders, {len(found.mended)} {would}let in, {len(found.unpaid)} unpaid.")
        if found.stuck:
            raise CommandError(
                f"Could not be done, and held up nothing else: {', '.join(found.stuck)}. The log says why."
            )
