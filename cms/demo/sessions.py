"""Which live session does the demo have? One unit of the short programme, with a date that has been and one to come."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from cms.accounts.models import User
from courses.attending import plan_session
from courses.models import LiveSession, LiveSessionPage, ModulePage, ProgrammePage

ZONE = ZoneInfo("Europe/London")


def make_sessions(programme: ProgrammePage, *, registrar: User, now: datetime) -> None:
    module = ModulePage.objects.descendant_of(programme).order_by("path").first()
    assert module is not None  # noqa: S101 - the programme was made with one
    page = module.add_child(
        instance=LiveSessionPage(
            title="Asking aloud: a practice evening",
            slug="practice-evening",
            summary="Two hours in small groups: asking, being told no, and going on.",
            minutes=120,
            opens_next=False,
            intro="<p>Nothing is acted out and nobody is touched. You may sit out any part without giving a reason.</p>",
            make_up="<p>Come to another date, or send the registrar two pages on a question you would ask differently "
            "now. Once is enough.</p>",
        )
    )
    for days in (-20, 15):
        begins = datetime.combine((now + timedelta(days=days)).date(), time(18, 30), tzinfo=ZONE)
        plan_session(
            session=LiveSession(page=page, starts_at=begins, minutes=120, place="Studio 2, Calder Works"),
            by=registrar,
            at=min(now, begins) - timedelta(days=10),
        )
