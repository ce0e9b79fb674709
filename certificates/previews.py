"""What would a certificate look like? A proof for holders who do not exist, for whoever chooses a design."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from django.utils.translation import gettext_lazy as _

from cms.accounts.academy import AcademySettings

from .pdf import Look, PrintedCertificate, render_pdf, render_picture

# Invented, and as long and as far from our letters as names are.
HOLDERS: Mapping[str, tuple[object, str]] = {
    "short": (_("A short name"), "Ana Núñez"),
    "long": (_("A long name"), "Wilhelmina-Alexandrina Featherstonehaugh-Cholmondeley-Windsor"[:60]),
    "arabic": (_("Arabic"), "ليلى عبد الرحمن"),
    "devanagari": (_("Devanagari"), "प्रिया शर्मा"),
    "chinese": (_("Chinese"), "李小龍"),
}
CREDENTIAL = json.dumps({"name": "A proof of a design. It certifies nothing and nobody."}).encode()
PROOF = PrintedCertificate(
    holder_name="Ana Núñez",
    kind_label="Certification",
    title="Certified Intimacy Coordinator",
    programme_title="Intimacy Coordinator",
    issuer_name="Closed Set Academy",
    registrar_name="Philippa Grange",
    lead=(
        "has met, on evidence signed by working coordinators, every requirement of the programme Intimacy Coordinator, "
        "and is a"
    ),
    basis=(
        ("Study", "3 modules, 96 hours"),
        ("On set", "22 days, 3 mentors"),
        ("Rule set", "2026.1 (example)"),
        ("Valid", "2 March 2026 to 2 March 2029"),
    ),
    number="CS-00000-00000-0",
    verify_url="https://academy.example/verify/CS-00000-00000-0/",
    verify_label="academy.example/verify",
    fine_print="A proof of the design. It certifies nothing, and its number leads nowhere.",
    issued_on=date(2026, 3, 2),
    valid_until=date(2029, 3, 2),
    document_id="urn:uuid:00000000-0000-4000-8000-000000000000",
)


def proof(holder: str = "short") -> PrintedCertificate:
    """The words of a proof in the academy's own name: one query."""
    academy = AcademySettings.load()
    name = HOLDERS.get(holder, HOLDERS["short"])[1]
    return replace(PROOF, holder_name=name, issuer_name=academy.name, registrar_name=academy.registrar_name)


def proof_pdf(look: Look, *, paper: str, holder: str = "short") -> bytes:
    """The proof as the PDF that one would be given."""
    return render_pdf(proof(holder), credential_json=CREDENTIAL, look=look, paper=paper)


def proof_picture(look: Look, *, paper: str, holder: str = "short") -> bytes:
    """The proof as a PNG to look at."""
    return render_picture(proof(holder), look=look, paper=paper)


def try_out(look: Look) -> None:
    """Print the proof with the shortest and the longest name on both papers. Raises TypstError where that cannot be."""
    for paper in ("a4", "letter"):
        for holder in ("short", "long"):
            render_pdf(
                replace(PROOF, holder_name=HOLDERS[holder][1]), credential_json=CREDENTIAL, look=look, paper=paper
            )
