"""What do the academy's own pages answer? Account, style guide, health and errors."""

from django.conf import settings
from django.contrib import messages
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from assessments.agreements import agreements_to_sign_again
from cms.accounts import policy
from cms.accounts.forms import ProfileForm
from cms.accounts.models import User
from cms.accounts.policy import open_to_anyone, person_of, signed_in
from cms.styleguide import samples as styleguide_samples

from .learn import buying_of, today_of
from .navigation import first_place, standing_of


@require_safe
@signed_in
def learn(request: HttpRequest) -> HttpResponse:
    person, now = person_of(request), timezone.localtime()
    today = today_of(person, slug=request.GET.get("programme", ""), at=now)
    if today is None and (elsewhere := first_place(person)):
        return redirect(elsewhere)
    context = {
        "today": today,
        "to_sign_again": agreements_to_sign_again(person) if today else [],
        "buying": buying_of(person, at=now),
        "now": now,
        "greeting": greeting(now.hour),
    }
    return render(request, "cms/learn.html", context)


def greeting(hour: int) -> str:
    """The words for the hour where the person lives."""
    if 5 <= hour < 12:
        return _("Good morning")
    return _("Good afternoon") if 12 <= hour < 18 else _("Good evening")


@require_safe
@signed_in
def account(request: HttpRequest) -> HttpResponse:
    person = person_of(request)
    context = {"is_mentor": standing_of(person).is_mentor, "buys_places": person.organisations.exists()}
    return render(request, "cms/account.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def profile(request: HttpRequest) -> HttpResponse:
    form = ProfileForm(request.POST or None, instance=User.objects.get(pk=person_of(request).pk))
    if form.is_valid():
        form.save()
        messages.success(request, _("Saved. Certificates you hold already keep the name they were issued with."))
        return redirect("cms:account")
    return render(request, "cms/profile.html", {"form": form}, status=422 if form.errors else 200)


@require_safe
@open_to_anyone("in the demo for everybody; elsewhere the view asks for staff")
def styleguide(request: HttpRequest) -> HttpResponse:
    if not settings.DEMO:
        policy.require(request.user, "styleguide.see")
    return render(request, "cms/styleguide.html", styleguide_samples())


@never_cache
@require_safe
@open_to_anyone("asked by the machine that keeps us running")
def healthz(request: HttpRequest) -> HttpResponse:
    """Alive: the process answers."""
    return HttpResponse("alive\n", content_type="text/plain")


@never_cache
@require_safe
@open_to_anyone("asked by the machine that sends us visitors")
def readyz(request: HttpRequest) -> HttpResponse:
    """Able to serve: database, migrations and cache. 503 with the one thing that is not."""
    try:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            return HttpResponse("migrations are waiting\n", status=503, content_type="text/plain")
    except DatabaseError:
        return HttpResponse("the database does not answer\n", status=503, content_type="text/plain")
    try:
        cache.set("readyz", "yes", timeout=10)
        if cache.get("readyz") != "yes":
            return HttpResponse("the cache forgets\n", status=503, content_type="text/plain")
    except Exception:  # each backend raises something of its own
        return HttpResponse("the cache does not answer\n", status=503, content_type="text/plain")
    return HttpResponse("ready\n", content_type="text/plain")


@open_to_anyone("what is not there, and what is not yours, look the same")
def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "404.html", status=404)


@open_to_anyone("something broke on our side")
def broken(request: HttpRequest) -> HttpResponse:
    return HttpResponse(render(request, "500.html"), status=500)
