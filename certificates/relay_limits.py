"""Does somebody write too often from one network address? Counted in the cache, for the span it is about and no longer."""

from hashlib import sha256

from django.core.cache import cache
from django.http import HttpRequest

from cms.accounts.addresses import client_address


def too_often(request: HttpRequest, *, what: str, most: int, seconds: int) -> bool:
    """Count one more from this address and say whether there were over `most` within `seconds`.

    Without a cache nobody is turned away: what the database counts, by sender and by recipient, holds all the same.
    """
    key = f"{what}-by:{sha256(client_address(request).encode()).hexdigest()}"
    if cache.add(key, 1, seconds):
        return False
    try:
        return (cache.incr(key) or 0) > most  # nothing comes back while the cache is down
    except ValueError:  # it ran out between the two calls
        return False
