"""Who is on the register, from when to when, and what does the database refuse?"""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from assessments.models import Medium, Region
from certificates.editions import new_edition
from certificates.issuing import replace_certificate
from certificates.models import (
    Availability,
    EditionReason,
    Facet,
    Language,
    RegisterEntry,
    RegisterMark,
    RevocationReason,
    Speciality,
)
from certificates.register import found, may_hold, on_register, said_in, shown_entry
from certificates.registering import CannotList, leave_register, let_back, put_on_register, remove_entry
from certificates.status import reinstate_certificate, revoke_certificate, suspend_certificate
from cms.accounts.models import Entry
from cms.records import register as records
from tests.factories.certificates import make_certificate, make_completion
from tests.factories.people import NOON, make_person, make_registrar
from tests.factories.register import make_entry, make_said

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
LATER = NOON + DAY


def verbs() -> list[str]:
    return list(Entry.objects.filter(chain__name="register").order_by("number").values_list("verb", flat=True))


def listed(at=LATER) -> list[str]:
    return [entry.certificate.holder_name for entry in on_register(at)]


# Joining and leaving ----------------------------------------------------------------------------------------


def test_joining_shows_the_name_as_certified_and_is_written_down_without_it():
    entry = make_entry()

    assert listed() == ["Ana Núñez"]
    told = Entry.objects.get(verb="register.joined")
    assert told.facts["number"] == entry.certificate.number
    assert "Ana" not in str(told.facts)


def test_saying_the_same_again_changes_nothing():
    entry = make_entry()

    again = make_entry(entry.certificate, at=LATER)

    assert (again.pk, again.said_at, verbs()) == (entry.pk, NOON, ["register.joined"])


def test_saying_something_else_changes_the_entry_and_keeps_its_address():
    entry = make_entry()

    changed = make_entry(entry.certificate, marks={Facet.LANGUAGE: (Language.CY, Language.EN)}, at=LATER)

    assert (changed.slug, said_in(changed).marks[Facet.LANGUAGE]) == (entry.slug, ("en", "cy"))
    assert said_in(changed).marks[Facet.REGION] == ()
    assert verbs() == ["register.joined", "register.changed"]


def test_leaving_takes_everything_that_was_said_along_at_once():
    entry = make_entry(availability=Availability.OPEN, may_be_indexed=True)

    leave_register(holder=entry.holder, at=LATER)
    leave_register(holder=entry.holder, at=LATER)

    entry.refresh_from_db()
    assert (listed(), entry.about, entry.availability, entry.marks.count()) == ([], "", "", 0)
    assert verbs() == ["register.joined", "register.left"]


def test_leaving_by_a_request_whose_clock_ran_behind_leaves_all_the_same():
    entry = make_entry()

    leave_register(holder=entry.holder, at=NOON - timedelta(milliseconds=20))

    entry.refresh_from_db()
    assert (listed(), entry.left_at) == ([], NOON)
    assert list(records.faults()) == []


def test_who_comes_back_comes_back_at_another_address():
    entry = make_entry()
    leave_register(holder=entry.holder, at=LATER)

    again = make_entry(entry.certificate, at=LATER)

    assert again.slug != entry.slug
    assert listed() == ["Ana Núñez"]


@pytest.mark.parametrize("whose", ["somebody else’s", "suspended", "withdrawn name"])
def test_only_a_certificate_of_ones_own_that_stands_and_names_one_will_do(whose):
    certificate, holder = make_certificate(), make_person("Another")
    if whose != "somebody else’s":
        holder = certificate.holder
    if whose == "suspended":
        suspend_certificate(certificate=certificate, reason="Looked into", by=make_registrar(), at=NOON)
    if whose == "withdrawn name":
        new_edition(certificate=certificate, because=EditionReason.CONSENT, by=holder, at=NOON, shows_name=False)

    with pytest.raises(CannotList, match="stands, and shows your name"):
        put_on_register(holder=holder, certificate=certificate, said=make_said(), at=LATER)

    assert RegisterEntry.objects.count() == 0


@pytest.mark.parametrize(
    "about",
    ["Write to ana@example.org", "See www.ana.example", "On the phone: +44 7700 900123", "I am @ana.nunez everywhere"],
)
def test_a_way_around_the_relay_is_refused(about):
    with pytest.raises(CannotList, match="through the register") as refusal:
        make_entry(about=about)

    assert refusal.value.field == "about"


def test_a_day_goes_with_later_and_is_dropped_otherwise():
    with pytest.raises(CannotList, match="which day"):
        make_entry(availability=Availability.LATER)

    entry = make_entry(availability=Availability.OPEN, available_from=date(2027, 1, 1))

    assert entry.available_from is None


@pytest.mark.parametrize(
    ("at", "words"), [(NOON, "Taking bookings from 1 January 2027"), (NOON + 60 * DAY, "Taking bookings")]
)
def test_later_becomes_now_by_itself(at, words):
    entry = make_entry(availability=Availability.LATER, available_from=date(2027, 1, 1))

    assert shown_entry(entry, at=at).availability == words


# When somebody is shown -------------------------------------------------------------------------------------


def test_a_suspended_certificate_hides_its_entry_until_it_is_lifted():
    entry, registrar = make_entry(), make_registrar()

    suspend_certificate(certificate=entry.certificate, reason="Looked into", by=registrar, at=LATER)
    assert listed() == []

    reinstate_certificate(certificate=entry.certificate, by=registrar, at=LATER)
    assert listed() == ["Ana Núñez"]


def test_a_revoked_and_an_expired_certificate_are_not_on_it():
    revoked, expired = make_entry(), make_entry()
    revoke_certificate(certificate=revoked.certificate, reason=RevocationReason.ERROR, by=make_registrar(), at=LATER)

    assert [entry.pk for entry in on_register(LATER)] == [expired.pk]
    assert list(on_register(expired.certificate.valid_until - timedelta(seconds=1))) == [expired]
    assert list(on_register(expired.certificate.valid_until)) == []


def test_a_new_name_is_a_new_consent():
    entry = make_entry()

    newer = replace_certificate(
        certificate=entry.certificate, holder_name="Ana Prosser", by=make_registrar(), at=NOON + DAY / 2
    )
    assert listed() == []

    make_entry(newer, at=LATER)
    assert listed() == ["Ana Prosser"]
    entry.refresh_from_db()
    assert (entry.left_at, entry.about) == (LATER, "")


def test_who_withdraws_their_name_from_the_certificate_is_off():
    entry = make_entry()

    new_edition(
        certificate=entry.certificate, because=EditionReason.CONSENT, by=entry.holder, at=LATER, shows_name=False
    )

    assert listed() == []
    entry.certificate.refresh_from_db()
    assert shown_entry(entry, at=LATER) is None


def test_a_closed_account_is_off():
    entry = make_entry()
    entry.holder.is_active = False
    entry.holder.save()

    assert listed() == []


def test_certifications_are_offered_first():
    holder = make_person("Holder")
    completion, certification = make_completion(learner=holder, at=NOON), make_certificate(learner=holder, at=NOON)

    assert [each.pk for each in may_hold(holder, LATER)] == [certification.pk, completion.pk]


# Searching --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sought", "names"),
    [
        ({"region": Region.US}, {"Una"}),
        ({"medium": Medium.THEATRE}, {"Una", "Theo"}),
        ({"language": Language.BFI}, {"Theo"}),
        ({"speciality": Speciality.PERIOD}, {"Una"}),
        ({"medium": Medium.THEATRE, "region": Region.UK_IRELAND}, {"Theo"}),
        ({"kind": "completion"}, {"Theo"}),
        ({"region": Region.ASIA}, set()),
        ({}, {"Una", "Theo"}),
    ],
)
def test_a_search_finds_who_says_all_of_it(sought, names):
    make_entry(
        make_certificate(name="Una"),
        marks={
            Facet.REGION: (Region.US,),
            Facet.MEDIUM: (Medium.THEATRE, Medium.SERIES),
            Facet.SPECIALITY: (Speciality.PERIOD,),
        },
    )
    make_entry(
        make_completion(name="Theo"),
        marks={
            Facet.REGION: (Region.UK_IRELAND,),
            Facet.MEDIUM: (Medium.THEATRE,),
            Facet.LANGUAGE: (Language.BFI,),
        },
    )

    assert {entry.certificate.holder_name for entry in found(LATER, **sought)} == names


def test_the_order_holds_all_day_and_is_another_on_other_days():
    for place in range(6):
        make_entry(make_certificate(name=f"Name {place}"))
    midnight = LATER.replace(hour=0)

    days = [[entry.pk for entry in found(midnight + day * DAY)] for day in range(8)]

    assert [entry.pk for entry in found(midnight + timedelta(hours=23))] == days[0]
    assert len({tuple(day) for day in days}) > 1
    assert {frozenset(day) for day in days} == {frozenset(days[0])}


# The registrar ----------------------------------------------------------------------------------------------


def test_a_removed_entry_comes_back_only_when_a_registrar_lets_it(mailoutbox, django_capture_on_commit_callbacks):
    entry, registrar = make_entry(), make_registrar()

    with django_capture_on_commit_callbacks(execute=True):
        remove_entry(entry=entry, reason=" It names a performer. ", by=registrar, at=LATER)
    with pytest.raises(CannotList, match="Write to them"):
        make_entry(entry.certificate, at=LATER)
    let_back(entry=entry, by=registrar, at=LATER)
    make_entry(entry.certificate, at=LATER)

    assert listed() == ["Ana Núñez"]
    assert [mail.subject for mail in mailoutbox] == ["A note from the registrar"]
    assert "performer" not in mailoutbox[0].body
    assert verbs() == ["register.joined", "register.removed", "register.let_back", "register.joined"]


def test_removing_and_letting_back_twice_change_nothing_more():
    entry, registrar = make_entry(), make_registrar()

    for _time in range(2):
        remove_entry(entry=entry, reason="It names a performer.", by=registrar, at=LATER)
    for _time in range(2):
        let_back(entry=entry, by=registrar, at=LATER)

    assert verbs() == ["register.joined", "register.removed", "register.let_back"]


def test_nobody_removes_their_own_nor_without_a_reason():
    entry = make_entry()

    with pytest.raises(CannotList, match="your own"):
        remove_entry(entry=entry, reason="A reason", by=entry.holder, at=LATER)
    with pytest.raises(CannotList, match="reason"):
        remove_entry(entry=entry, reason="  ", by=make_registrar(), at=LATER)

    assert listed() == ["Ana Núñez"]


# What cannot be ---------------------------------------------------------------------------------------------


def impossible(entry: RegisterEntry) -> dict[str, dict]:
    registrar = make_registrar()
    gone = {"left_at": LATER, "about": ""}
    return {
        "a_day_with_later_only": {"available_from": date(2027, 1, 1)},
        "later_without_a_day": {"availability": Availability.LATER},
        "left_before_joining": gone | {"left_at": NOON - DAY},
        "says_something_once_left": {"left_at": LATER},
        "indexed_once_left": gone | {"may_be_indexed": True},
        "removed_without_a_reason": gone | {"removed_by": registrar},
        "removed_but_not_left": {"removed_by": registrar, "removal_reason": "A reason"},
        "removed_by_its_holder": gone | {"removed_by": entry.holder, "removal_reason": "A reason"},
        "let_back_without_removal": gone | {"let_back_at": LATER, "let_back_by": registrar},
        "let_back_by_nobody": gone | {"removed_by": registrar, "removal_reason": "A reason", "let_back_at": LATER},
    }


@pytest.mark.parametrize(
    "which",
    [
        "a_day_with_later_only",
        "later_without_a_day",
        "left_before_joining",
        "says_something_once_left",
        "indexed_once_left",
        "removed_without_a_reason",
        "removed_but_not_left",
        "removed_by_its_holder",
        "let_back_without_removal",
        "let_back_by_nobody",
    ],
)
def test_the_database_refuses_an_impossible_entry(which):
    entry = make_entry()

    with pytest.raises(IntegrityError, match="registerentry_"), transaction.atomic():
        RegisterEntry.objects.filter(pk=entry.pk).update(**impossible(entry)[which])


def test_one_open_entry_for_a_holder():
    entry = make_entry()

    with pytest.raises(IntegrityError), transaction.atomic():
        RegisterEntry.objects.create(holder=entry.holder, certificate=entry.certificate, joined_at=NOON, said_at=NOON)


def test_a_mark_stands_once_and_says_something():
    entry = make_entry()

    for code in (Region.UK_IRELAND, ""):
        with pytest.raises(IntegrityError), transaction.atomic():
            RegisterMark.objects.create(entry=entry, facet=Facet.REGION, code=code)


# What was recorded ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"about": "I am somebody else."}, "it does not say what its holder agreed to"),
        ({"may_be_indexed": True}, "it does not say what its holder agreed to"),
        ({"left_at": LATER, "about": ""}, "whether it was left is not as history recorded"),
        ({"joined_at": NOON - DAY}, "it is not the certificate, or the day, that its holder agreed to"),
    ],
)
def test_an_entry_altered_behind_our_back_is_found(change, reason):
    entry = make_entry()
    assert list(records.faults()) == []

    RegisterEntry.objects.filter(pk=entry.pk).update(**change)

    assert [(fault.row, fault.reason) for fault in records.faults()] == [(f"registerentry:{entry.pk}", reason)]


def test_an_entry_that_nobody_agreed_to_is_found():
    certificate = make_certificate()
    entry = RegisterEntry.objects.create(
        holder=certificate.holder, certificate=certificate, joined_at=NOON, said_at=NOON
    )

    assert [fault.row for fault in records.faults()] == [f"registerentry:{entry.pk}"]


def test_one_that_came_left_and_was_removed_is_as_recorded():
    entry, registrar = make_entry(), make_registrar()
    leave_register(holder=entry.holder, at=LATER)
    again = make_entry(entry.certificate, at=LATER)
    remove_entry(entry=again, reason="A reason", by=registrar, at=LATER)
    let_back(entry=again, by=registrar, at=LATER)

    assert list(records.faults()) == []
