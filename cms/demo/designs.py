"""How do the demo academy's certificates look? One design in use, and one being tried out."""

from datetime import datetime, timedelta

from certificates.designs import begin_design, put_to_use
from certificates.models import DesignVersion, SheetTemplate
from cms.accounts.models import User


def make_designs(*, registrar: User, now: datetime) -> None:
    """The call sheet with two who sign, and a draft in other colours. The certificates before it keep our own."""
    at = now - timedelta(days=20)
    house = begin_design(
        name="Call sheet",
        version=DesignVersion(
            first_name="Philippa Grange",
            first_role="Registrar",
            second_name="Dr Miriam Oyelaran",
            second_role="Director of training",
        ),
        by=registrar,
        at=at,
    )
    put_to_use(version=house, by=registrar, at=at)
    begin_design(
        name="Engraved, in green",
        version=DesignVersion(template=SheetTemplate.ENGRAVED, ink="#14211b", accent="#1f5b3d"),
        by=registrar,
        at=now - timedelta(days=2),
    )
