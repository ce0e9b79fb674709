"""Which texts do people sign, who has signed which version, and how is a new version published?"""

from django import forms
from django.contrib import messages
from django.db.models import Count, OuterRef, Subquery
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import linebreaks
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_safe
from wagtail.admin.ui.tables import Column, TitleColumn

from assessments.agreements import (
    LONGEST_TEXT,
    LONGEST_TITLE,
    CannotPublishAgreement,
    current_agreement,
    people_to_sign_again,
    publish_agreement,
    words_of,
)
from assessments.mentorships import AGREEMENT as MENTORSHIP
from assessments.models import Agreement
from cms.accounts import policy
from cms.accounts.policy import allowed, person_of

from .frame import Act, Step, ask, day, is_sure, show, show_list
from .past import past_of


class AgreementForm(forms.Form):
    title = forms.CharField(label=gettext_lazy("Title"), max_length=LONGEST_TITLE)
    text = forms.CharField(
        label=gettext_lazy("Text"),
        max_length=LONGEST_TEXT,
        help_text=gettext_lazy(
            "Plain, with an empty line between paragraphs. It is never edited once it is published."
        ),
        widget=forms.Textarea(attrs={"rows": 20}),
    )


class NewAgreementForm(AgreementForm):
    slug = forms.SlugField(
        label=gettext_lazy("Short name"),
        max_length=50,
        help_text=gettext_lazy(
            "Such as “ethics-code”: in its address, and how requirements name it. It never changes."
        ),
    )
    field_order = ["slug", "title", "text"]

    def clean_slug(self) -> str:
        slug: str = self.cleaned_data["slug"].lower()
        if slug == "new" or current_agreement(slug):  # "new" is the address of this form
            raise forms.ValidationError(_("There is an agreement of this name. Publish a new version of that one."))
        return slug


@require_safe
@allowed("desk.use")
def agreement_list(request: HttpRequest) -> HttpResponse:
    """The current version of each, with how many have signed it."""
    policy.require(request.user, "agreement.publish")
    newest = Agreement.objects.filter(slug=OuterRef("slug")).order_by("-version").values("pk")[:1]
    rows = Agreement.objects.filter(pk=Subquery(newest)).annotate(signed=Count("signatures"))
    return show_list(
        request,
        title=_("Agreements"),
        icon="form",
        rows=rows.defer("text").order_by("title", "pk"),
        columns=[
            TitleColumn(
                "title", label=_("Agreement"), get_url=lambda row: reverse("desk:agreement_detail", args=[row.slug])
            ),
            Column("version", label=_("Version")),
            Column("published_at", label=_("Published"), accessor=lambda row: day(row.published_at)),
            Column("signed", label=_("Signatures")),
        ],
        buttons=[(_("New agreement"), reverse("desk:agreement_new"), "plus")],
        empty=_("Nothing has been published yet."),
    )


@require_safe
@allowed("desk.use")
def agreement_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """Every version, newest first, with its signatures; and who still has to sign."""
    current = _fetch(request, slug)
    versions = list(Agreement.objects.filter(slug=slug).annotate(signed=Count("signatures")).order_by("-version"))
    return show(
        request,
        "cms/desk/agreement.html",
        title=current.title,
        icon="form",
        steps=_steps(),
        heading=current.title,
        state=_("Version %(version)d") % {"version": current.version},
        state_is_good=True,
        agreement=current,
        versions=versions,
        waiting=people_to_sign_again(current).count(),
        of_mentorships=slug == MENTORSHIP,
        past=past_of(*versions, last=20),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("desk.use")
def agreement_new(request: HttpRequest) -> HttpResponse:
    policy.require(request.user, "agreement.publish")
    form = NewAgreementForm(request.POST or None)
    return _in_two_steps(request, form, current=None)


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("desk.use")
def agreement_publish(request: HttpRequest, slug: str) -> HttpResponse:
    """A new version of one that is there: written, read as it will be, published."""
    current = _fetch(request, slug)
    form = AgreementForm(request.POST or None, initial={"title": current.title, "text": current.text})
    if form.is_valid() and words_of(form.cleaned_data["title"], form.cleaned_data["text"]) == (
        current.title,
        current.text,
    ):
        form.add_error("text", _("These are the words of the current version. Change them, or leave them."))
    return _in_two_steps(request, form, current=current)


def _in_two_steps(request: HttpRequest, form: AgreementForm, *, current: Agreement | None) -> HttpResponse:
    """First the words; then how they read and who is asked to sign them, and the button."""
    told = form.is_valid()
    slug = current.slug if current else form.cleaned_data["slug"] if told else ""
    if is_sure(request) and told:
        try:
            published = publish_agreement(
                slug=slug,
                title=form.cleaned_data["title"],
                text=form.cleaned_data["text"],
                by=person_of(request),
                at=timezone.now(),
            )
        except CannotPublishAgreement as refusal:
            form.add_error(None, str(refusal))
            told = False
        else:
            messages.success(request, _("Published: version %(version)d.") % {"version": published.version})
            return redirect("desk:agreement_detail", slug)
    here = reverse("desk:agreement_detail", args=[slug]) if current else reverse("desk:agreement_list")
    title, text = words_of(form.cleaned_data["title"], form.cleaned_data["text"]) if told else ("", "")
    act = Act(
        title=_("New version") if current else _("New agreement"),
        button=_("Publish it") if told else _("See how it reads"),
        back=here,
        icon="form",
        steps=[*_steps(), (current.title, here)] if current else _steps(),
        facts=[
            (_("Version"), current.version + 1 if current else 1),
            (_("Title"), title),
            # Escaped, and paragraphs made of empty lines: as the page for signing shows it.
            (_("Text"), mark_safe(linebreaks(text, autoescape=True))),  # noqa: S308
        ]
        if told
        else (),
        changes=_changes(slug, current) if told else (),
    )
    return ask(request, act, form=form, sure=told)


def _changes(slug: str, current: Agreement | None) -> list[str]:
    said = [_("Its words never change afterwards; another change is another version.")]
    if current is None:
        return [*said, _("Nobody is asked to sign it until a requirement names it.")]
    if slug == MENTORSHIP:
        return [
            *said,
            _("Mentorships keep the terms that both have signed, with the words of that day. New terms carry these."),
        ]
    asked = people_to_sign_again(Agreement(slug=slug, version=current.version + 1)).count()
    return [
        *said,
        ngettext(
            "%(count)d person who signed an earlier version is asked to sign again: by mail, and on their first screen.",
            "%(count)d people who signed an earlier version are asked to sign again: by mail, and on their first screen.",
            asked,
        )
        % {"count": asked},
        _("Until they sign, the requirement that names it is not met for them. What they signed before stays."),
        _("Certificates that were issued stay as they are."),
    ]


def _fetch(request: HttpRequest, slug: str) -> Agreement:
    policy.require(request.user, "agreement.publish")
    if (current := current_agreement(slug)) is None:
        raise Http404
    return current


def _steps() -> list[Step]:
    return [(_("Agreements"), reverse("desk:agreement_list"))]
