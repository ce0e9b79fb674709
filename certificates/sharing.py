"""With which words and links does a holder show their certificate elsewhere? Pure: nothing is asked, nothing is sent.

LinkedIn: the address of its own form, filled in (linkedin.com/help/linkedin/answer/a527426). A signature and a snippet are
plain HTML without a script, so they work wherever HTML does.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.utils.html import format_html
from django.utils.translation import gettext as _

from .issuer import address_of, verify_url
from .models import Certificate

LINKEDIN = "https://www.linkedin.com/profile/add"
BADGE = 96  # pixels of the picture's sides in a signature and on a page
FRAME = (320, 150)  # pixels: wide and high enough for two lines of title


@dataclass(frozen=True, kw_only=True)
class Sharing:
    """What a holder copies or follows. All addresses are absolute."""

    linkedin: str
    signature: str  # HTML
    signature_text: str
    snippet: str  # HTML: a picture that leads to the verification page
    frame: str  # HTML: our own small page, with the status as it is then
    link: str


def sharing_of(certificate: Certificate) -> Sharing:
    """Everything to show this certificate with. No query."""
    link = verify_url(certificate)
    picture = address_of("certificates:credential_png", certificate.public_id)
    title, issuer = certificate.title, certificate.issuer_name
    alt = _("Badge: %(title)s, %(issuer)s") % {"title": title, "issuer": issuer}
    image = format_html('<img src="{}" width="{}" height="{}" alt="{}">', picture, BADGE, BADGE, alt)
    check = _("Verify %(number)s") % {"number": certificate.number}
    wide, high = FRAME
    return Sharing(
        linkedin=linkedin_url(certificate),
        signature=format_html(
            '<p><a href="{}">{}</a><br>{}<br>{}<br><a href="{}">{}</a></p>', link, image, title, issuer, link, check
        ),
        signature_text=f"{title}\n{issuer}\n{check}: {link}",
        snippet=format_html('<a href="{}">{}</a>', link, image),
        frame=format_html(
            '<iframe src="{}" width="{}" height="{}" title="{}" loading="lazy"></iframe>',
            address_of("certificates:credential_badge", certificate.public_id),
            wide,
            high,
            alt,
        ),
        link=link,
    )


def linkedin_url(certificate: Certificate) -> str:
    """LinkedIn's form for a certification, filled in. It opens there; we send nothing."""
    said: dict[str, str | int] = {
        "startTask": "CERTIFICATION_NAME",
        "name": certificate.title,
        "organizationName": certificate.issuer_name,
        "issueYear": certificate.awarded_on.year,
        "issueMonth": certificate.awarded_on.month,
    }
    if certificate.valid_until:
        said |= {"expirationYear": certificate.valid_until.year, "expirationMonth": certificate.valid_until.month}
    said |= {"certUrl": verify_url(certificate), "certId": certificate.number}
    return f"{LINKEDIN}?{urlencode(said)}"
