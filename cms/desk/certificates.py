"""Which certificates are there, how do they stand, and what may a registrar change about one?"""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe
from wagtail.admin.ui.tables import Column, StatusTagColumn, TitleColumn

from certificates.case_states import STATES, cases_with_state, state_of
from certificates.checking import STANDING, is_sound
from certificates.flags import flagged, flags_in, flags_of, outdated, with_flags
from certificates.issuing import CannotIssue, check_name, replace_certificate
from certificates.models import Certificate, RevocationReason, Status, SuspensionWords, Watch
from certificates.numbers import BadNumber, MistypedNumber, read_number
from certificates.revoking import wishes_waiting
from certificates.signing import CannotSign
from certificates.status import CannotChangeStatus, reinstate_certificate, suspend_certificate
from cms.accounts import policy
from cms.accounts.policy import allowed, person_of

from .flags import WORDS
from .forms import ReplaceForm, SuspendForm
from .frame import Act, Step, ask, choices_of, day, is_sure, searched, show, show_list
from .past import past_of
from .rules.waivers import allowed_on
from .waiting import certificates_expiring

Changes = list[str]


@require_safe
@allowed("desk.use")
def certificate_list(request: HttpRequest) -> HttpResponse:
    """All of them, newest first, or those a number, a name or an address finds."""
    policy.require(request.user, "certificate.change_status")
    at = timezone.now()
    state, choices = choices_of(
        request,
        {
            "all": _("All"),
            "flagged": _("To decide about"),
            "expiring": _("Expire within 90 days"),
            "suspended": _("Suspended"),
            "revoked": _("Revoked"),
            "outdated": _("Issued under earlier rules"),
            "given_up": _("Given up"),
        },
    )
    rows: QuerySet[Any] = {
        "all": Certificate.objects.all(),
        "expiring": certificates_expiring(at),
        "suspended": Certificate.objects.filter(suspended_at__isnull=False, revoked_at=None, superseded_at=None),
        "revoked": Certificate.objects.filter(revoked_at__isnull=False),
        "flagged": flagged(),
        "given_up": Certificate.objects.filter(wishes__in=wishes_waiting()),
        "outdated": outdated(at),
    }[state]
    sought = searched(request)
    rows, note = find(rows, sought)
    return show_list(
        request,
        title=_("Certificates"),
        icon="doc-full",
        rows=with_flags(rows)
        .defer("credential", "basis")
        .order_by(*(["valid_until"] if state == "expiring" else ["-issued_at"]), "-pk"),
        columns=[
            TitleColumn("number", label=_("Number"), url_name="desk:certificate_detail", classname="desk-whole"),
            Column("holder_name", label=_("Name")),
            Column("title", label=_("Title")),
            Column("awarded_on", label=_("Awarded"), accessor=lambda row: day(row.awarded_on)),
            Column("valid_until", label=_("Valid until"), accessor=lambda row: day(row.valid_until)),
            StatusTagColumn(
                "status",
                label=_("Status"),
                accessor=lambda row: row.status(at).label,
                primary=lambda row: row.status(at) in STANDING,
            ),
            Column(
                "flagged",
                label=_("To decide"),
                accessor=lambda row: ", ".join(str(flag.label) for flag in flags_in(row)),
            ),
        ],
        choices=choices,
        search=_("Find a certificate"),
        note=note,
        empty=_("No certificate is found by these words.") if sought else _("There are none."),
    )


def find(rows: QuerySet[Certificate], sought: str) -> tuple[QuerySet[Certificate], str]:
    """Those of `rows` that a number, the holder's name or their address finds; and a word about a mistyped number."""
    if not sought:
        return rows, ""
    try:
        return rows.filter(number=read_number(sought)), ""
    except MistypedNumber as problem:
        return rows.none(), str(problem)
    except BadNumber:
        named = Q(holder_name__icontains=sought) | Q(holder__display_name__icontains=sought)
        return rows.filter(named | Q(holder__email__icontains=sought) | Q(number__icontains=sought)), ""


@require_safe
@allowed("desk.use")
def certificate_detail(request: HttpRequest, certificate_id: int) -> HttpResponse:
    """One certificate: every fact on it, what happened to it, and what can be done."""
    certificate = _fetch(request, certificate_id)
    status = certificate.status(timezone.now())
    newer = getattr(certificate, "replaced_by", None)
    return show(
        request,
        "cms/desk/certificate.html",
        title=certificate.number,
        icon="doc-full",
        steps=_steps(),
        certificate=certificate,
        heading=certificate.holder_name,
        state=status.label,
        state_is_good=status in STANDING,
        sound=is_sound(certificate),
        flags=[(flag.value, flag.label, WORDS[flag]) for flag in flags_of(certificate)],
        cases=[(case, STATES[state_of(case, timezone.now())]) for case in cases_with_state().filter(
            certificate__enrolment=certificate.enrolment_id).order_by("-pk")],
        proposal=certificate.revocation_proposals.filter(confirmed=None).first(),
        wish=certificate.wishes.filter(ended_at=None).first(),
        outdated=outdated(timezone.now()).filter(pk=certificate.pk).exists(),
        allowed=allowed_on(certificate),
        facts=[
            (_("Name"), certificate.holder_name),
            (_("Title"), certificate.title),
            (_("Kind"), certificate.get_kind_display()),
            (_("Programme"), certificate.programme_title),
            (_("Rule set"), _("%(version)s (example)") % {"version": certificate.requirements_version}
             if certificate.rules_are_example else certificate.requirements_version),
            (_("Awarded"), day(certificate.awarded_on)),
            (_("Issued"), day(certificate.issued_at)),
            (_("Valid until"), day(certificate.valid_until) or _("without end")),
            (_("Confirmed by"), certificate.confirmed_by or _("nobody: issued by the rules alone")),
            (_("Issued by"), certificate.issuer_name),
            (_("Signed with"), certificate.signing_key.kid),
            (_("Watched by"), Watch.objects.filter(certificate=certificate, ended_at=None).count()),
            (_("Place on the status list"), f"{certificate.status_list.number} / {certificate.status_index}"),
        ],
        ended=_ended(certificate, status),
        newer=newer,
        older=certificate.replaces,
        own=certificate.holder_id == request.user.pk,
        can_suspend=not certificate.revoked_at and not certificate.superseded_at and not certificate.suspended_at,
        can_reinstate=bool(certificate.suspended_at) and not certificate.revoked_at and not certificate.superseded_at,
        can_end=not certificate.revoked_at and not certificate.superseded_at,
        past=past_of(certificate),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("desk.use")
def certificate_suspend(request: HttpRequest, certificate_id: int) -> HttpResponse:
    """Set it aside for a time, in public words."""
    certificate = _fetch(request, certificate_id)
    if certificate.suspended_at:
        return _already(request, certificate, _("This certificate is suspended already. Nothing was changed."))

    def changes(said: dict[str, Any]) -> Changes:
        return [
            _("The verification page says at once: “Not at present”. Nothing is decided, and one is to ask you first."),
            _("The reason it gives is: “%(reason)s”") % {"reason": SuspensionWords(said["reason"]).label},
            _("A file somebody downloaded stays as it is: a program that reads only the status list sees no change, as "
              "that list tells of revocations alone."),
            _("The holder gets a mail that something about it has changed, and reads what on their own page. Whoever "
              "watches it gets a mail, too."),
            _("You can reinstate it at any time."),
        ]  # fmt: skip

    return _in_two_steps(
        request,
        certificate,
        form=SuspendForm(request.POST or None),
        title=_("Suspend"),
        button=_("Suspend the certificate"),
        changes=changes,
        do=lambda said: suspend_certificate(
            certificate=certificate,
            reason=str(SuspensionWords(said["reason"]).label),
            because=said["because"],
            by=person_of(request),
            at=timezone.now(),
        ),
        done=_("Suspended. The verification page says so now."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("desk.use")
def certificate_reinstate(request: HttpRequest, certificate_id: int) -> HttpResponse:
    """Lift a suspension."""
    certificate = _fetch(request, certificate_id)
    if not certificate.suspended_at:
        return _already(request, certificate, _("This certificate is not suspended. Nothing was changed."))
    return _in_two_steps(
        request,
        certificate,
        form=Form(request.POST or None),
        title=_("Reinstate"),
        button=_("Reinstate the certificate"),
        changes=lambda said: [
            _("The verification page answers at once as it did before, and shows no trace of the suspension."),
            _("The history here keeps that it was suspended, when, and by whom."),
            _("The holder gets a mail that something about it has changed, and so does whoever watches it."),
        ],
        do=lambda said: reinstate_certificate(certificate=certificate, by=person_of(request), at=timezone.now()),
        done=_("Reinstated. The verification page says so now."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("desk.use")
def certificate_replace(request: HttpRequest, certificate_id: int) -> HttpResponse:
    """Issue the same award under another name."""
    certificate = _fetch(request, certificate_id)
    if newer := getattr(certificate, "replaced_by", None):
        messages.warning(request, _("This certificate was replaced already. This is the newer one."))
        return redirect("desk:certificate_detail", newer.pk)
    form = ReplaceForm(request.POST or None, initial={"holder_name": certificate.holder_name})
    if form.is_valid():
        try:
            form.cleaned_data["holder_name"] = check_name(form.cleaned_data["holder_name"])
        except CannotIssue as problem:
            form.add_error("holder_name", str(problem))
        else:
            if form.cleaned_data["holder_name"] == certificate.holder_name:
                form.add_error("holder_name", _("This is the name it has now."))

    def changes(said: dict[str, Any]) -> Changes:
        return [
            _("A new certificate with a new number is issued to %(name)s.") % {"name": said["holder_name"]},
            _("Award date, basis and last day stay as they are: awarded %(awarded)s.")
            % {"awarded": day(certificate.awarded_on)},
            _("The number %(number)s answers that there is a newer one, and leads to it. The former name is no longer "
              "shown to anybody outside.") % {"number": certificate.number},
            _("The public status list is signed anew, so programs that check the earlier file see that it ended."),
            _("The holder gets a mail that the new one is ready; who watches it, that something changed."),
        ]  # fmt: skip

    return _in_two_steps(
        request,
        certificate,
        form=form,
        title=_("Replace under a new name"),
        button=_("Issue the replacement"),
        changes=changes,
        do=lambda said: replace_certificate(
            certificate=certificate, holder_name=said["holder_name"], by=person_of(request), at=timezone.now()
        ),
        done=_("Replaced. This is the new certificate; the earlier number leads to it."),
    )


def _in_two_steps(
    request: HttpRequest,
    certificate: Certificate,
    *,
    form: Form,
    title: str,
    button: str,
    changes: Callable[[dict[str, Any]], Changes],
    do: Callable[[dict[str, Any]], Certificate],
    done: str,
    serious: bool = False,
    warning: str = "",
) -> HttpResponse:
    """First what is to be said, then what changes where, then the change: each a page of its own, nothing kept between.

    An action with nothing to say begins at the second page. A refusal by the domain leads back with its sentence.
    """
    here = reverse("desk:certificate_detail", args=[certificate.pk])
    told = not form.fields or form.is_valid()
    if is_sure(request) and told:
        try:
            changed = do(form.cleaned_data if form.fields else {})
        except (CannotChangeStatus, CannotIssue, CannotSign) as refusal:
            messages.error(request, str(refusal))
            return redirect(here)
        messages.success(request, done)
        return redirect("desk:certificate_detail", changed.pk)
    act = Act(
        title=title,
        button=button if told else _("Go on"),
        back=here,
        icon="doc-full",
        steps=[*_steps(), (certificate.number, here)],
        facts=[
            (_("Certificate"), certificate.number),
            (_("Name"), certificate.holder_name),
            (_("Status now"), certificate.status(timezone.now()).label),
        ],
        changes=changes(form.cleaned_data if form.fields else {}) if told else (),
        warning="" if told else warning,
        serious=serious,
    )
    return ask(request, act, form=form, sure=told)


def _already(request: HttpRequest, certificate: Certificate, words: str) -> HttpResponse:
    messages.warning(request, words)
    return redirect("desk:certificate_detail", certificate.pk)


def _ended(certificate: Certificate, status: Status) -> list[tuple[str, str]]:
    """What the public reads about a certificate that does not stand."""
    if status is Status.REVOKED:
        reason = RevocationReason(certificate.revocation_reason).label
        return [(_("Revoked"), day(certificate.revoked_at)), (_("Reason, as published"), str(reason))]
    if status is Status.SUSPENDED:
        return [
            (_("Suspended"), day(certificate.suspended_at)),
            (_("Reason, as published"), certificate.suspension_reason),
        ]
    if status is Status.SUPERSEDED:
        return [(_("Replaced"), day(certificate.superseded_at))]
    return []


def _fetch(request: HttpRequest, certificate_id: int) -> Certificate:
    certificates = Certificate.objects.select_related(
        "holder",
        "enrolment",
        "confirmed_by",
        "signing_key",
        "status_list",
        "suspension_list",
        "replaces",
        "replaced_by",
    )
    return policy.fetch(request.user, "certificate.change_status", certificates, pk=certificate_id)


def _steps() -> list[Step]:
    return [(_("Certificates"), reverse("desk:certificate_list"))]
