"""`manage.py log`: publish a checkpoint of the transparency log now, or give the log another key."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from certificates.log.keys import CannotPublish, change_log_key, verifier_key_of
from certificates.log.publishing import publish_checkpoint


class Command(BaseCommand):
    help = "Publishes a checkpoint of the log as it is now and prints it; change_key makes another key for it first."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("action", choices=["checkpoint", "change_key"])

    def handle(self, *args: Any, action: str, **options: Any) -> None:
        at = timezone.now()
        if action == "change_key":
            key = change_log_key(by=None, at=at)
            self.stdout.write(f"The log signs with a new key. Tell whoever follows it: {verifier_key_of(key)}")
        try:
            self.stdout.write(publish_checkpoint(at=at).note, ending="")
        except CannotPublish as refusal:
            raise CommandError(str(refusal)) from None
