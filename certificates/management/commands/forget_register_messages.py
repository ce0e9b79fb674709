"""`manage.py forget_register_messages`: which messages through the register are kept no longer? Runs every day by itself."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from certificates.relay import forget_messages


class Command(BaseCommand):
    help = "Deletes messages that nobody confirmed in two days, and those older than the register keeps them."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{forget_messages(at=timezone.now())} messages deleted.")
