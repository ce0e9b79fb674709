"""Is a token made once, shown once, ended for good, and nobody else's?"""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from certificates.api_tokens import MOST, CannotMakeToken, digest_of, end_token, make_token, token_of
from certificates.models import ApiToken
from cms.accounts.models import Entry
from cms.records import faults
from tests.factories.people import NOON, make_person

pytestmark = pytest.mark.django_db


def make(owner=None, *, name: str = "Crew system", once: str = "once"):
    return make_token(owner=owner or make_person(), name=name, once=once, at=NOON)


def reasons() -> dict[str, str]:
    return {fault.row: fault.reason for fault in faults()}


def test_a_token_is_kept_as_a_digest() -> None:
    made = make()

    token = ApiToken.objects.get()
    assert token.digest == digest_of(made.secret)
    assert made.secret.startswith(token.prefix)
    assert len(made.secret) == 47
    assert made.secret not in str(Entry.objects.values_list("facts"))
    assert token_of(secret=made.secret, at=NOON) == token
    assert reasons() == {}


def test_the_same_form_sent_twice_makes_one_token() -> None:
    owner = make_person()

    assert make(owner) == make(owner)
    assert make(owner, once="another").secret != make(owner).secret
    assert make().secret != make(owner).secret


def test_an_ended_token_opens_nothing_and_is_not_made_again() -> None:
    made = make()

    end_token(token=made.token, at=NOON + timedelta(days=1))
    again = end_token(token=made.token, at=NOON + timedelta(days=2))

    assert again.ended_at == NOON + timedelta(days=1)
    assert token_of(secret=made.secret, at=NOON) is None
    with pytest.raises(CannotMakeToken, match="has ended"):
        make(made.token.owner)
    assert reasons() == {}


@pytest.mark.parametrize("name", [" ", "x" * 81])
def test_a_token_says_what_it_is_for(name: str) -> None:
    with pytest.raises(CannotMakeToken):
        make(name=name)


def test_nobody_has_more_than_twenty() -> None:
    owner = make_person()
    for number in range(MOST):
        make(owner, once=str(number))

    with pytest.raises(CannotMakeToken, match="20 tokens"):
        make(owner)


def test_using_it_is_noted_by_the_day(django_assert_num_queries) -> None:
    made = make()

    with django_assert_num_queries(2):
        token_of(secret=made.secret, at=NOON)
    with django_assert_num_queries(1):
        token = token_of(secret=made.secret, at=NOON)
    assert token.last_used_on == NOON.date()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"digest": "ab" * 32}, "it is not the token that was made"),
        ({"ended_at": NOON + timedelta(days=1)}, "its end is not the one that history recorded"),
    ],
)
def test_a_token_that_was_changed_is_found(change: dict, reason: str) -> None:
    token = make().token

    ApiToken.objects.filter(pk=token.pk).update(**change)

    assert reasons() == {f"apitoken:{token.pk}": reason}


def test_a_token_that_was_slipped_in_is_found() -> None:
    token = ApiToken.objects.create(owner=make_person(), name="x", prefix="cst_", digest="ab" * 32, made_at=NOON)

    assert reasons() == {f"apitoken:{token.pk}": "history does not know it"}


@pytest.mark.parametrize(
    ("change", "constraint"),
    [({"name": ""}, "apitoken_says_what_for"), ({"ended_at": NOON - timedelta(days=1)}, "apitoken_ended_once_made")],
)
def test_the_database_refuses_what_is_no_token(change: dict, constraint: str) -> None:
    token = make().token

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        ApiToken.objects.filter(pk=token.pk).update(**change)


# The page ---------------------------------------------------------------------------------------------------


def test_a_token_is_made_on_the_page_and_shown_once(client) -> None:
    client.force_login(make_person())
    address = reverse("certificates:tokens")
    once = client.get(address).context["form"]["once"].value()

    response = client.post(address, {"name": "Crew system", "once": once})

    secret = response.context["made"].secret
    assert secret in response.content.decode()
    assert "no-store" in response["Cache-Control"]
    assert secret not in client.get(address).content.decode()
    assert token_of(secret=secret, at=NOON) is not None


def test_a_refused_token_keeps_what_was_typed(client) -> None:
    client.force_login(make_person())

    response = client.post(reverse("certificates:tokens"), {"name": "", "once": "x"})

    assert response.status_code == 422


def test_a_token_is_ended_by_its_owner_only(client) -> None:
    theirs, mine = make().token, make().token
    client.force_login(mine.owner)

    assert client.post(reverse("certificates:token_end", args=[theirs.pk])).status_code == 404
    assert client.post(reverse("certificates:token_end", args=[mine.pk])).status_code == 302
    assert list(ApiToken.objects.exclude(ended_at=None)) == [mine]


def test_nobody_reads_of_anothers_tokens(client) -> None:
    make(name="Their secret crew")
    client.force_login(make_person())

    assert "Their secret crew" not in client.get(reverse("certificates:tokens")).content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_costs_the_same_however_many(client, django_assert_num_queries, count: int) -> None:
    owner = make_person()
    client.force_login(owner)
    for number in range(count):
        make(owner, once=str(number))
    client.get(reverse("certificates:tokens"))

    with django_assert_num_queries(7):
        client.get(reverse("certificates:tokens"))
