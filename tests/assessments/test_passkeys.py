"""How does a passkey sign a seal, and does that signature still hold?"""

import json
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.urls import reverse
from django.utils import timezone
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import AuthenticatorData

from assessments import pending
from assessments.models import Shift, ShiftRole, ShiftState
from assessments.passkeys import assertion_holds, challenge_for
from assessments.sealing import seal_holds
from assessments.shifts import change_shift, messages_for, submit_shift, take_back_shift, what_is_signed
from tests.factories.courses import make_enrolment
from tests.factories.passkeys import HOST, SoftPasskey, make_passkey
from tests.factories.people import make_person
from tests.factories.shifts import (
    days_ago,
    make_mentor,
    make_mentorship,
    make_signed_shift,
    make_waiting_shift,
    shift_fields,
)

pytestmark = pytest.mark.django_db
QUEUE = "/mentoring/"
TOGETHER = "/mentoring/observing/"


@pytest.fixture
def at():
    return timezone.now() - timedelta(hours=1)


@pytest.fixture
def mentorship(at):
    learner = make_person("Wren")
    return make_mentorship(
        mentor=make_mentor(person=make_person("Tomasz"), at=at), enrolment=make_enrolment(learner=learner, at=at), at=at
    )


@pytest.fixture
def passkey(client, mentorship) -> SoftPasskey:
    """The mentor's, who has signed in some time ago and proves who they are with it alone."""
    client.force_login(mentorship.mentor.person)
    return make_passkey(mentorship.mentor.person)


def ask(client, shift: Shift, **said):
    url = reverse("assessments:shift_passkey", args=[shift.pk])
    return client.post(url, {"seen": what_is_signed(Shift.objects.whole().get(pk=shift.pk)), **said})


def sign(client, shift: Shift, answer, **said):
    url = reverse("assessments:shift_sign", args=[shift.pk])
    return client.post(url, {"assertion": json.dumps(answer), **said})


def signed_with(client, shift: Shift, passkey: SoftPasskey) -> Shift:
    options = ask(client, shift).json()["options"]
    assert sign(client, shift, passkey.answer(options)).url == QUEUE
    return Shift.objects.whole().get(pk=shift.pk)


# Signing ---------------------------------------------------------------------------------------------------


def test_the_passkey_signs_the_seal_itself_and_no_password_is_asked(client, mentorship, passkey, at):
    shift = make_waiting_shift(mentorship, on=days_ago(2), at=at)

    options = ask(client, shift, TALKS="LED", word="Steady hands.").json()["options"]
    answer = sign(client, shift, passkey.answer(options), TALKS="OBSERVED", word="Something else.")

    shift = Shift.objects.whole().get(pk=shift.pk)
    assert answer.url == QUEUE
    assert websafe_decode(options["publicKey"]["challenge"]).hex() == shift.seal
    assert options["publicKey"]["rpId"] == HOST
    assert [one["id"] for one in options["publicKey"]["allowCredentials"]] == [
        websafe_encode(passkey.credential.credential_id)
    ]
    # What was laid out is what is sealed, whatever else comes with the answer.
    assert (shift.rubric, shift.sealed["authentication"]) == ({"TALKS": "LED"}, "passkey")
    assert [message.text for message in messages_for(shift, shift.learner)] == ["Steady hands."]
    assert seal_holds(shift)
    assert assertion_holds(shift)
    passkey.row.refresh_from_db()
    assert passkey.row.last_used_at is not None


def test_what_waits_for_the_passkey_is_sealed_in_the_session(client, mentorship, passkey, at):
    shift = make_waiting_shift(mentorship, on=days_ago(2), at=at)

    ask(client, shift, word="Steady hands.")

    kept = str(Session.objects.get(pk=client.session.session_key).get_decoded())
    assert pending.KEY in kept
    assert "Steady" not in kept


def test_the_page_offers_it_only_to_who_has_one(client, mentorship, at):
    make_waiting_shift(mentorship, on=days_ago(2), at=at)
    client.force_login(mentorship.mentor.person)

    without = client.get(QUEUE).text
    make_passkey(mentorship.mentor.person)
    with_one = client.get(QUEUE).text

    assert "data-passkey-options" not in without
    assert "data-passkey-options" in with_one
    assert "js/sign.js" in with_one


@pytest.mark.parametrize(
    "lie",
    [
        {"challenge": bytes(32)},
        {"origin": "https://elsewhere.example"},
        {"rp_id": "elsewhere.example"},
        {"flags": AuthenticatorData.FLAG(0)},
        {"kind": "webauthn.create"},
    ],
    ids=lambda lie: next(iter(lie)),
)
def test_an_answer_to_something_else_signs_nothing(client, mentorship, passkey, at, lie):
    shift = make_waiting_shift(mentorship, on=days_ago(2), at=at)
    options = ask(client, shift).json()["options"]

    page = sign(client, shift, passkey.answer(options, **lie), TALKS="LED")

    assert page.status_code == 422
    assert "does not fit what you are signing" in page.text
    assert page.context["form"]["TALKS"].value() == "LED"
    assert Shift.objects.get(pk=shift.pk).signed_at is None


@pytest.mark.parametrize("answer", ["{}", "[]", "null", "no", '{"id": 1}', '{"rawId": "x", "id": "x", "response": {}}'])
def test_nonsense_signs_nothing(client, mentorship, passkey, at, answer):
    shift = make_waiting_shift(mentorship, on=days_ago(2), at=at)
    ask(client, shift)

    page = client.post(reverse("assessments:shift_sign", args=[shift.pk]), {"assertion": answer})

    assert page.status_code == 422
    assert Shift.objects.get(pk=shift.pk).signed_at is None


def test_somebody_elses_passkey_signs_nothing(client, mentorship, passkey, at):
    shift = make_waiting_shift(mentorship, on=days_ago(2), at=at)
    other = make_passkey(make_person("Charlie"))
    options = ask(client, shift).json()["options"]

    assert sign(client, shift, other.answer(options)).status_code == 422
    assert Shift.objects.get(pk=shift.pk).signed_at is None


def test_an_answer_is_taken_once_and_for_its_own_card(client, mentorship, passkey, at):
    shift = make_waiting_shift(mentorship, on=days_ago(2), at=at)
    other = make_waiting_shift(mentorship, on=days_ago(3), at=at)
    answer = passkey.answer(ask(client, shift).json()["options"])

    elsewhere = sign(client, other, answer)
    again = sign(client, shift, answer)  # what was kept is gone

    assert (elsewhere.status_code, again.status_code) == (422, 422)
    assert "That took a little long" in again.text
    assert not Shift.objects.filter(signed_at__isnull=False).exists()


def test_after_five_minutes_it_is_asked_anew(client, mentorship, passkey, at, monkeypatch):
    shift = make_waiting_shift(mentorship, on=days_ago(2), at=at)
    answer = passkey.answer(ask(client, shift).json()["options"])
    later = timezone.now() + pending.LASTS
    monkeypatch.setattr("assessments.signing_views.timezone.now", lambda: later)

    page = sign(client, shift, answer)

    assert "That took a little long" in page.text
    assert Shift.objects.get(pk=shift.pk).signed_at is None


def test_keys_turned_over_meanwhile_ask_anew(client, mentorship, passkey, at):
    shift = make_waiting_shift(mentorship, on=days_ago(2), at=at)
    answer = passkey.answer(ask(client, shift).json()["options"])
    session = client.session
    session[pending.KEY] = "gAAAAA"
    session.save()

    assert "That took a little long" in sign(client, shift, answer).text


def test_a_shift_changed_while_the_passkey_was_asked_is_not_signed(client, mentorship, passkey, at):
    shift = make_waiting_shift(mentorship, on=days_ago(2), at=at)
    answer = passkey.answer(ask(client, shift).json()["options"])
    take_back_shift(shift=shift, at=at)
    fields = shift_fields(on=days_ago(2), break_minutes=0)
    change_shift(shift=shift, mentorship=mentorship, production=shift.production, at=at, **fields)
    submit_shift(shift=shift, at=at)

    page = sign(client, shift, answer)

    assert (page.status_code, "changed this shift" in page.text) == (422, True)
    assert Shift.objects.get(pk=shift.pk).signed_at is None


def test_one_handed_in_anew_meanwhile_is_read_anew(client, mentorship, passkey, at):
    shift = make_waiting_shift(mentorship, on=days_ago(2), at=at)
    answer = passkey.answer(ask(client, shift).json()["options"])
    take_back_shift(shift=shift, at=timezone.now())
    submit_shift(shift=shift, at=timezone.now())  # after the moment that the seal would say

    page = sign(client, shift, answer)

    assert (page.status_code, "handed this in anew" in page.text) == (422, True)


def test_what_cannot_be_signed_is_said_before_the_device_is_asked(client, mentorship, passkey, at):
    shift = make_waiting_shift(mentorship, on=days_ago(2), at=at)
    changed = ask(client, shift, seen="0" * 64)
    wrong = ask(client, shift, TALKS="GODLIKE")

    assert (changed.status_code, wrong.status_code) == (422, 422)
    assert "changed this shift while you were reading" in changed.json()["reason"]
    assert "words of the scale" in wrong.json()["reason"]


@pytest.mark.parametrize("place", ["shift_passkey", "shift_sign"])
def test_another_mentor_and_the_learner_find_nothing(client, mentorship, at, place):
    shift = make_waiting_shift(mentorship, on=days_ago(2), at=at)
    for person in (make_mentor(at=at).person, mentorship.learner):
        client.force_login(person)
        assert client.post(reverse(f"assessments:{place}", args=[shift.pk]), {"assertion": "{}"}).status_code == 404


# Several at once -------------------------------------------------------------------------------------------


def observing(mentorship, at, count: int = 3) -> list[Shift]:
    return [
        make_waiting_shift(mentorship, on=days_ago(place + 2), role=ShiftRole.OBSERVE, at=at) for place in range(count)
    ]


def ticks(client) -> list[str]:
    return [tick for _card, tick, _ticked in client.get(TOGETHER).context["days"]]


def test_one_touch_signs_several_days_each_with_its_own_seal(client, mentorship, passkey, at):
    observing(mentorship, at)
    days = ticks(client)

    options = client.post(f"{TOGETHER}passkey/", {"days": days}).json()["options"]
    answer = client.post(TOGETHER, {"days": days, "assertion": json.dumps(passkey.answer(options))})

    signed = list(Shift.objects.whole())
    seals = sorted(shift.seal for shift in signed)
    assert answer.url == QUEUE
    assert len(set(seals)) == 3
    assert [shift.assertion["seals"] for shift in signed] == [seals] * 3
    assert websafe_decode(options["publicKey"]["challenge"]) == challenge_for(seals)
    assert all(seal_holds(shift) and assertion_holds(shift) for shift in signed)


def test_one_touch_covers_exactly_the_days_it_was_asked_for(client, mentorship, passkey, at):
    observing(mentorship, at)
    days = ticks(client)
    options = client.post(f"{TOGETHER}passkey/", {"days": days[:2]}).json()["options"]

    page = client.post(TOGETHER, {"days": days, "assertion": json.dumps(passkey.answer(options))})

    assert page.status_code == 422
    assert not Shift.objects.filter(signed_at__isnull=False).exists()


def test_nothing_ticked_is_refused_before_the_device_is_asked(client, mentorship, passkey, at):
    observing(mentorship, at)

    none = client.post(f"{TOGETHER}passkey/", {})
    stale = client.post(f"{TOGETHER}passkey/", {"days": [f"{Shift.objects.first().pk}:{'0' * 64}"]})

    assert "Tick the days" in none.json()["reason"]
    assert "changed this shift" in stale.json()["reason"]


# Afterwards ------------------------------------------------------------------------------------------------


def flip(text: str) -> str:
    """The same bytes but for one bit."""
    raw = bytearray(websafe_decode(text))
    raw[len(raw) // 2] ^= 1
    return websafe_encode(bytes(raw))


@pytest.mark.parametrize("name", ["signature", "client_data", "authenticator_data", "public_key"])
def test_one_bit_changed_in_what_is_kept_shows(client, mentorship, passkey, at, name):
    shift = signed_with(client, make_waiting_shift(mentorship, on=days_ago(2), at=at), passkey)

    shift.assertion[name] = flip(shift.assertion[name])

    assert not assertion_holds(shift)


@pytest.mark.parametrize(
    "altered",
    [
        {"rp_id": "elsewhere.example"}, {"seals": []}, {"seals": ["0" * 64]}, {"signature": "?"}, {"public_key": None},
        {"public_key": websafe_encode(b"\xa1\x03\x38\xff")}, {"authenticator_data": ""},
    ],
    ids=str,
)  # fmt: skip
def test_anything_else_in_what_is_kept_shows(client, mentorship, passkey, at, altered):
    shift = signed_with(client, make_waiting_shift(mentorship, on=days_ago(2), at=at), passkey)

    shift.assertion |= altered

    assert not assertion_holds(shift)


def test_another_days_assertion_does_not_hold_here(client, mentorship, passkey, at):
    one = signed_with(client, make_waiting_shift(mentorship, on=days_ago(2), at=at), passkey)
    other = signed_with(client, make_waiting_shift(mentorship, on=days_ago(3), at=at), passkey)

    one.assertion = other.assertion

    assert not assertion_holds(one)


def test_a_word_changed_under_the_seal_shows_even_with_a_new_seal(client, mentorship, passkey, at):
    shift = signed_with(client, make_waiting_shift(mentorship, on=days_ago(2), at=at), passkey)

    shift.sealed["minutes"] = 1_000

    assert not assertion_holds(shift)


def test_a_seal_that_says_passkey_has_an_assertion_and_no_other_has(client, mentorship, passkey, at):
    shift = signed_with(client, make_waiting_shift(mentorship, on=days_ago(2), at=at), passkey)
    by_password = make_signed_shift(mentorship, on=days_ago(5), at=at)

    assert assertion_holds(by_password)
    by_password.assertion, shift.assertion = shift.assertion, None
    assert not assertion_holds(by_password)
    assert not assertion_holds(shift)


def test_an_unsigned_shift_has_nothing_to_object_to(mentorship, at):
    shift = make_waiting_shift(mentorship, on=days_ago(2), at=at)

    assert shift.state is ShiftState.WAITING
    assert assertion_holds(shift)
