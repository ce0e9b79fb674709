"""Is somebody guessing, sending without end, or asking for more than one person would? Counts by address, in the cache.

A guess that hits is never slowed.
"""

import hmac
import secrets
from hashlib import sha256

from django.core.cache import cache
from django.http import HttpRequest

from .addresses import client_address

MISSES = 30  # a minute, from one address
WINDOW = 60  # seconds
# Made anew in each process and kept nowhere: what is counted under it leads back to no address, not even by trying all.
_SECRET = secrets.token_bytes(32)


def too_many_misses(request: HttpRequest, *, what: str, misses: int = 1) -> bool:
    """Count misses of this kind and say whether there were too many of it in this minute.

    `what` names what is guessed at, each with a count of its own. Addresses are kept for a minute, in the cache only.
    """
    return over_limit(what=f"{what}-misses", who=client_address(request), most=MISSES, by=misses)


def over_limit(*, what: str, who: str, most: int, by: int = 1) -> bool:
    """Count `by` times what `who` did, and say whether that is more than `most` in this minute. No, while the cache is down.

    `who` is an address, or the name of an account or token; its digest is kept for a minute, in the cache only.
    """
    # Its digest: a header may hold anything, and a key may not.
    key = f"{what}:{sha256(who.encode()).hexdigest()}"
    if cache.add(key, by, WINDOW):
        return by > most
    try:
        return (cache.incr(key, by) or 0) > most  # nothing comes back while the cache is down
    except ValueError:  # it ran out between the two calls
        return False


def too_many_sent(request: HttpRequest, *, what: str, most: int, within: int) -> bool:
    """Count one sending of this kind and say whether there were more than `most` of it `within` so many seconds.

    For who is to stay unknown: no address is kept, nor anything that it could be worked out from. Each process counts
    for itself.
    """
    who = hmac.new(_SECRET, client_address(request).encode(), sha256).hexdigest()
    key = f"{what}-sent:{who}"
    if cache.add(key, 1, within):
        return False
    try:
        return cache.incr(key) > most
    except ValueError:  # it ran out between the two calls
        return False
