"""Which pages does this person find in the menu?"""

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from assessments.models import Mentor
from cms.accounts import policy


@dataclass(frozen=True, kw_only=True)
class Item:
    label: str
    url: str
    here: bool


def main_navigation(request: HttpRequest) -> list[Item]:
    """The menu for visitors, or for the signed-in person and what they may do here: at most one query."""
    person = request.user
    if not person.is_authenticated:
        places = [
            (_("Programmes"), "/programmes/"),
            (_("Verify"), reverse("certificates:verify")),
            (_("Sign in"), reverse("account_login")),
        ]
    else:
        places = [(_("Today"), reverse("cms:learn")), (_("Shifts"), reverse("assessments:shift_list"))]
        if Mentor.objects.filter(person=person).exists():
            places.append((_("Mentoring"), reverse("assessments:queue")))
        places.append((_("Certificates"), reverse("certificates:list")))
        if person.has_perm("wagtailadmin.access_admin"):
            desk = policy.may(person, "desk.use")
            places.append((_("Desk") if desk else _("Edit"), reverse("cms_desk" if desk else "wagtailadmin_home")))
        places.append((_("Account"), reverse("cms:account")))
    return [Item(label=label, url=url, here=_is_here(request.path, url)) for label, url in places]


def _is_here(path: str, url: str) -> bool:
    return path == url or (url.count("/") > 1 and path.startswith(url))
