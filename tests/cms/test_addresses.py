"""Does every address say who may use it, and is a visitor asked to sign in where it matters?"""

import re
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.converters import IntConverter, SlugConverter, StringConverter, UUIDConverter

from cms.accounts import policy

# Other people's views: the Wagtail admin (which asks for itself), the accounts of allauth, Wagtail's own.
FOREIGN = ("wagtail.", "allauth.", "django.")
SAMPLES = {
    IntConverter: "1",
    SlugConverter: "a-slug",
    StringConverter: "CS-7K3M9-QX2TB-4",
    UUIDConverter: str(UUID(int=1)),
}


def addresses() -> Iterator[tuple[str, Any, dict[str, Any]]]:
    """Every pattern of ours: its route, its view, and a converter for each of its arguments."""

    def walk(patterns: list[URLPattern | URLResolver], route: str, converters: dict[str, Any]) -> Iterator:
        for pattern in patterns:
            here, into = route + str(pattern.pattern), converters | pattern.pattern.converters
            if isinstance(pattern, URLResolver):
                yield from walk(pattern.url_patterns, here, into)
            else:
                yield here, pattern.callback, into

    for route, view, converters in walk(get_resolver().url_patterns, "", {}):
        module = getattr(view, "view_class", view).__module__
        if not module.startswith(FOREIGN):
            yield route, view, converters


def path_of(route: str, converters: dict[str, Any]) -> str:
    """An address that fits the route."""

    def sample(match: re.Match[str]) -> str:
        return SAMPLES[type(converters[match["name"]])]

    return "/" + re.sub(r"<(?:\w+:)?(?P<name>\w+)>", sample, route)


OURS = list(addresses())
CLOSED = [
    (route, view, converters)
    for route, view, converters in OURS
    if not getattr(view, "access", "").startswith("anyone")
]


def test_there_are_addresses_to_look_at() -> None:
    assert len(OURS) > 60
    assert len(CLOSED) > 40
    packages = {getattr(view, "view_class", view).__module__.split(".")[0] for _route, view, _converters in OURS}
    assert packages == {"cms", "courses", "assessments", "certificates"}


def is_a_screen_of_the_admin(route: str, view: Any) -> bool:
    """A screen made of Wagtail's own classes, which ask for the permission it names."""
    bases = getattr(view, "view_class", type).__mro__
    return route.startswith("admin/") and any(base.__module__.startswith("wagtail.admin.") for base in bases)


@pytest.mark.parametrize(
    ("route", "view"),
    [(route, view) for route, view, _converters in OURS],
    ids=[route for route, _view, _converters in OURS],
)
def test_every_view_says_who_may_use_it(route: str, view: Any) -> None:
    access = getattr(view, "access", "")
    if is_a_screen_of_the_admin(route, view):
        assert view.view_class.permission_policy or view.view_initkwargs.get("permission_policy")
        return

    assert access, f"{route}: {view.__module__}.{view.__name__} says nothing"
    if access.startswith("anyone: "):
        assert len(access) > len("anyone: ") + 10  # a reason, in words
        assert view.login_required is False
    else:
        assert getattr(view, "login_required", True) is True
        assert access == "signed in" or access in policy._rules


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path", [path_of(route, converters) for route, _view, converters in CLOSED if not route.startswith("^")]
)
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_visitor_is_asked_to_sign_in(client, path: str, method: str) -> None:
    response = getattr(client, method)(path)

    assert response.status_code == 302, f"{path} answered {response.status_code}"
    assert response.url.startswith(("/accounts/login/", "/admin/login/"))


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address", ["/admin/", "/admin/pages/", "/admin/users/", "/admin/settings/", "/documents/1/x.pdf"]
)
def test_the_admin_asks_for_itself(client, address: str) -> None:
    response = client.get(address)

    assert response.status_code == 302
    assert "login" in response.url


def test_no_page_of_errors_asks_anybody_to_sign_in() -> None:
    from cms import views

    for view in (views.not_found, views.broken):
        assert view.access.startswith("anyone")


@pytest.mark.django_db
def test_only_a_demo_has_the_demos_addresses(client) -> None:
    assert client.get("/demo.json").status_code == 404
    assert client.get("/demo/mail/").status_code == 404


@pytest.mark.django_db
def test_the_style_guide_is_for_staff(client) -> None:
    from cms.accounts.roles import Role
    from tests.factories.people import make_person

    assert client.get("/styleguide/").status_code == 404
    client.force_login(make_person())
    assert client.get("/styleguide/").status_code == 404
    client.force_login(make_person(roles=(Role.EDITOR,)))
    assert client.get("/styleguide/").status_code == 200
