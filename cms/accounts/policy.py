"""May this person do this to that? One answer for views, API and admin alike; closed unless a rule opens it.

A package registers its rules beside what they protect, each with `@rule("shift.sign")`. A view says who may use it with
exactly one of `open_to_anyone`, `signed_in` and `allowed`; a test walks every address and fails on a view that says nothing.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import AnonymousUser
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404

from .models import User
from .roles import Role

Person = User | AnonymousUser
Rule = Callable[[User, Any], bool]
type View[**Given, Answer: HttpResponseBase] = Callable[Concatenate[HttpRequest, Given], Answer]

_rules: dict[str, Rule] = {}


def rule(action: str) -> Callable[[Rule], Rule]:
    """Register the rule for one action, named "thing.verb". Raises ValueError when the action has a rule already."""

    def register(decide: Rule) -> Rule:
        if action in _rules:
            raise ValueError(f"There is a rule for {action} already.")
        _rules[action] = decide
        return decide

    return register


def holders_of(*roles: Role) -> Rule:
    """A rule that is met by anyone who holds one of these roles, whatever the thing."""

    def decide(person: User, thing: Any) -> bool:
        return not person.roles.isdisjoint(roles)

    return decide


def may(person: Person, action: str, thing: Any = None) -> bool:
    """Whether `person` may do `action` to `thing`. Strangers and closed accounts may do nothing that has a rule.

    Raises LookupError for an action without a rule: a name typed wrongly must not open a door, nor close it quietly.
    """
    if action not in _rules:
        raise LookupError(f"No rule says who may do {action}.")
    return isinstance(person, User) and person.is_active and _rules[action](person, thing)


def require(person: Person, action: str, thing: Any = None) -> None:
    """Raises Http404 unless `person` may: what is not yours looks like what is not there."""
    if not may(person, action, thing):
        raise Http404


def fetch[M: Model](person: Person, action: str, things: QuerySet[M], **lookup: Any) -> M:
    """The one row of `things` that fits `lookup`, if `person` may do `action` to it. Raises Http404 otherwise."""
    thing = get_object_or_404(things, **lookup)
    require(person, action, thing)
    return thing


def person_of(request: HttpRequest) -> User:
    """The signed-in person; for views behind the sign-in."""
    assert isinstance(request.user, User)  # noqa: S101 - LoginRequiredMiddleware saw to it
    return request.user


def open_to_anyone[**G, A: HttpResponseBase](why: str) -> Callable[[View[G, A]], View[G, A]]:
    """The view needs no account, and `why` says why."""

    def open_view(view: View[G, A]) -> View[G, A]:
        view = login_not_required(view)
        view.access = f"anyone: {why}"  # type: ignore[attr-defined]  # read by the test that walks the addresses
        return view

    return open_view


def signed_in[**G, A: HttpResponseBase](view: View[G, A]) -> View[G, A]:
    """The view is for anybody with an account, and shows each only their own. `LoginRequiredMiddleware` asks."""
    view.access = "signed in"  # type: ignore[attr-defined]
    return view


def allowed[**G, A: HttpResponseBase](action: str) -> Callable[[View[G, A]], View[G, A]]:
    """The view is for whom the rule of `action` admits without looking at any one thing; others get 404."""

    def admit(view: View[G, A]) -> View[G, A]:
        @wraps(view)
        def admitted(request: HttpRequest, *args: G.args, **kwargs: G.kwargs) -> A:
            require(request.user, action)
            return view(request, *args, **kwargs)

        admitted.access = action  # type: ignore[attr-defined]
        return admitted

    return admit


rule("desk.use")(holders_of(Role.REGISTRAR))
rule("styleguide.see")(holders_of(Role.EDITOR, Role.REGISTRAR))
