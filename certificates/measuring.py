"""What was measured on the way? Scores and hours, kept with a certificate and shown where its holder agreed."""

from decimal import ROUND_DOWN, Decimal

from django.utils.translation import gettext as _

from .requirements import Record


def results_of(record: Record) -> list[dict[str, str]]:
    """The best score of each quiz, and the hours studied and worked, as `Certificate.results` keeps them. Pure."""
    scores = [
        {
            "name": quiz.title,
            "measure": "score",
            "value": in_words(quiz.best),
            "minimum": "0",
            "maximum": "100",
            "required": str(quiz.pass_mark),
        }
        for quiz in record.quizzes
        if quiz.best is not None
    ]
    minutes = sum(worked.minutes for worked in record.days)
    hours = {
        _("Study hours"): Decimal(sum(module.hours for module in record.modules)),
        _("Shadow hours"): Decimal(minutes) / 60,
    }
    measured = [
        {"name": str(name), "measure": "hours", "value": in_words(amount)} for name, amount in hours.items() if amount
    ]
    return _told_apart([*scores, *measured])


def in_words(amount: Decimal) -> str:
    """An amount as a credential writes it: one decimal at most, rounded down, without an exponent."""
    cut = amount.quantize(Decimal("0.1"), rounding=ROUND_DOWN)
    return f"{cut.normalize():f}"


def _told_apart(results: list[dict[str, str]]) -> list[dict[str, str]]:
    """The same results under names of their own: two quizzes may have one title."""
    seen: dict[str, int] = {}
    for result in results:
        name = result["name"]
        seen[name] = seen.get(name, 0) + 1
        if seen[name] > 1:
            result["name"] = f"{name} ({seen[name]})"
    return results
