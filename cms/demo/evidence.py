"""What has the demo to show from elsewhere? Two documents of the learner's, and a mentor's word about who is ready."""

from datetime import datetime, timedelta
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

from assessments.documents import accept_document, hand_in_document, record_background_check
from assessments.models import Advice, DocumentKind, Mentorship
from assessments.recommending import ask_for_recommendation, recommend
from assessments.uploads import Upload, read_upload
from cms.accounts.models import User

DAY = timedelta(days=1)


def show_evidence(staff: dict[str, User], *, now: datetime) -> None:
    """An accepted document and a waiting one, a background check that was seen, a word asked for and a word given."""
    wren, registrar = staff["learner"], staff["registrar"]
    issued = (now - 300 * DAY).date()
    first_aid = hand_in_document(
        person=wren,
        kind=DocumentKind.MENTAL_HEALTH_FIRST_AID,
        issuer="Even Keel Training (invented)",
        issued_on=issued,
        expires_on=issued + 3 * 365 * DAY,
        upload=paper("Mental health first aid", "Even Keel Training", wren.display_name),
        at=now - 40 * DAY,
    )
    accept_document(
        document=first_aid,
        issuer=first_aid.issuer,
        issued_on=first_aid.issued_on,
        expires_on=first_aid.expires_on,
        by=registrar,
        at=now - 38 * DAY,
    )
    record_background_check(
        person=wren,
        issuer="Office of Records (invented)",
        issued_on=(now - 90 * DAY).date(),
        expires_on=(now + 640 * DAY).date(),
        by=registrar,
        at=now - 38 * DAY,
    )
    hand_in_document(
        person=wren,
        kind=DocumentKind.ANTI_HARASSMENT,
        issuer="Lantern Row Guild (invented)",
        issued_on=(now - 20 * DAY).date(),
        expires_on=None,
        upload=paper("Anti-harassment training", "Lantern Row Guild", wren.display_name),
        at=now - 2 * DAY,
    )
    mentor = staff["mentor"]
    ask_for_recommendation(mentorship=_mentorship(mentor, wren), at=now - DAY)
    recommend(
        mentorship=_mentorship(mentor, staff["ready"]),
        advice=Advice.RECOMMEND,
        words_to_registrar="Eleven days with me, two of them leading. She asks early, writes little down, and steps out well.",
        words_to_learner="You are ready. Keep asking alone.",
        by=mentor,
        authentication="demo",
        at=now - 3 * DAY,
    )


def paper(title: str, issuer: str, name: str) -> Upload:
    """A picture of an invented paper, through the same door as a learner's photo."""
    sheet = Image.new("RGB", (1000, 700), "#fdfcf9")
    draw = ImageDraw.Draw(sheet)
    draw.rectangle((24, 24, 976, 676), outline="#472a66", width=4)
    for place, (words, size) in enumerate(
        ((title, 48), (name, 40), (issuer, 32), ("An invented paper, for this demo", 24))
    ):
        draw.text((500, 180 + 110 * place), words, fill="#1b1917", anchor="mm", font=ImageFont.load_default(size))
    kept = BytesIO()
    sheet.save(kept, "PNG")
    return read_upload(kept.getvalue())


def _mentorship(mentor: User, learner: User) -> Mentorship:
    return Mentorship.objects.filter(mentor__person=mentor, learner=learner).latest("asked_at")
