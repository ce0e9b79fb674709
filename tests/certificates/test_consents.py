"""Does a holder decide what others read, at once and in every place?"""

import json
from datetime import timedelta
from functools import partial

import pytest

from certificates import consents
from certificates.bitstring import decode, is_set
from certificates.checking import as_json, check_certificate, is_sound
from certificates.consents import Consent, set_consent
from certificates.issuing import CannotIssue
from certificates.models import Certificate, PastEdition, RegisterEntry, Status, StatusList
from certificates.register import on_register
from cms.accounts.models import Entry
from cms.records import awards
from tests.courses.races import meet_in, side_by_side, take_locks_away
from tests.factories.certificates import make_certificate, make_certificate_that_is
from tests.factories.people import NOON, make_person
from tests.factories.register import make_entry

LATER = NOON + timedelta(days=10)
MEASURED = [
    {"name": "Consent", "measure": "score", "value": "92.5", "minimum": "0", "maximum": "100", "required": "80"},
    {"name": "Shadow hours", "measure": "hours", "value": "176.5"},
]


def measured(certificate: Certificate) -> Certificate:
    """The same with a score and hours on it, which history does not know of."""
    Certificate.objects.filter(pk=certificate.pk).update(results=MEASURED)
    return Certificate.objects.get(pk=certificate.pk)


def turn(certificate: Certificate, consent: Consent, shows: bool, at=LATER) -> Certificate:
    return set_consent(certificate=certificate, consent=consent, shows=shows, by=certificate.holder, at=at)


def bit(listed: StatusList, index: int) -> bool:
    document = json.loads(StatusList.objects.get(pk=listed.pk).document)
    return is_set(decode(document["credentialSubject"]["encodedList"]), index)


def test_a_name_taken_back_is_in_no_answer_and_no_file_and_the_earlier_file_ends(db) -> None:
    certificate = make_certificate()

    changed = turn(certificate, Consent.NAME, False)

    said = as_json(check_certificate(number=changed.number, at=LATER))
    assert "holder" not in said
    assert "Ana" not in json.dumps(said) + changed.credential
    assert bit(certificate.status_list, certificate.status_index)
    assert not bit(changed.status_list, changed.status_index)
    assert is_sound(Certificate.objects.get(pk=changed.pk))
    assert list(awards.faults()) == []


def test_a_name_given_back_is_there_again(db) -> None:
    certificate = turn(make_certificate(), Consent.NAME, False)

    again = turn(certificate, Consent.NAME, True, at=LATER + timedelta(days=1))

    assert check_certificate(number=again.number, at=LATER + timedelta(days=1)).holder == "Ana Núñez"
    assert again.edition == 3


@pytest.mark.parametrize(("consent", "value"), [(Consent.SCORES, "92.5"), (Consent.HOURS, "176.5")])
def test_scores_and_hours_are_shown_only_once_agreed(db, consent: Consent, value: str) -> None:
    certificate = measured(make_certificate())
    before = as_json(check_certificate(number=certificate.number, at=LATER))

    shown = turn(certificate, consent, True)
    hidden = turn(shown, consent, False, at=LATER + timedelta(days=1))

    after = as_json(check_certificate(number=certificate.number, at=LATER + timedelta(days=1)))
    assert "results" not in before
    assert [result["value"] for result in json.loads(shown.credential)["credentialSubject"]["result"]] == [value]
    assert "result" not in json.loads(hidden.credential)["credentialSubject"]
    assert "results" not in after
    assert bit(shown.status_list, shown.status_index)


def test_programs_read_results_as_they_were_kept(db) -> None:
    certificate = turn(measured(make_certificate()), Consent.HOURS, True)

    said = as_json(check_certificate(number=certificate.number, at=LATER))

    assert said["results"] == [{"name": "Shadow hours", "measure": "hours", "value": "176.5"}]


@pytest.mark.parametrize("shows", [True, False])
def test_repeating_changes_nothing(db, shows: bool) -> None:
    certificate = make_certificate()
    turn(certificate, Consent.NAME, shows)
    before = (PastEdition.objects.count(), Entry.objects.count())

    turn(certificate, Consent.NAME, shows)

    assert (PastEdition.objects.count(), Entry.objects.count()) == before


def test_what_was_not_measured_cannot_be_shown(db) -> None:
    certificate = make_certificate()
    Certificate.objects.update(results=[])

    with pytest.raises(CannotIssue, match="measured"):
        turn(certificate, Consent.SCORES, True)

    assert not PastEdition.objects.exists()


def test_only_the_holder_decides(db) -> None:
    certificate = make_certificate()

    with pytest.raises(CannotIssue, match="holder"):
        set_consent(certificate=certificate, consent=Consent.NAME, shows=False, by=make_person("Other"), at=LATER)

    assert Certificate.objects.get().shows_name


@pytest.mark.parametrize("status", [Status.REVOKED, Status.SUPERSEDED])
def test_what_has_ended_stays_as_it_is(db, status: Status) -> None:
    certificate = make_certificate_that_is(status)

    with pytest.raises(CannotIssue):
        turn(certificate, Consent.NAME, False)


@pytest.mark.parametrize("status", [Status.EXPIRED, Status.SUSPENDED, Status.EXPIRING])
def test_a_name_can_be_taken_back_however_the_certificate_stands(db, status: Status) -> None:
    now = NOON + timedelta(days=2000)
    certificate = make_certificate_that_is(status, now=now)

    changed = turn(certificate, Consent.NAME, False, at=now)

    answer = check_certificate(number=certificate.number, at=now)
    assert (answer.holder, answer.sound, answer.status) == (None, True, status)
    assert "Ana" not in changed.credential
    assert list(awards.faults()) == []


def test_who_takes_the_name_back_leaves_the_register_for_good(db) -> None:
    entry = make_entry(at=NOON)

    turn(entry.certificate, Consent.NAME, False)
    gone = RegisterEntry.objects.get().left_at
    turn(entry.certificate, Consent.NAME, True, at=LATER + timedelta(days=1))

    assert gone == LATER
    assert not on_register(LATER + timedelta(days=1)).exists()


def test_another_certificate_keeps_its_holder_on_the_register(db) -> None:
    entry = make_entry(at=NOON)
    other = make_certificate(learner=entry.holder)

    turn(other, Consent.NAME, False)

    assert on_register(LATER).get() == entry


@pytest.mark.django_db(transaction=True)
def test_two_pages_that_hide_the_name_at_once_make_one_edition() -> None:
    certificate = make_certificate()
    hide = partial(turn, certificate, Consent.NAME, False)

    answers = side_by_side(hide, hide, hide)

    assert [answer.edition for answer in answers] == [2, 2, 2]
    assert PastEdition.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_pages_that_turn_two_switches_undo_nothing() -> None:
    certificate = measured(make_certificate())

    side_by_side(
        partial(turn, certificate, Consent.NAME, False),
        partial(turn, certificate, Consent.HOURS, True),
        partial(turn, certificate, Consent.SCORES, True),
    )

    row = Certificate.objects.get()
    assert (row.shows_name, row.shows_hours, row.shows_scores, row.edition) == (False, True, True, 4)
    assert is_sound(row)


@pytest.mark.django_db(transaction=True)
def test_without_the_locks_somebody_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    certificate = make_certificate()
    take_locks_away(monkeypatch)
    meet_in(monkeypatch, consents, "is_shown")
    hide = partial(turn, certificate, Consent.NAME, False)

    answers = side_by_side(hide, hide)

    assert sum(isinstance(answer, Exception) for answer in answers) == 1
