"""`manage.py chase_payments`: what is due, late or abandoned? Runs every hour by itself."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from courses.chasing import chase


class Command(BaseCommand):
    help = (
        "Reminds of balances, pauses unpaid access after the days of grace, lets go of abandoned orders, offers places."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(str(chase(at=timezone.now())))
