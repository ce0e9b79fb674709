"""What does the demo tell the world about itself? Its accounts and its permanent certificates, read from the database."""

from typing import Any

from certificates.models import Certificate
from cms.accounts.passwords import DEMO_PASSWORD

from .people import ACCOUNTS, HOLDERS


def demo_facts() -> dict[str, Any]:
    """{"certificates": {status: number}, "accounts": [{email, password, name, about}]}: one query."""
    numbers: dict[str, str] = {}
    status_of = {email: status for status, email in HOLDERS.items()}
    rows = Certificate.objects.filter(holder__email__in=status_of).select_related("holder").order_by("issued_at", "pk")
    for certificate in rows:
        numbers.setdefault(status_of[certificate.holder.email], certificate.number)
    return {
        "certificates": {status: numbers[status] for status in HOLDERS if status in numbers},
        "accounts": [
            {"email": someone.email, "password": DEMO_PASSWORD, "name": someone.name, "about": someone.about}
            for someone in ACCOUNTS
        ],
    }
