"""Is somebody guessing numbers or links? Counts misses by address, in the cache; a hit is never slowed."""

from hashlib import sha256

from django.core.cache import cache
from django.http import HttpRequest

from .addresses import client_address

MISSES = 30  # a minute, from one address
WINDOW = 60  # seconds


def too_many_misses(request: HttpRequest, *, what: str) -> bool:
    """Count one miss of this kind and say whether there were too many of it in this minute.

    `what` names what is guessed at, each with a count of its own. Addresses are kept for a minute, in the cache only.
    """
    # Its digest: a header may hold anything, and a key may not.
    key = f"{what}-misses:{sha256(client_address(request).encode()).hexdigest()}"
    if cache.add(key, 1, WINDOW):
        return False
    try:
        return (cache.incr(key) or 0) > MISSES  # nothing comes back while the cache is down
    except ValueError:  # it ran out between the two calls
        return False
