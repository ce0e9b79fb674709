"""`manage.py remind_evidence`: which outside documents run out, and do their learners know? Runs every morning by itself."""

from typing import Any

from django.core.management import BaseCommand
from django.utils import timezone
from django.utils.translation import gettext as _

from assessments.documents_running_out import remind_of_documents


class Command(BaseCommand):
    help = "Reminds people of accepted documents that run out, 90, 30 and 7 days before, once each."

    def handle(self, *args: Any, **options: Any) -> None:
        reminded = remind_of_documents(at=timezone.now())
        self.stdout.write(_("%(reminded)d people reminded.") % {"reminded": reminded})
