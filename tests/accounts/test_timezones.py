"""Are hours shown in the reader's own time, and only in theirs?"""

from datetime import datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.utils import timezone

from cms.accounts.middleware import OwnTimeZoneMiddleware
from cms.accounts.timezones import known_time_zones, time_zone, validate_time_zone
from tests.factories.people import NOON, make_person


def test_the_list_begins_with_regions_and_ends_with_utc() -> None:
    zones = known_time_zones()

    assert zones[-1] == "UTC"
    assert list(zones[:-1]) == sorted(zones[:-1])
    assert {"Europe/London", "America/Los_Angeles", "Asia/Kolkata"} <= set(zones)
    assert not {"EST", "Etc/GMT+5", "GB"} & set(zones)


@pytest.mark.parametrize("name", ["", "EST", "Europe/Atlantis", "../../etc/passwd", "europe/london"])
def test_an_unknown_zone_is_refused_with_a_sentence(name: str) -> None:
    with pytest.raises(ValidationError, match="We do not know this time zone"):
        validate_time_zone(name)


@pytest.mark.parametrize("name", ["Europe/Atlantis", "", "../../etc/passwd"])
def test_a_zone_this_machine_no_longer_knows_is_read_as_utc(name: str) -> None:
    assert time_zone(name).key == "UTC"


class Session(dict):
    session_key = "a key"


def answered(request: HttpRequest) -> datetime:
    seen: list[datetime] = []

    def view(request: HttpRequest) -> HttpResponse:
        seen.append(timezone.localtime(NOON))
        return HttpResponse()

    OwnTimeZoneMiddleware(view)(request)
    return seen[0]


@pytest.mark.django_db
@pytest.mark.parametrize(("zone", "hours"), [("Asia/Tokyo", 9), ("Europe/Atlantis", 0), ("UTC", 0)])
def test_a_page_is_answered_in_the_persons_time_and_the_next_one_is_not(zone: str, hours: int) -> None:
    request = RequestFactory().get("/")
    request.user, request.session = make_person(time_zone=zone), Session()

    assert answered(request).utcoffset() == timedelta(hours=hours)
    assert timezone.localtime(NOON).utcoffset() == timedelta(0)


def test_a_visitor_without_a_session_costs_no_query(client, db, django_assert_num_queries) -> None:
    with django_assert_num_queries(0):
        answer = client.get("/healthz")

    assert answer.content == b"alive\n"
