"""A mentor at the end of a shooting day, on a phone: five cards, a passkey, and a coordinator without any account."""

import hashlib
import json
import re
from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone
from fido2.cbor import decode
from fido2.cose import CoseKey
from fido2.server import Fido2Server
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import AttestedCredentialData, PublicKeyCredentialRpEntity
from playwright.sync_api import CDPSession, expect

from assessments.models import Mentorship, Shift, ShiftRole, ShiftState
from assessments.passkeys import assertion_holds
from assessments.sealing import seal_holds
from assessments.shifts import submit_shift
from tests.factories.courses import make_enrolment, make_site
from tests.factories.outside import make_outside_mentorship
from tests.factories.people import make_person, restore_staff_rights
from tests.factories.shifts import days_ago, make_mentor, make_mentorship, make_shift, make_waiting_shift

from .conftest import Watched

pytestmark = pytest.mark.django_db(transaction=True)
PASSWORD = "a quiet corner of the set"
MENTOR = "tomasz@example.org"


@pytest.fixture
def mentorship() -> Mentorship:
    make_site()
    restore_staff_rights()
    at = timezone.now() - timedelta(hours=2)
    person = make_person("Tomasz Lindqvist", email=MENTOR, password=PASSWORD, time_zone="Europe/London")
    learner = make_person("Wren Adeyemi", pronouns="they/them")
    return make_mentorship(
        mentor=make_mentor(person=person, at=at), enrolment=make_enrolment(learner=learner, at=at), at=at
    )


def hand_in(mentorship: Mentorship, *days: int, role: ShiftRole = ShiftRole.ASSIST) -> list[Shift]:
    at = timezone.now() - timedelta(hours=1)
    return [
        make_waiting_shift(mentorship, on=days_ago(day), role=role, at=at + timedelta(minutes=place))
        for place, day in enumerate(days)
    ]


def sign_in(person: Watched) -> None:
    person.goto("/accounts/login/")
    person.page.get_by_label("E-mail address").fill(MENTOR)
    person.page.get_by_label("Password", exact=True).fill(PASSWORD)
    person.click("Sign in", exact=True)


def state_of(shift: Shift) -> ShiftState:
    return Shift.objects.whole().get(pk=shift.pk).state


def test_five_cards_are_cleared_in_a_row_on_a_phone(people, mentorship):
    shifts = hand_in(mentorship, 2, 3, 4, 5, 6)
    mentor = people(width=360)
    sign_in(mentor)
    mentor.goto("/mentoring/")
    page = mentor.page

    mentor.heading("5 to sign")
    page.locator(".scale label", has_text="Assisted").first.click()
    mentor.click("Sign", exact=True)
    mentor.heading("4 to sign")
    page.get_by_role("button", name="Ask", exact=True).click()
    page.get_by_label("Your question").fill("Was the wrap 18:15?")
    mentor.click("Send", exact=True)
    mentor.heading("3 to sign")
    mentor.follow(re.compile("^Propose"))
    page.get_by_label("Wrap", exact=True).fill("17:45")
    mentor.click("Propose", exact=True)
    mentor.heading("2 to sign")
    mentor.follow("Decline", exact=True)
    page.get_by_text("I was not there that day").click()
    mentor.click("Decline", exact=True)
    mentor.heading("1 to sign")
    page.get_by_text("Add a word for Wren Adeyemi").click()
    page.get_by_label("One thing that went well").fill("Steady hands.")
    mentor.click("Sign", exact=True)

    mentor.heading("0 to sign")
    mentor.sees("That’s a wrap")
    assert [state_of(shift) for shift in shifts] == [
        ShiftState.SIGNED, ShiftState.RETURNED, ShiftState.PROPOSED, ShiftState.DECLINED, ShiftState.SIGNED,
    ]  # fmt: skip


def test_the_cards_work_with_javascript_off(people, mentorship):
    shifts = hand_in(mentorship, 2, 3, role=ShiftRole.OBSERVE) + hand_in(mentorship, 4)
    mentor = people(width=360, scripts=False)
    sign_in(mentor)
    mentor.goto("/mentoring/")

    mentor.follow(re.compile("2 days of observing"))
    for box in mentor.page.get_by_role("checkbox").all():
        box.check()
    mentor.click("Sign all that are ticked")
    mentor.sees("2 days signed, each with a seal of its own. 1 more.")
    mentor.follow("Ask", exact=True)
    mentor.page.get_by_label("Your question").fill("Was the wrap 18:15?")
    mentor.click("Send", exact=True)

    assert [state_of(shift) for shift in shifts] == [ShiftState.SIGNED, ShiftState.SIGNED, ShiftState.RETURNED]


# A passkey -------------------------------------------------------------------------------------------------


def give_device(person: Watched) -> tuple[CDPSession, str]:
    """A phone with a fingerprint reader, whose owner says yes."""
    device = person.context.new_cdp_session(person.page)
    device.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True,
    }  # fmt: skip
    return device, device.send("WebAuthn.addVirtualAuthenticator", {"options": options})["authenticatorId"]


def add_passkey(mentor: Watched) -> None:
    mentor.goto("/accounts/2fa/webauthn/add/")
    mentor.page.get_by_label("Password").fill(PASSWORD)
    mentor.click("It is me")
    mentor.page.get_by_label(re.compile("^A name for it")).fill("phone")
    mentor.click("Ask my device")


def check_independently(shift: Shift) -> None:
    """By the `fido2` library alone, from what the row holds: who signed, and that it was this seal."""
    kept = shift.assertion
    key = CoseKey.parse(decode(websafe_decode(kept["public_key"])))
    credential = AttestedCredentialData.create(bytes(16), websafe_decode(kept["credential_id"]), key)
    seals = kept["seals"]
    challenge = bytes.fromhex(seals[0])
    if len(seals) > 1:
        words = json.dumps(["closed-set:shift-seals", sorted(seals)], separators=(",", ":"))
        challenge = hashlib.sha256(words.encode()).digest()
    server = Fido2Server(PublicKeyCredentialRpEntity(id=kept["rp_id"], name="Anybody"))
    _options, state = server.authenticate_begin([credential], challenge=challenge)
    answer = {
        "type": "public-key",
        "id": kept["credential_id"],
        "rawId": kept["credential_id"],
        "clientExtensionResults": {},
        "response": {
            "clientDataJSON": kept["client_data"],
            "authenticatorData": kept["authenticator_data"],
            "signature": kept["signature"],
        },
    }
    assert shift.seal in seals
    assert server.authenticate_complete(state, [credential], answer) == credential
    tampered = bytearray(websafe_decode(kept["signature"]))
    tampered[-1] ^= 1
    answer["response"]["signature"] = websafe_encode(bytes(tampered))
    with pytest.raises(ValueError, match="Invalid signature"):
        server.authenticate_complete(state, [credential], answer)


def test_a_passkey_signs_the_seal_and_anybody_can_check_it_afterwards(people, mentorship):
    shift, *observed = hand_in(mentorship, 2) + hand_in(mentorship, 3, 4, role=ShiftRole.OBSERVE)
    mentor = people(width=360, dark=True)
    device, phone = give_device(mentor)
    sign_in(mentor)
    add_passkey(mentor)
    mentor.goto(f"/mentoring/{shift.pk}/")
    mentor.page.locator(".scale label", has_text="Led with support").first.click()

    # The device says no first: nothing is signed, and what was chosen is still there.
    device.send("WebAuthn.setUserVerified", {"authenticatorId": phone, "isUserVerified": False})
    mentor.page.get_by_role("button", name="Sign with passkey").click()
    mentor.sees("Your passkey did not sign.")
    expect(mentor.page.get_by_role("button", name="Sign without the passkey")).to_be_visible()
    device.send("WebAuthn.setUserVerified", {"authenticatorId": phone, "isUserVerified": True})
    mentor.click("Sign with passkey")
    mentor.sees("Signed and sealed.")
    mentor.follow(re.compile("2 days of observing"))
    for box in mentor.page.get_by_role("checkbox").all():
        box.check()
    mentor.click("Sign with passkey")
    mentor.sees("2 days signed, each with a seal of its own.")

    signed = [Shift.objects.whole().get(pk=one.pk) for one in (shift, *observed)]
    assert [one.sealed["authentication"] for one in signed] == ["passkey"] * 3
    assert [len(one.assertion["seals"]) for one in signed] == [1, 2, 2]
    for one in signed:
        assert seal_holds(one)
        assert assertion_holds(one)
        check_independently(one)
    signed[0].sealed["minutes"] += 1
    assert not assertion_holds(signed[0])


# A link ----------------------------------------------------------------------------------------------------


def test_a_coordinator_without_an_account_signs_by_link_on_a_phone(people, mentorship):
    at = timezone.now() - timedelta(hours=1)
    outside = make_outside_mentorship(learner=make_person("Kit Marlowe"), number="SAG-77 41", at=at)
    shift = make_shift(outside, on=days_ago(2), at=at)
    submit_shift(shift=shift, at=at)
    path = re.search(r"(/mentoring/sign/\S+)", mail.outbox[-1].body)[1]
    phone = people(width=360)

    phone.goto(path)
    phone.heading("One to sign")
    phone.sees("Kit Marlowe")
    phone.page.locator(".scale label", has_text="Assisted").first.click()
    phone.page.get_by_label("The number of your credential").fill("sag-1")
    phone.click("Sign", exact=True)
    phone.sees("not the number the registrar has")
    phone.page.get_by_label("The number of your credential").fill("sag-7741")
    phone.click("Sign", exact=True)

    phone.heading("Signed and sealed. Thank you.")
    phone.page.reload()
    phone.heading("Signed and sealed. Thank you.")
    expect(phone.page.locator("body")).not_to_contain_text("Kit Marlowe")
    shift = Shift.objects.whole().get(pk=shift.pk)
    assert (shift.state, shift.rubric, shift.sealed["authentication"]) == (
        ShiftState.SIGNED, {"TALKS": "ASSISTED"}, "link",
    )  # fmt: skip


def test_a_coordinator_without_an_account_asks_by_link(people, mentorship):
    at = timezone.now() - timedelta(hours=1)
    outside = make_outside_mentorship(learner=make_person("Kit Marlowe"), number="SAG-77 41", at=at)
    shift = submit_shift(shift=make_shift(outside, on=days_ago(2), at=at), at=at)
    phone = people(width=320, dark=True, scripts=False)

    phone.goto(re.search(r"(/mentoring/sign/\S+)", mail.outbox[-1].body)[1])
    phone.follow("Ask", exact=True)
    phone.page.get_by_label("Your question").fill("Was the wrap 18:15?")
    phone.page.get_by_label("The number of your credential").fill("SAG-77 41")
    phone.click("Send", exact=True)

    phone.heading("It is with the learner")
    assert state_of(shift) is ShiftState.RETURNED
