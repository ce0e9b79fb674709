"""Who may sign shifts, until when, and who should?"""

from datetime import date

from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from wagtail.admin.ui.tables import Column, StatusTagColumn, TitleColumn

from assessments.mentors import regions_in_words, why_not_signing
from assessments.models import Mentor
from assessments.running_out import mentors_running_out
from cms.accounts import policy
from cms.accounts.policy import allowed

from .frame import Fact, Step, choices_of, day, searched, show, show_list
from .past import past_of

OPEN = Q(mentorships__begun_at__isnull=False, mentorships__ended_at=None)


@require_safe
@allowed("desk.use")
def mentor_list(request: HttpRequest) -> HttpResponse:
    """Every mentor, the credential that runs out first at the top."""
    policy.require(request.user, "mentor.approve")
    today = timezone.localdate()
    state, choices = choices_of(
        request,
        {
            "all": _("All"),
            "running_out": _("Run out within 60 days"),
            "run_out": _("Run out"),
            "suspended": _("Suspended"),
            "stopping": _("Stop or have stopped"),
            "outside": _("Without an account"),
        },
    )
    rows = {
        "all": Mentor.objects.all(),
        "running_out": mentors_running_out(timezone.now()),
        "run_out": Mentor.objects.filter(credential_expires_on__lt=today),
        "suspended": Mentor.objects.filter(suspended_at__isnull=False),
        "stopping": Mentor.objects.filter(stops_on__isnull=False),
        "outside": Mentor.objects.filter(person=None),
    }[state]
    if sought := searched(request):
        with_account = Q(person__display_name__icontains=sought) | Q(person__email__icontains=sought)
        rows = rows.filter(with_account | Q(outside_name__icontains=sought) | Q(outside_email__icontains=sought))
    return show_list(
        request,
        title=_("Mentors"),
        icon="group",
        rows=rows.select_related("person").annotate(open=Count("mentorships", filter=OPEN)).order_by(
            "credential_expires_on", "pk"
        ),
        columns=[
            TitleColumn("name", label=_("Mentor"), accessor=lambda row: row.name, url_name="desk:mentor_detail"),
            Column("credential_number", label=_("Credential")),
            Column("until", label=_("Last day"), accessor=lambda row: day(row.credential_expires_on)),
            Column("open", label=_("Open mentorships")),
            StatusTagColumn(
                "state",
                label=_("State"),
                accessor=lambda row: state_of(row, today),
                primary=lambda row: _may_sign(row, today),
            ),
        ],
        choices=choices,
        search=_("Find a mentor"),
        buttons=[
            (_("Invite a mentor"), reverse("desk:mentor_invite"), "mail"),
            (_("Approve a mentor"), reverse("desk:mentor_new"), "plus"),
        ],
        empty=_("No mentor is found by these words.") if sought else _("There are no such mentors."),
    )  # fmt: skip


@require_safe
@allowed("desk.use")
def mentor_detail(request: HttpRequest, mentor_id: int) -> HttpResponse:
    mentor = fetch_mentor(request, mentor_id)
    today = timezone.localdate()
    return show(
        request,
        "cms/desk/mentor.html",
        title=mentor.name,
        icon="group",
        steps=steps(),
        mentor=mentor,
        facts=facts_of(mentor),
        state=state_of(mentor, today),
        heading=_("Mentor"),
        state_is_good=_may_sign(mentor, today),
        past=past_of(mentor),
        stops_on=mentor.stops_on,
    )


def state_of(mentor: Mentor, today: date) -> str:
    """In two words, for a list. Whoever has announced that they stop still signs until then."""
    if mentor.stops_on and mentor.stops_on < today:
        return _("Stopped")
    if mentor.suspended_at:
        return _("Suspended")
    return _("Credential run out") if mentor.credential_expires_on < today else _("May sign")


def _may_sign(mentor: Mentor, today: date) -> bool:
    return not why_not_signing(mentor, today)


def facts_of(mentor: Mentor) -> list[Fact]:
    facts: list[Fact] = [
        (_("E-mail address"), mentor.email),
        (_("Account"), _("None: signs by links in mails") if mentor.is_outside else _("Yes")),
        (_("Credential"), mentor.credential_number),
        (_("Last day"), day(mentor.credential_expires_on)),
        (_("Approved"), day(mentor.approved_at)),
        (_("By"), mentor.approved_by),
        (_("Works in"), ", ".join(regions_in_words(mentor.regions)) or _("Not said")),
        (_("Open mentorships"), _open_of(mentor)),
        (_("Conflicts of interest"), mentor.conflicts or _("None said")),
    ]
    if not mentor.is_outside:
        facts.append((_("Takes new mentees"), _yes_no(mentor.takes_mentees)))
        facts.append((_("Name may be shown to employers"), _yes_no(mentor.shows_name)))
    if mentor.stops_on:
        facts.append((_("Stops signing after"), day(mentor.stops_on)))
    if mentor.suspended_at:
        facts.append((_("Suspended"), day(mentor.suspended_at)))
    return facts


def _open_of(mentor: Mentor) -> str:
    open_now = getattr(mentor, "open", 0)
    if mentor.is_outside:
        return str(open_now)
    return _("%(open)s of %(places)s") % {"open": open_now, "places": mentor.capacity}


def _yes_no(said: bool) -> str:
    return _("Yes") if said else _("No")


def _mentors() -> QuerySet[Mentor]:
    mentors = Mentor.objects.select_related("person", "approved_by")
    return mentors.annotate(open=Count("mentorships", filter=OPEN))


def fetch_mentor(request: HttpRequest, mentor_id: int) -> Mentor:
    return policy.fetch(request.user, "mentor.approve", _mentors(), pk=mentor_id)


def steps() -> list[Step]:
    return [(_("Mentors"), reverse("desk:mentor_list"))]
