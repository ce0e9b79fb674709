"""Outside documents and recommendations with boring defaults, made through the domain functions."""

from datetime import date, datetime
from io import BytesIO
from itertools import count
from typing import Any

from PIL import Image

from assessments.documents import accept_document, hand_in_document, record_background_check
from assessments.models import Advice, DocumentKind, EvidenceDocument, Mentorship, Recommendation
from assessments.recommending import recommend
from assessments.uploads import Upload, read_upload
from cms.accounts.models import User

from .people import NOON, make_person, make_registrar
from .shifts import make_mentorship

_numbers = count(1)
ISSUED = date(2026, 3, 2)
LAST_DAY = date(2028, 3, 2)
DATES = {"issuer": "Even Keel Training", "issued_on": ISSUED, "expires_on": LAST_DAY}
PLACE = {0x010F: "Somebody’s telephone", 0x8825: {1: "N", 2: (51.0, 30.0, 0.0)}}  # EXIF: make, GPS


def a_pdf() -> bytes:
    """Another one each time."""
    return b"%PDF-1.7\n" + f"% paper {next(_numbers)}\n%%EOF\n".encode()


def a_picture(kind: str = "PNG", *, size: tuple[int, int] = (40, 20), **saved: Any) -> bytes:
    kept = BytesIO()
    Image.new("RGB", size, (next(_numbers) % 256, 90, 60)).save(kept, kind, **saved)
    return kept.getvalue()


def a_heic() -> bytes:
    return b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + bytes(64)


def an_upload(content: bytes | None = None) -> Upload:
    return read_upload(content or a_pdf())


def make_document(
    person: User | None = None,
    *,
    kind: DocumentKind = DocumentKind.MENTAL_HEALTH_FIRST_AID,
    content: bytes | None = None,
    at: datetime = NOON,
    **said: Any,
) -> EvidenceDocument:
    """Handed in, and waiting."""
    return hand_in_document(person=person or make_person(), kind=kind, upload=an_upload(content), at=at, **DATES | said)


def make_accepted_document(
    person: User | None = None, *, by: User | None = None, at: datetime = NOON, **said: Any
) -> EvidenceDocument:
    document = make_document(person, at=at, **said)
    return accept_document(
        document=document,
        issuer=document.issuer,
        issued_on=document.issued_on,
        expires_on=document.expires_on,
        by=by or make_registrar(),
        at=at,
    )


def make_background_check(
    person: User | None = None, *, by: User | None = None, at: datetime = NOON, **said: Any
) -> EvidenceDocument:
    return record_background_check(person=person or make_person(), by=by or make_registrar(), at=at, **DATES | said)


def make_recommendation(
    mentorship: Mentorship | None = None, *, advice: Advice = Advice.RECOMMEND, at: datetime = NOON, **said: Any
) -> Recommendation:
    mentorship = mentorship or make_mentorship(at=at)
    words = {"words_to_registrar": "Steady hands, in confidence.", "words_to_learner": "Keep asking."} | said
    return recommend(
        mentorship=mentorship, advice=advice, by=mentorship.mentor.person, authentication="password", at=at, **words
    )
