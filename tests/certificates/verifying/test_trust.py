"""Who is on the list of issuers we know, and can it say two things?"""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction

from certificates.issuer import issuer_did
from certificates.models import TrustedIssuer
from certificates.verifying.trust import CannotTrust, end_trust, known_as, trust_issuer
from cms.accounts.models import Entry
from cms.records import issuers
from tests.factories.people import NOON, make_person

pytestmark = pytest.mark.django_db

DID = "did:web:college.example"
LATER = NOON + timedelta(days=1)


def test_an_issuer_is_known_from_then_on_by_its_name():
    registrar = make_person()

    entry = trust_issuer(issuer=f" {DID} ", name="The  College", by=registrar, at=NOON)

    assert known_as(DID) == "The College"
    assert known_as("did:web:other.example") is None
    (told,) = Entry.objects.filter(chain__name="issuers")
    assert (told.verb, told.subject, told.actor) == ("issuer.trusted", f"trustedissuer:{entry.pk}", registrar)


def test_repeating_changes_nothing():
    first = trust_issuer(issuer=DID, name="The College", by=None, at=NOON)

    assert trust_issuer(issuer=DID, name="The College", by=None, at=LATER) == first
    assert Entry.objects.filter(chain__name="issuers").count() == 1


def test_one_issuer_has_one_name_at_a_time():
    entry = trust_issuer(issuer=DID, name="The College", by=None, at=NOON)
    with pytest.raises(CannotTrust, match="on the list as The College"):
        trust_issuer(issuer=DID, name="Another College", by=None, at=LATER)

    end_trust(entry=entry, by=None, at=LATER)
    trust_issuer(issuer=DID, name="Another College", by=None, at=LATER)

    assert known_as(DID) == "Another College"


def test_trust_ends_and_its_row_stays():
    entry = trust_issuer(issuer=DID, name="The College", by=None, at=NOON)

    ended = end_trust(entry=entry, by=None, at=LATER)

    assert known_as(DID) is None
    assert end_trust(entry=entry, by=None, at=LATER + timedelta(days=1)).ended_at == ended.ended_at == LATER
    assert list(Entry.objects.filter(chain__name="issuers").values_list("verb", flat=True)) == [
        "issuer.trusted",
        "issuer.distrusted",
    ]


@pytest.mark.parametrize(
    "issuer",
    [
        "",
        "did:web:localhost",
        "did:web:10.0.0.1",
        "did:ion:abc",
        "did:key:z6Mk",
        "http://college.example/",
        "did:web:" + "a" * 2000,
    ],
)
def test_an_id_that_leads_nowhere_is_not_put_on_the_list(issuer):
    with pytest.raises(CannotTrust):
        trust_issuer(issuer=issuer, name="The College", by=None, at=NOON)


@pytest.mark.parametrize("name", ["", " ", "a\u202eb", "x" * 121])
def test_a_name_that_cannot_be_shown_is_not_put_on_the_list(name):
    with pytest.raises(CannotTrust):
        trust_issuer(issuer=DID, name=name, by=None, at=NOON)


def test_we_are_not_on_our_own_list():
    with pytest.raises(CannotTrust, match="ourselves"):
        trust_issuer(issuer=issuer_did(), name="Us", by=None, at=NOON)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"name": "Another College"}, "its id, its name or its beginning is not the one that history recorded"),
        ({"issuer": "did:web:evil.example"}, "its id, its name or its beginning is not the one that history recorded"),
        ({"ended_at": LATER}, "its end is not the one that history recorded"),
    ],
)
def test_a_list_changed_behind_our_back_is_named(change, reason):
    entry = trust_issuer(issuer=DID, name="The College", by=None, at=NOON)
    assert list(issuers.faults()) == []

    TrustedIssuer.objects.filter(pk=entry.pk).update(**change)

    assert [(fault.row, fault.reason) for fault in issuers.faults()] == [(f"trustedissuer:{entry.pk}", reason)]


def test_an_entry_taken_out_behind_our_back_is_named():
    trust_issuer(issuer=DID, name="The College", by=None, at=NOON)

    TrustedIssuer.objects.all().delete()

    assert [fault.reason for fault in issuers.faults()] == ["it was recorded, and is gone"]


def test_an_entry_that_history_does_not_know_is_named():
    TrustedIssuer.objects.create(issuer=DID, name="The College", trusted_at=NOON)

    assert [fault.reason for fault in issuers.faults()] == ["history does not know it"]


def test_an_end_is_as_history_tells():
    end_trust(entry=trust_issuer(issuer=DID, name="The College", by=None, at=NOON), by=None, at=LATER)

    assert list(issuers.faults()) == []


@pytest.mark.parametrize(
    ("constraint", "row"),
    [
        ("trustedissuer_each_known_once_at_a_time", {}),
        ("trustedissuer_ended_once_trusted", {"issuer": "did:web:b.example", "ended_at": NOON - timedelta(days=1)}),
        ("trustedissuer_has_id_and_name", {"issuer": ""}),
        ("trustedissuer_has_id_and_name", {"issuer": "did:web:b.example", "name": ""}),
    ],
)
def test_the_database_refuses(constraint, row):
    trust_issuer(issuer=DID, name="The College", by=None, at=NOON)

    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        TrustedIssuer.objects.create(**({"issuer": DID, "name": "The College", "trusted_at": NOON} | row))

    assert constraint in str(refusal.value) or "UNIQUE" in str(refusal.value)


def test_the_operator_keeps_the_list_by_command(capsys):
    call_command("issuers", "trust", DID, "The College")
    call_command("issuers", "list")
    call_command("issuers", "end", DID)
    call_command("issuers", "list")

    assert capsys.readouterr().out.splitlines() == [
        "Known from now on: did:web:college.example as The College.",
        "did:web:college.example  The College",
        "No longer known: did:web:college.example.",
        "There are no issuers on the list. Only our own certificates are known.",
    ]


def test_the_command_says_what_cannot_be():
    with pytest.raises(CommandError, match="does not lead anywhere"):
        call_command("issuers", "trust", "did:web:localhost", "Us")
    with pytest.raises(CommandError, match="not on the list"):
        call_command("issuers", "end", DID)
    with pytest.raises(CommandError, match="Say under which name"):
        call_command("issuers", "trust", DID)
