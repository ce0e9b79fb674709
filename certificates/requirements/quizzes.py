"""Has every quiz been passed?"""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from ..models import RequirementKind
from .facts import BadTerms, Finding, Promise, QuizFacts, Record, State, take, whole
from .fields import Field, Number


class QuizzesPassed:
    """Every quiz of the programme, each at its own pass mark; `mark` (per cent) raises them all."""

    FIELDS: ClassVar[tuple[Field, ...]] = (
        Number(
            name="mark",
            label=gettext_lazy("Lowest mark, per cent"),
            help=gettext_lazy("Never below a quiz’s own pass mark. Empty: its own pass mark is enough."),
            most=100,
        ),
    )

    def __init__(self, terms: Mapping[str, Any]) -> None:
        take(terms, ("mark",))
        self.mark = whole(terms, "mark", 0)
        if self.mark > 100:
            raise BadTerms(_("“mark” is a percentage, 0 to 100."), term="mark")

    def promise(self) -> Promise:
        how_much = _("%(mark)d %% or more in each") % {"mark": self.mark} if self.mark else _("all of them")
        return Promise(title=_("Quizzes passed"), how_much=how_much, who_vouches=_("The record"))

    def finding(self, record: Record) -> Finding:
        total = len(record.quizzes)
        missing = [quiz for quiz in record.quizzes if not self._enough(quiz)]
        met = total > 0 and not missing
        if met:
            sentence = _("Met: %(count)d of %(count)d.") % {"count": total}
        elif not total:
            sentence = _("The programme has no quizzes yet.")
        else:
            first = missing[0]
            needed = max(self.mark, first.pass_mark)
            if first.best is None:
                left = _("%(title)s is not taken yet") % {"title": first.title}
            else:
                left = _("%(title)s stands at %(best)s %% of %(needed)d %%") % {
                    "title": first.title,
                    "best": int(first.best),
                    "needed": needed,
                }
            sentence = _("%(passed)d of %(total)d passed; %(left)s.") % {
                "passed": total - len(missing),
                "total": total,
                "left": left,
            }
        mark = min((max(self.mark, quiz.pass_mark) for quiz in record.quizzes), default=self.mark)
        return Finding(
            kind=RequirementKind.QUIZZES,
            title=_("Quizzes"),
            state=State.MET if met else State.NOT_YET,
            sentence=sentence,
            summary=ngettext(
                "%(count)d quiz passed at %(mark)d %% or more", "%(count)d quizzes passed at %(mark)d %% or more", total
            )
            % {"count": total, "mark": mark},
            have=total - len(missing),
            need=total,
            action=_("Sit it"),
        )

    def _enough(self, quiz: QuizFacts) -> bool:
        return quiz.passed and quiz.best is not None and quiz.best >= self.mark
