"""Which look does a version of a design give? Rows in, what the press reads out."""

from .models import DesignVersion
from .pdf import HOUSE_LOOK, Look, Signature


def look_of(version: DesignVersion | None) -> Look:
    """The look of this version, saved or not; our own without one. No query."""
    if version is None:
        return HOUSE_LOOK
    return Look(
        template=version.template,
        ink=version.ink,
        accent=version.accent,
        seal=version.seal,
        signatures=tuple(
            Signature(name=name, role=role, picture=picture)
            for name, role, picture in (
                (version.first_name, version.first_role, version.first_picture),
                (version.second_name, version.second_role, version.second_picture),
            )
            if name
        ),
    )
