"""May anyone rely on this credential, whoever issued it? `examine` takes bytes and answers with a report."""

from .examining import examine
from .fetching import CannotFetch, Fetched, Fetcher
from .report import Check, Facts, FileKind, Outcome, Report, Step, Verdict

__all__ = [
    "CannotFetch",
    "Check",
    "Facts",
    "Fetched",
    "Fetcher",
    "FileKind",
    "Outcome",
    "Report",
    "Step",
    "Verdict",
    "examine",
]
