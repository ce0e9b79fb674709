"""May a line of a log open a door? Never: addresses that admit whoever knows them are cut short before they are written."""

import logging
import re

# What comes before the secret part of such an address.
PLACES = ("/mentoring/sign/", "/register/confirm/", "/complaints/")
SECRET = re.compile(rf"({'|'.join(map(re.escape, PLACES))})[^/\s?\"']+")


class WithoutSecrets(logging.Filter):
    """On a handler, so that it sees the lines of every logger."""

    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        if SECRET.search(message):
            record.msg, record.args = SECRET.sub(r"\1…", message), ()
        return True
