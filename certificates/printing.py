"""What does a certificate's paper say? The same words for the PDF and for the page."""

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from courses.models import CredentialKind

from .issuer import verify_url
from .models import Certificate
from .pdf import PrintedCertificate


def printed(certificate: Certificate) -> PrintedCertificate:
    """The words of the sheet, from the certificate's own frozen row. No query."""
    kind = CredentialKind(certificate.kind)
    awarded = date_format(certificate.awarded_on, "j F Y")
    valid = (
        _("%(from)s to %(until)s") % {"from": awarded, "until": date_format(certificate.valid_until, "j F Y")}
        if certificate.valid_until
        else awarded
    )
    rules = certificate.requirements_version + (" " + _("(example)") if certificate.rules_are_example else "")
    address = verify_url(certificate)
    return PrintedCertificate(
        holder_name=certificate.holder_name if certificate.shows_name else _("The holder of this number"),
        kind_label=str(kind.label),
        title=certificate.title,
        programme_title=certificate.programme_title,
        issuer_name=certificate.issuer_name,
        registrar_name=certificate.registrar_name,
        lead=_lead(kind, certificate.programme_title),
        basis=(
            *((label, words) for label, words in certificate.facts),
            (_("Rule set"), rules),
            (_("Valid") if certificate.valid_until else _("Awarded"), valid),
        ),
        number=certificate.number,
        verify_url=address,
        verify_label=address.split("://", 1)[1].removesuffix(f"{certificate.number}/").rstrip("/"),
        fine_print=_(
            "Says what was shown on the day it was issued. Not a licence. "
            "Its present status is at the address in the code."
        ),
        issued_on=certificate.awarded_on,
        valid_until=certificate.valid_until.date() if certificate.valid_until else None,
        document_id=str(certificate.public_id),
        opening=_("This is to certify that"),
        registrar_label=_("Registrar"),
        number_label=_("Certificate number"),
        qr_alt=_("QR code that opens the verification page for this certificate"),
        attachment_label=_("The signed credential that this certificate prints"),
    )


def signed_by(certificate: Certificate) -> list[tuple[str, str]]:
    """Who signs it, and as what: whom its design names; else the registrar. No query for a design that is loaded."""
    design = certificate.design
    named = [(design.first_name, design.first_role), (design.second_name, design.second_role)] if design else []
    named = [(name, role) for name, role in named if name]
    return named or ([(certificate.registrar_name, _("Registrar"))] if certificate.registrar_name else [])


def _lead(kind: CredentialKind, programme: str) -> str:
    if kind is CredentialKind.CERTIFICATION:
        return _(
            "has met, on evidence signed by working coordinators, every requirement of the programme %(programme)s, "
            "and is a"
        ) % {"programme": programme}
    if kind is CredentialKind.ASSESSMENT:
        return _("has met and been assessed on the outcomes of the programme %(programme)s:") % {"programme": programme}
    return _("has completed the programme %(programme)s:") % {"programme": programme}
