"""How is a new version written, and what happens when it is published?"""

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from certificates.drafting import CannotDraft, begin_draft, discard_draft, name_draft, publish_draft
from certificates.eligibility import CannotPublish
from certificates.models import RequirementDraft, RequirementKind
from cms.accounts import policy
from cms.accounts.policy import allowed, person_of
from courses.models import ProgrammePage

from ..frame import Act, Step, ask, day, goes_back, is_sure, show
from ..past import past_of
from .foreseen import show_foreseen
from .forms import NameForm, PublishForm
from .sets import held_to, in_words, resting_on, steps


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("desk.use")
def draft_begin(request: HttpRequest, programme_id: int) -> HttpResponse:
    """Begin a draft, or go on with the one there is."""
    programme = policy.fetch(request.user, "rules.write", ProgrammePage.objects.all(), pk=programme_id)
    if request.method != "POST":
        return redirect("desk:requirement_programme", programme.pk)
    draft = begin_draft(programme=programme, by=person_of(request), at=timezone.now())
    return redirect("desk:requirement_draft", draft.pk)


@require_safe
@allowed("desk.use")
def draft_detail(request: HttpRequest, draft_id: int) -> HttpResponse:
    """The draft as a list, each requirement with the sentence a visitor will read."""
    draft = fetch_draft(request, draft_id)
    lines = in_words(draft.lines.order_by("position"))
    return show(
        request,
        "cms/desk/rules/draft.html",
        title=_("Draft %(version)s") % {"version": draft.version},
        icon="list-ol",
        steps=steps(draft.programme),
        heading=draft.programme.title,
        state=_state(draft),
        state_is_good=draft.published_as_id is not None,
        draft=draft,
        open=draft.closed_at is None,
        lines=lines,
        kinds=[(kind, label) for kind, label in RequirementKind.choices],
        facts=[
            (_("Version"), draft.version),
            (_("Begun from"), draft.based_on.version if draft.based_on else _("nothing")),
            (_("An example"), _("yes, and said so") if draft.is_example else _("no")),
            (_("Begun"), _("%(day)s by %(who)s") % {"day": day(draft.begun_at), "who": draft.begun_by}),
        ],
        past=past_of(draft),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("desk.use")
def draft_name(request: HttpRequest, draft_id: int) -> HttpResponse:
    """Which version it will be, and whether it is an example."""
    draft = fetch_draft(request, draft_id)
    title, here = draft.version, _here(draft)
    form = NameForm(request.POST or None, instance=draft)
    if form.is_valid():
        try:
            name_draft(draft=draft, **form.cleaned_data)
        except CannotDraft as refusal:
            form.add_error("version", str(refusal))
        else:
            return redirect(here)
    act = Act(
        title=_("Name the draft"),
        button=_("Save"),
        back=here,
        steps=[*steps(draft.programme), (title, here)],
        missing=_closed(draft),
    )
    return ask(request, act, form=form)


@require_safe
@allowed("desk.use")
def draft_foreseen(request: HttpRequest, draft_id: int) -> HttpResponse:
    """Everybody on the programme under the draft as it stands."""
    draft = fetch_draft(request, draft_id)
    return show_foreseen(
        request,
        programme=draft.programme,
        lines=list(draft.lines.order_by("position")),
        published=None,
        version=draft.version,
        back=_here(draft),
        steps=_steps(draft),
        at=timezone.now(),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("desk.use")
def draft_publish(request: HttpRequest, draft_id: int) -> HttpResponse:
    """From which day; then what that means; then, sure, publish."""
    draft = fetch_draft(request, draft_id)
    at = timezone.now()
    form = PublishForm(request.POST or None, initial={"holds_from": timezone.localdate()})
    told = form.is_valid() and not goes_back(request)
    if told and is_sure(request):
        try:
            published = publish_draft(draft=draft, holds_from=form.moment(at), by=person_of(request), at=at)
        except CannotPublish as refusal:
            form.add_error(None, str(refusal))
            told = False
        else:
            messages.success(
                request,
                _("Version %(version)s is published. It holds from %(day)s for whoever joins.")
                % {"version": published.version, "day": day(published.published_at)},
            )
            return redirect("desk:requirement_set", published.pk)
    programme = draft.programme
    act = Act(
        title=_("Publish %(version)s") % {"version": draft.version},
        button=_("Publish it for good") if told else _("Go on"),
        back=_here(draft),
        icon="upload",
        steps=_steps(draft),
        facts=[
            (_("Gives"), programme.credential_title),
            (_("Kind"), programme.get_kind_display()),
            (_("Valid for"), _("%(n)d years") % {"n": programme.valid_years} if programme.valid_years else _("ever")),
            *((line.promise.title, line.promise.how_much) for line in in_words(draft.lines.order_by("position"))),
        ],
        changes=_what_happens(draft, day(form.moment(at)) if told else ""),
        links=[] if told else [(_("Who would pass"), reverse("desk:requirement_draft_foreseen", args=[draft.pk]))],
        serious=told,
        missing=_closed(draft),
    )
    return ask(request, act, form=form, sure=told)


def _what_happens(draft: RequirementDraft, from_day: str) -> list[str]:
    learners, certificates = sum(held_to(draft.programme).values()), sum(resting_on(draft.programme).values())
    return [
        _("Whoever joins from %(day)s on is held to it.") % {"day": from_day}
        if from_day
        else _("Whoever joins from that day on is held to it."),
        ngettext(
            "%(n)d learner is on the programme, and nobody is moved. That is a step of its own.",
            "%(n)d learners are on the programme, and nobody is moved. That is a step of its own.",
            learners,
        )
        % {"n": learners},
        ngettext(
            "%(n)d certificate rests on a version before it. It stays as it is, and is listed as issued under earlier rules.",
            "%(n)d certificates rest on versions before it. They stay as they are, and are listed as issued under earlier rules.",
            certificates,
        )
        % {"n": certificates},
        _("A published version never changes. What is wrong in it is put right by the next one."),
    ]


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("desk.use")
def draft_discard(request: HttpRequest, draft_id: int) -> HttpResponse:
    """Give the draft up."""
    draft = fetch_draft(request, draft_id)
    form = Form(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            discard_draft(draft=draft, by=person_of(request), at=timezone.now())
        except CannotDraft as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The draft is given up. Nothing that holds has changed."))
            return redirect("desk:requirement_programme", draft.programme_id)
    act = Act(
        title=_("Give up the draft"),
        button=_("Give it up"),
        back=_here(draft),
        icon="bin",
        steps=_steps(draft),
        changes=[_("Nothing that holds changes. The draft stays readable, and cannot be gone on with.")],
        serious=True,
        missing=[_("This draft was published. A published version stays.")] if draft.published_as_id else [],
    )
    return ask(request, act, form=form)


def fetch_draft(request: HttpRequest, draft_id: int) -> RequirementDraft:
    drafts = RequirementDraft.objects.select_related("programme", "based_on", "begun_by", "published_as")
    return policy.fetch(request.user, "rules.write", drafts, pk=draft_id)


def _state(draft: RequirementDraft) -> str:
    if draft.published_as_id:
        return _("Published")
    return _("Given up") if draft.closed_at else _("Being written")


def _closed(draft: RequirementDraft) -> list[str]:
    return [_("This draft is closed. Begin a new one.")] if draft.closed_at else []


def _here(draft: RequirementDraft) -> str:
    return reverse("desk:requirement_draft", args=[draft.pk])


def _steps(draft: RequirementDraft) -> list[Step]:
    return [*steps(draft.programme), (_("Draft %(version)s") % {"version": draft.version}, _here(draft))]
