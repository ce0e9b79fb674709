"""Is every door closed until a rule opens it, and does a name typed wrongly open none?"""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpRequest, HttpResponse
from django.test import RequestFactory

from cms.accounts import policy
from cms.accounts.models import User
from cms.accounts.roles import Role
from tests.factories.people import make_person, make_registrar

pytestmark = pytest.mark.django_db
DESK = "desk.use"


@pytest.fixture
def rules(monkeypatch: pytest.MonkeyPatch) -> dict[str, policy.Rule]:
    """The rules, a copy that this test may add to."""
    mine = dict(policy._rules)
    monkeypatch.setattr(policy, "_rules", mine)
    return mine


def test_a_registrar_may_use_the_desk_and_others_may_not() -> None:
    assert policy.may(make_registrar(), DESK)
    assert not policy.may(make_person(), DESK)
    assert not policy.may(make_person(roles=(Role.EDITOR, Role.OMBUD)), DESK)
    assert not policy.may(AnonymousUser(), DESK)


def test_a_closed_account_may_do_nothing() -> None:
    registrar = make_registrar()
    registrar.is_active = False
    registrar.save()

    assert not policy.may(registrar, DESK)


def test_even_a_superuser_needs_the_role() -> None:
    root = User.objects.create_superuser(email="root@example.org", password="x", display_name="Root")

    assert not policy.may(root, DESK)


@pytest.mark.parametrize("person", [AnonymousUser(), None], ids=["a stranger", "a person"])
def test_an_action_without_a_rule_is_an_error_for_whoever_asks(person: AnonymousUser | None) -> None:
    with pytest.raises(LookupError, match="No rule says who may do desk.usee"):
        policy.may(person or make_registrar(), "desk.usee")


def test_an_action_has_one_rule(rules: dict[str, policy.Rule]) -> None:
    policy.rule("thing.touch")(lambda person, thing: True)

    with pytest.raises(ValueError, match=r"a rule for thing\.touch already"):
        policy.rule("thing.touch")(lambda person, thing: True)


def test_what_is_not_yours_looks_like_what_is_not_there(rules: dict[str, policy.Rule]) -> None:
    rules["person.see"] = lambda person, other: person == other
    wren, robin = make_person("Wren"), make_person("Robin")

    assert policy.fetch(wren, "person.see", User.objects.all(), pk=wren.pk) == wren
    with pytest.raises(Http404) as not_yours:
        policy.fetch(wren, "person.see", User.objects.all(), pk=robin.pk)
    with pytest.raises(Http404):
        policy.fetch(wren, "person.see", User.objects.all(), pk=0)
    assert "Robin" not in str(not_yours.value)


def test_a_view_for_a_role_answers_404_to_everybody_else() -> None:
    @policy.allowed(DESK)
    def desk(request: HttpRequest) -> HttpResponse:
        return HttpResponse("the desk")

    request = RequestFactory().get("/")
    request.user = make_registrar()
    assert desk(request).content == b"the desk"
    request.user = make_person()
    with pytest.raises(Http404):
        desk(request)
    assert desk.access == DESK
    assert desk.__name__ == "desk"


def test_a_view_says_who_may_use_it() -> None:
    def view(request: HttpRequest) -> HttpResponse:
        return HttpResponse()

    assert policy.signed_in(view).access == "signed in"
    assert policy.open_to_anyone("because")(view).access == "anyone: because"
    assert view.login_required is False


def test_roles_are_read_once_for_each_loaded_person(django_assert_num_queries) -> None:
    registrar = User.objects.get(pk=make_registrar().pk)

    with django_assert_num_queries(1):
        assert policy.may(registrar, DESK)
        assert policy.may(registrar, DESK)
