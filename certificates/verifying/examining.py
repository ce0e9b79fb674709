"""In which order is a credential checked, and what is the verdict?"""

from __future__ import annotations

from datetime import datetime

from .fetching import Fetcher, fetch_document
from .report import Report


def examine(data: bytes, *, at: datetime, fetch: Fetcher = fetch_document) -> Report:
    """Check the credential in `data`: a PDF, PNG, SVG, JSON file or compact JWT, of any Open Badges 3.0 issuer.

    Reads the database for our own; asks other issuers over https, at most three seconds each. Repeating gives the same answer while
    nothing changed; nothing is kept of the file. Never raises for what `data` holds.
    """
    raise NotImplementedError
