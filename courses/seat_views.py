"""What do the addresses of an organisation's places answer? To who bought them, and to who was offered one."""

from allauth.account.models import EmailAddress
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cms.accounts import policy
from cms.accounts.academy import AcademySettings
from cms.accounts.models import User
from cms.accounts.policy import open_to_anyone, person_of, signed_in

from . import ordering, seating
from .enrolling import CannotEnrol
from .models import Access, Order, ProgrammePage, Seat
from .offers import plans_of
from .organisations import organisation_of
from .places import places_of
from .refund_words import rules_in_words
from .seat_forms import PlacesForm, SeatForm
from .standing import READ, standing_in_words


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def buy_places(request: HttpRequest, slug: str) -> HttpResponse:
    """Order places for an organisation, to be given out later."""
    programme = get_object_or_404(ProgrammePage.objects.live(), slug=slug, access=Access.FEE)
    plans = [plan for plan in plans_of(programme) if plan.for_seats]
    if not plans:
        return redirect("courses:enrol", programme.slug)
    form = PlacesForm(request.POST or None, plans=plans)
    if form.is_valid():
        said, person, now = form.cleaned_data, person_of(request), timezone.now()
        company = organisation_of(
            owner=person, name=said["organisation"], address=said["address"], tax_number=said["tax_number"], at=now
        )
        try:
            order = ordering.place_order(
                buyer=person, plan=said["plan"], organisation=company, seats=said["seats"], code=said["code"], at=now
            )
        except ordering.CouponRefused as refusal:
            form.add_error("code", str(refusal))
        except CannotEnrol as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("courses:order", order.reference)
    # Places are not bound to an intake, so there is no day for the tiers to count to.
    rules = rules_in_words([], cooling_off_hours=AcademySettings.load().cooling_off_hours, dated=False)
    context = {"programme": programme, "plans": plans, "form": form, "rules": rules}
    return render(request, "courses/buy_places.html", context, status=422 if form.errors else 200)


@never_cache
@require_safe
@signed_in
def places(request: HttpRequest) -> HttpResponse:
    """The buyer's places, and how each is used."""
    return _places(request)


@require_POST
@signed_in
def seat_offer(request: HttpRequest, seat_id: int) -> HttpResponse:
    """Offer a place to an address, or send the offer again."""
    offered = policy.fetch(request.user, "seat.give", Seat.objects.select_related("order"), pk=seat_id)
    form = SeatForm(request.POST, number=offered.pk)
    if form.is_valid():
        try:
            seating.offer_seat(seat=offered, email=form.cleaned_data["email"], by=person_of(request), at=timezone.now())
        except CannotEnrol as refusal:
            form.add_error("email", str(refusal))
        else:
            messages.success(request, _("The place is offered. Its link has gone out by mail."))
            return redirect("courses:places")
    return _places(request, refused=(offered.pk, form))


@require_POST
@signed_in
def seat_take_back(request: HttpRequest, seat_id: int) -> HttpResponse:
    """Make a place that nobody has begun on free again."""
    offered = policy.fetch(request.user, "seat.give", Seat.objects.select_related("order"), pk=seat_id)
    try:
        seating.take_back_seat(seat=offered, by=person_of(request), at=timezone.now())
    except CannotEnrol as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The place is free again, and its link has ended."))
    return redirect("courses:places")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@open_to_anyone("whoever holds the link may read what they are offered; taking the place asks for an account")
def seat(request: HttpRequest, token: str) -> HttpResponse:
    """What one is offered and by whom, and the button that takes the place."""
    seats = Seat.objects.select_related("order__programme", "order__organisation")
    offered = get_object_or_404(seats, token=token, offered_at__isnull=False)
    refusal = ""
    if request.method == "POST":
        if not isinstance(request.user, User):
            return redirect_to_login(request.path)
        try:
            enrolment = seating.take_seat(seat=offered, person=request.user, at=timezone.now())
        except CannotEnrol as problem:
            refusal = str(problem)
        else:
            messages.success(request, _("Welcome. Your place is taken, and the first unit is open."))
            return redirect(enrolment.programme.get_url(request))
    elif offered.taken_by_id and offered.taken_by_id == request.user.pk:
        return redirect(offered.order.programme.get_url(request))
    context = {
        "seat": offered,
        "programme": offered.order.programme,
        "refusal": refusal,
        "is_theirs": _is_theirs(request, offered),
    }
    return render(request, "courses/seat.html", context, status=422 if refusal else 200)


def _is_theirs(request: HttpRequest, offered: Seat) -> bool:
    """Whether the place was offered to an address that the signed-in person has confirmed."""
    if not isinstance(request.user, User):
        return False
    return EmailAddress.objects.filter(user=request.user, verified=True, email__iexact=offered.email).exists()


def _places(request: HttpRequest, *, refused: tuple[int, SeatForm] | None = None) -> HttpResponse:
    """The page of places; a form that was refused stands again at its place."""
    person, now = person_of(request), timezone.now()
    found = places_of(person)
    waiting = (
        Order.objects.filter(buyer=person, organisation__isnull=False, fulfilled_at=None, cancelled_at=None)
        .select_related("organisation", "programme")
        .prefetch_related(*READ)
        .order_by("-placed_at", "-pk")
    )
    for bought in found:
        for place in bought.places:
            again = refused is not None and refused[0] == place.seat.pk
            place.seat.form = refused[1] if again and refused else SeatForm(number=place.seat.pk)  # type: ignore[attr-defined]
    context = {
        "bought": found,
        "waiting": [(order, standing_in_words(order, at=now)) for order in waiting],
        "refused": refused[1] if refused else None,
    }
    return render(request, "courses/places.html", context, status=422 if refused else 200)
