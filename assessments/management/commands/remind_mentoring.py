"""`manage.py remind_mentoring`: which check-ins are due, whose credential runs out, what ends? Runs every morning by itself."""

from typing import Any

from django.core.management import BaseCommand
from django.utils import timezone
from django.utils.translation import gettext as _

from assessments.check_ins import remind_of_check_ins
from assessments.notice import end_what_was_announced
from assessments.running_out import remind_of_credentials


class Command(BaseCommand):
    help = "Ends mentorships after their notice, reminds of check-ins, and of credentials that run out within 60 days."

    def handle(self, *args: Any, **options: Any) -> None:
        at = timezone.now()
        ended, check_ins = end_what_was_announced(at=at), remind_of_check_ins(at=at)
        credentials = remind_of_credentials(at=at)
        said = {"ended": ended, "check_ins": check_ins, "credentials": credentials}
        self.stdout.write(
            _("%(ended)d ended, %(check_ins)d check-ins due, %(credentials)d credentials that run out.") % said
        )
