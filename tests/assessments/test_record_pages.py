"""What does a learner see of their signed record, what does whoever has a link, and what does nobody?"""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from assessments.models import EvidenceShare, Mentorship, Scene, Shift, ShiftMessage, ShownName
from assessments.packs import Part
from assessments.sharing import end_share, make_share
from assessments.shifts import make_production
from cms.accounts.roles import Role
from cms.accounts.throttle import MISSES, WINDOW
from tests.factories.courses import make_enrolment
from tests.factories.people import make_person
from tests.factories.shifts import days_ago, make_mentor, make_mentorship, make_signed_shift
from tests.unguarded import lift_guards

from .test_packs import words_in

pytestmark = pytest.mark.django_db

FILES = ("record_pdf", "record_shifts_csv", "record_sums_csv")
SHARED = ("shared_record", "shared_record_pdf", "shared_shifts_csv", "shared_sums_csv")


@pytest.fixture
def at():
    return timezone.now()


@pytest.fixture
def mentorship(at) -> Mentorship:
    learner = make_person("Wren", certificate_name="Wren Ana Núñez", time_zone="Europe/London")
    mentor = make_mentor("Tomasz", at=at)
    return make_mentorship(mentor=mentor, enrolment=make_enrolment(learner=learner, at=at), at=at)


@pytest.fixture
def shift(mentorship, at) -> Shift:
    production = make_production(learner=mentorship.learner, code="PRJ-ONE", title="Low Tide", at=at)
    return make_signed_shift(mentorship, production=production, on=days_ago(3), at=at)


@pytest.fixture
def other(mentorship, shift, at) -> Shift:
    """Another signed shift of the same learner: a canary in every fact of it."""
    production = make_production(learner=mentorship.learner, code="PRJ-CANARY", title="Salt Water", at=at)
    made = make_signed_shift(
        mentorship, production=production, on=days_ago(40), scenes={Scene.NUDITY: 77}, competencies=["SAG-9"],
        learning_note="A canary in the note.", at=at,
    )  # fmt: skip
    ShiftMessage.objects.create(shift=made, author=made.learner, written_at=at, text="A canary in a message.")
    return made


def share_of(shift: Shift, *parts: Part, at, **changes: object):
    given = {
        "learner": shift.learner,
        "purpose": "A canary in the purpose",
        "days": 30,
        "shows": {str(shift.record): list(parts)},
        "once": "a form",
        "at": at,
    }
    return make_share(**given | changes)


def body_of(answer) -> str:
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return words_in(content) if answer["Content-Type"] == "application/pdf" else content.decode()


def said(shift: Shift, *parts: Part, **changes: object) -> dict[str, object]:
    return {
        "purpose": "The registry",
        "days": "30",
        "shown_name": "CERTIFICATE",
        "shows": [f"{shift.record}:{part}" for part in parts],
        "once": "a form",
    } | changes


# The learner's own -----------------------------------------------------------------------------------------


def test_the_record_says_what_was_signed_and_where_to_take_it(client, shift):
    client.force_login(shift.learner)

    page = client.get(reverse("assessments:record"))

    for words in ("9 h 30", "Assisted", "Under a union agreement", "Make a link", *map(_address, FILES)):
        assert words in page.text
    assert "Low Tide" not in page.text


def _address(name: str) -> str:
    return reverse(f"assessments:{name}")


def test_an_empty_record_says_what_comes_first(client, mentorship):
    client.force_login(mentorship.learner)

    page = client.get(reverse("assessments:record"))
    form = client.get(reverse("assessments:share_new"))

    assert "Nothing signed yet" in page.text
    assert (form.status_code, form["Location"]) == (302, reverse("assessments:record"))


def test_a_broken_seal_is_named_on_the_record(client, shift, other):
    lift_guards()
    Shift.objects.filter(pk=other.pk).update(break_minutes=0)
    client.force_login(shift.learner)

    page = client.get(reverse("assessments:record"))

    assert "One signed shift is not in here: its seal is broken." in page.text


@pytest.mark.parametrize("name", FILES)
def test_the_files_hold_the_whole_record_without_a_title_or_a_note(client, shift, other, name):
    client.force_login(shift.learner)

    answer = client.get(reverse(f"assessments:{name}"))
    body = body_of(answer)

    assert "no-store" in answer["Cache-Control"]
    assert {"record_pdf": "19 h", "record_shifts_csv": ",9.50,", "record_sums_csv": ",19.00,"}[name] in body
    assert ("PRJ-CANARY" in body) == (name != "record_sums_csv")
    for secret in ("Low Tide", "Salt Water", "canary in", "Tomasz"):
        assert secret not in body


@pytest.mark.parametrize("name", FILES)
def test_the_files_of_somebody_else_are_their_own(client, shift, name):
    client.force_login(make_person())

    assert "PRJ-ONE" not in body_of(client.get(reverse(f"assessments:{name}")))


@pytest.mark.parametrize("shifts", [1, 3])
def test_the_record_takes_as_many_queries_for_one_shift_as_for_three(
    client, mentorship, at, shifts, django_assert_num_queries
):
    for place in range(shifts):
        made = make_signed_shift(mentorship, on=days_ago(place + 2), at=at)
        share_of(made, Part.DATE, at=at)
    client.force_login(mentorship.learner)
    client.get(reverse("assessments:record"))

    with django_assert_num_queries(8):  # session, person, shifts, links, academy, is a mentor, two of permissions
        client.get(reverse("assessments:record"))
    with django_assert_num_queries(7):  # the same without links
        client.get(reverse("assessments:share_new"))


# Making a link ---------------------------------------------------------------------------------------------


def test_a_link_is_made_and_shown_to_its_learner_once(client, shift):
    client.force_login(shift.learner)

    page = client.post(reverse("assessments:share_new"), said(shift, Part.DATE), follow=True)

    share = EvidenceShare.objects.get()
    assert (share.shows, share.shown_name) == ({str(shift.record): ["DATE"]}, ShownName.CERTIFICATE)
    ((address, status),) = page.redirect_chain
    assert (status, page.status_code) == (302, 200)
    assert f"http://localhost:8000{address}" in page.text
    assert "Only you see this note" in page.text
    assert address.split("/")[3] not in client.get(reverse("assessments:record")).text
    share.refresh_from_db()
    assert share.opened_count == 0


def test_pressing_twice_makes_one_link(client, shift):
    client.force_login(shift.learner)

    answers = [client.post(reverse("assessments:share_new"), said(shift, Part.DATE)) for _time in range(2)]

    assert answers[0]["Location"] == answers[1]["Location"]
    assert EvidenceShare.objects.count() == 1


def test_with_nothing_ticked_a_link_is_made_all_the_same(client, shift):
    client.force_login(shift.learner)

    page = client.post(reverse("assessments:share_new"), said(shift), follow=True)

    assert EvidenceShare.objects.get().shows == {}
    assert "1 more signed shift is in the sums" in page.text


def test_what_was_typed_and_ticked_stays_when_it_is_refused(client, shift):
    client.force_login(shift.learner)

    page = client.post(reverse("assessments:share_new"), said(shift, Part.CODE, days="91", purpose="The registry"))

    assert page.status_code == 422
    assert 'value="The registry"' in page.text
    assert f'value="{shift.record}:CODE" data-part="CODE" checked' in page.text
    assert not EvidenceShare.objects.exists()


@pytest.mark.parametrize("changes", [{"purpose": ""}, {"days": "0"}, {"shown_name": "LEGAL"}, {"days": "soon"}])
def test_a_form_that_cannot_be_is_refused(client, shift, changes):
    client.force_login(shift.learner)

    assert client.post(reverse("assessments:share_new"), said(shift, **changes)).status_code == 422


def test_nobody_shares_somebody_elses_shift(client, shift, at):
    stranger = make_signed_shift(make_mentorship(at=at), on=days_ago(2), at=at)
    client.force_login(shift.learner)

    page = client.post(reverse("assessments:share_new"), said(stranger, Part.DATE))

    assert page.status_code == 422
    assert "Something you ticked can no longer be shown." in page.text
    assert not EvidenceShare.objects.exists()


def test_a_mentors_name_has_a_box_only_where_they_let_it_be_shown(client, shift):
    client.force_login(shift.learner)
    before = client.get(reverse("assessments:share_new")).text
    shift.mentorship.mentor.shows_name = True
    shift.mentorship.mentor.save()

    after = client.get(reverse("assessments:share_new")).text

    assert f"{shift.record}:MENTOR" not in before
    assert f"{shift.record}:MENTOR" in after


def test_somebody_with_one_name_is_not_asked_which(client, shift):
    shift.learner.certificate_name = ""
    shift.learner.save()
    client.force_login(shift.learner)

    page = client.get(reverse("assessments:share_new"))
    client.post(reverse("assessments:share_new"), said(shift, shown_name="DISPLAY"))

    assert "Your name on it" not in page.text
    assert '<input type="hidden" name="shown_name" value="DISPLAY">' in page.text
    assert EvidenceShare.objects.get().shown_name == ShownName.DISPLAY


# Ending it -------------------------------------------------------------------------------------------------


def test_a_link_is_ended_at_once(client, shift, at):
    made = share_of(shift, Part.DATE, at=at)
    client.force_login(shift.learner)

    page = client.post(reverse("assessments:share_end", args=[made.share.pk]), follow=True)

    assert "Ended. The link opens nothing any more." in page.text
    assert "Ended on" in page.text
    assert client.get(reverse("assessments:shared_record", args=[made.token])).status_code == 404


@pytest.mark.parametrize("who", ["mentor", "registrar", "editor", "stranger"])
def test_nobody_else_ends_it_or_sees_it_in_their_list(client, shift, at, who):
    made = share_of(shift, Part.DATE, at=at)
    people = {
        "mentor": lambda: shift.mentorship.mentor.person,
        "registrar": lambda: make_person(roles=(Role.REGISTRAR,)),
        "editor": lambda: make_person(roles=(Role.EDITOR,)),
        "stranger": make_person,
    }
    client.force_login(people[who]())

    assert client.post(reverse("assessments:share_end", args=[made.share.pk])).status_code == 404
    assert "canary" not in client.get(reverse("assessments:record")).text
    made.share.refresh_from_db()
    assert made.share.ended_at is None


# Behind the link -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SHARED)
def test_behind_the_link_is_what_was_ticked_and_nothing_else(client, shift, other, at, name):
    token = share_of(shift, Part.DATE, Part.CODE, Part.ROLE, at=at, shown_name=ShownName.CERTIFICATE).token

    answer = client.get(reverse(f"assessments:{name}", args=[token]))
    body = body_of(answer)

    assert answer.status_code == 200
    if name in ("shared_record", "shared_record_pdf"):
        for words in ("Wren Ana Núñez", "19 h", "PRJ-ONE", shift.seal[:12], "not an endorsement"):
            assert words in body
    hidden = ("canary", "CANARY", "Full nudity", ",77,", "SAG-9", "SAG-1", "Kiss: ", "Low Tide", "Salt Water", "Tomasz",
              shift.mentorship.mentor.credential_number, "Ask before", "9 h 30", "9.50", "United Kingdom", "union agreement",
              shift.learner.email, str(shift.record),
              f"{days_ago(40):%Y-%m-%d}", f"{days_ago(40).day} {days_ago(40):%B %Y}", other.seal[:12])  # fmt: skip
    rest = "\n".join(body.splitlines()[1:]) if name == "shared_shifts_csv" else body  # the head names every column
    found = [secret for secret in hidden if secret in rest]
    assert found == []


@pytest.mark.parametrize("name", SHARED)
def test_what_is_behind_a_link_is_kept_and_listed_nowhere(client, shift, at, name):
    token = share_of(shift, Part.DATE, at=at).token

    answers = [client.get(reverse(f"assessments:{name}", args=[key])) for key in (token, "nothing")]

    assert [answer.status_code for answer in answers] == [200, 404]
    for answer in answers:
        assert "no-store" in answer["Cache-Control"]
        assert answer["X-Robots-Tag"] == "noindex, nofollow"
        assert answer["Referrer-Policy"] == "no-referrer"


def test_a_title_of_a_page_names_nobody(client, shift, at):
    page = client.get(reverse("assessments:shared_record", args=[share_of(shift, Part.DATE, at=at).token]))

    assert "<title>A signed record, " in page.text
    assert '<meta name="robots" content="noindex, nofollow">' in page.text


@pytest.mark.parametrize("name", SHARED)
def test_a_link_that_ran_out_was_ended_or_never_was_looks_the_same(client, shift, at, name):
    late = share_of(shift, Part.DATE, at=at - timedelta(days=40)).token
    ended = share_of(shift, Part.DATE, at=at, once="another")
    end_share(share=ended.share, at=at)

    answers = [client.get(reverse(f"assessments:{name}", args=[key])) for key in (late, ended.token, "A" * 43)]

    assert [answer.status_code for answer in answers] == [404] * 3
    assert len({answer.content for answer in answers}) == 1
    assert "This link opens nothing" in answers[0].text


def test_a_guesser_is_told_to_wait_and_a_link_that_works_is_answered(client, shift, at):
    token = share_of(shift, Part.DATE, at=at).token
    misses = [client.get(reverse("assessments:shared_record", args=[f"guess-{n}"])) for n in range(MISSES + 1)]

    assert [miss.status_code for miss in misses] == [404] * MISSES + [429]
    assert misses[-1]["Retry-After"] == str(WINDOW)
    assert client.get(reverse("assessments:shared_record", args=[token])).status_code == 200


def test_it_is_counted_when_somebody_else_opens_it(client, shift, at):
    made = share_of(shift, Part.DATE, at=at)
    address = reverse("assessments:shared_record", args=[made.token])
    client.get(address)
    client.head(address)
    client.get(reverse("assessments:shared_record_pdf", args=[made.token]))
    client.force_login(shift.learner)
    client.get(address)

    page = client.get(reverse("assessments:record"))

    made.share.refresh_from_db()
    assert made.share.opened_count == 2
    assert "Opened 2 times, last on" in page.text


def test_a_broken_seal_shows_behind_the_link_and_its_details_do_not(client, shift, at):
    token = share_of(shift, *[part for part in Part if part is not Part.MENTOR], at=at).token
    lift_guards()
    Shift.objects.filter(pk=shift.pk).update(break_minutes=0)

    page = client.get(reverse("assessments:shared_record", args=[token]))

    assert "Broken: do not rely on this shift" in page.text
    assert shift.seal[:12] in page.text
    assert "PRJ-ONE" not in page.text
    assert "The seal holds" not in page.text


@pytest.mark.parametrize("shifts", [1, 3])
def test_a_link_takes_as_many_queries_for_one_shift_as_for_three(
    client, mentorship, at, shifts, django_assert_num_queries
):
    made = [make_signed_shift(mentorship, on=days_ago(place + 2), at=at) for place in range(shifts)]
    shows = {str(shift.record): ["DATE", "ROLE", "HOURS"] for shift in made}
    token = share_of(made[0], at=at, shows=shows).token
    address = reverse("assessments:shared_record", args=[token])
    client.get(address)

    with django_assert_num_queries(4):  # the link, counting, shifts, academy
        client.get(address)


def test_the_sheet_of_a_link_carries_the_link(client, shift, at):
    token = share_of(shift, Part.DATE, at=at).token

    answer = client.get(reverse("assessments:shared_record_pdf", args=[token]))

    assert f"/shared/record/{token}/" in body_of(answer)
    assert answer["Content-Disposition"] == 'inline; filename="signed-record.pdf"'
