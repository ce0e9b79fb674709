"""When is that? Times as credentials write them."""

import re
from datetime import datetime

_MOMENT = re.compile(
    r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"
    r"(\.[0-9]{1,9})?(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])"
)


def read_moment(text: object) -> datetime | None:
    """An XML Schema dateTimeStamp, which has a time zone, as an aware time; None for anything else."""
    if not isinstance(text, str) or not _MOMENT.fullmatch(text):
        return None
    try:
        moment = datetime.fromisoformat(text)
        moment.timestamp()  # the first and the last day of the calendar have no UTC everywhere
    except (ValueError, OverflowError):
        return None
    return moment
