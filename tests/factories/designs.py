"""Designs of certificates with boring defaults, made through the domain functions."""

import io
from datetime import datetime
from itertools import count

from PIL import Image

from certificates.designs import begin_design, put_to_use
from certificates.models import DesignVersion
from cms.accounts.models import User

from .people import NOON, make_registrar

SEAL = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10"><circle cx="5" cy="5" r="4" fill="#0b5563"/></svg>'
_numbers = count(1)


def make_draft(*, name: str = "", by: User | None = None, at: datetime = NOON, **fields: str) -> DesignVersion:
    """A first version that is not in use."""
    return begin_design(
        name=name or f"Design {next(_numbers)}", version=DesignVersion(**fields), by=by or make_registrar(), at=at
    )


def make_design(*, by: User | None = None, at: datetime = NOON, **fields: str) -> DesignVersion:
    """A first version in use."""
    by = by or make_registrar()
    return put_to_use(version=make_draft(by=by, at=at, **fields), by=by, at=at)


def a_png(width: int = 40, height: int = 20, **saved: object) -> bytes:
    file = io.BytesIO()
    Image.new("RGBA", (width, height), (20, 30, 90, 255)).save(file, "PNG", **saved)
    return file.getvalue()
