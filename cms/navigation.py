"""Which pages does this person find in the menu?"""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from assessments.models import Mentor
from certificates.models import Watch
from cms.accounts import policy
from cms.accounts.models import User
from courses.models import Enrolment, Organisation


@dataclass(frozen=True, kw_only=True)
class Item:
    label: str
    url: str
    here: bool


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What a person is here, beside the staff roles."""

    is_mentor: bool
    is_learner: bool
    buys_places: bool
    watches: bool


def standing_of(person: User) -> Standing:
    """Whether the person mentors, and whether they are on a programme or buy places for others: one query."""
    found = (
        User.objects.filter(pk=person.pk)
        .values_list(
            Exists(Mentor.objects.filter(person=OuterRef("pk"))),
            Exists(Enrolment.objects.open().filter(learner=OuterRef("pk"))),
            Exists(Organisation.objects.filter(owner=OuterRef("pk"))),
            Exists(Watch.objects.filter(watcher=OuterRef("pk"), ended_at=None)),
        )
        .get()
    )
    return Standing(is_mentor=found[0], is_learner=found[1], buys_places=found[2], watches=found[3])


def main_navigation(request: HttpRequest) -> list[Item]:
    """The menu for visitors, or for the signed-in person and what they do here: one query, and two for the rights."""
    person = request.user
    if not isinstance(person, User):
        places = [
            (_("Programmes"), "/programmes/"),
            (_("Verify"), reverse("certificates:verify")),
            (_("Sign in"), reverse("account_login")),
        ]
        return _items(places, request)
    standing = standing_of(person)
    is_staff = person.has_perm("wagtailadmin.access_admin")
    places = []
    if standing.is_learner or not (standing.is_mentor or is_staff or standing.buys_places):
        places += [(_("Today"), reverse("cms:learn")), (_("Shifts"), reverse("assessments:shift_list"))]
        places += [(_("Certificates"), reverse("certificates:list"))]
    if standing.is_mentor:
        places.append((_("Mentoring"), reverse("assessments:queue")))
    if standing.buys_places:
        places.append((_("Places"), reverse("courses:places")))
        if not standing.is_learner:
            places.append((_("Programmes"), "/programmes/"))
    if standing.watches:
        places.append((_("Watches"), reverse("certificates:watch_list")))
    if is_staff:
        if policy.may(person, "desk.use"):
            places.append((_("Desk"), reverse("cms_desk")))
        elif policy.may(person, "complaint.read"):
            places.append((_("Complaints"), reverse("ombud:complaint_list")))
        else:
            places.append((_("Edit"), reverse("wagtailadmin_home")))
        if (_("Programmes"), "/programmes/") not in places:
            places.append((_("Programmes"), "/programmes/"))
        places.append((_("Verify"), reverse("certificates:verify")))
    places.append((_("Account"), reverse("cms:account")))
    return _items(places, request)


def first_place(person: User) -> str:
    """Where somebody who is on no programme goes on signing in: their queue, desk or places, or nowhere in particular."""
    standing = standing_of(person)
    if standing.is_mentor:
        return reverse("assessments:queue")
    if policy.may(person, "desk.use"):
        return reverse("cms_desk")
    if policy.may(person, "complaint.read"):
        return reverse("ombud:complaint_list")
    if person.has_perm("wagtailadmin.access_admin"):
        return reverse("wagtailadmin_home")
    return reverse("courses:places") if standing.buys_places else ""


def _items(places: list[tuple[str, str]], request: HttpRequest) -> list[Item]:
    return [Item(label=label, url=url, here=_is_here(request.path, url)) for label, url in places]


def _is_here(path: str, url: str) -> bool:
    return path == url or (url.count("/") > 1 and path.startswith(url))
