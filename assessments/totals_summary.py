"""What stands at the head of the log? The totals of all of a learner's enrolments in a few cells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from cms.accounts.models import User
from courses.models import Enrolment

from .counting import CountingRules, Reason
from .counting_rules import rules_of
from .mentors import today_of
from .models import Shift
from .shift_words import duration
from .totals import Totals, standings_of, totals_of


@dataclass(frozen=True, kw_only=True)
class Summary:
    """Cells for the log: `whole` is everything recorded, `counting_days` what counts on each programme by its own rules."""

    whole: Totals
    counting_days: int

    @property
    def hours(self) -> str:
        return duration(self.whole.signed.minutes)

    @property
    def waiting(self) -> int:
        return self.whole.because(Reason.WITH_MENTOR).shifts

    @property
    def unanswered(self) -> int:
        return self.whole.because(Reason.WITH_LEARNER).shifts

    @property
    def drafts(self) -> int:
        return self.whole.because(Reason.DRAFT).shifts


def summary_of(learner: User, shifts: Sequence[Shift], *, at: datetime) -> Summary:
    """The cells for these shifts, all of the learner's, in any order, their productions loaded. Three queries."""
    standings = standings_of(sorted(shifts, key=lambda shift: (shift.call_at, shift.pk)))
    on = today_of(learner, at)
    rules = rules_of(list(Enrolment.objects.filter(learner=learner).order_by("pk")))
    counting = [
        totals_of([one for one in standings if one.shift.enrolment_id == key], own, on=on).countable.days
        for key, own in rules.items()
    ]
    return Summary(whole=totals_of(standings, CountingRules(), on=on), counting_days=sum(counting))
