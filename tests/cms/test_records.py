"""Is whatever was altered behind the product's back found, and named to the row?"""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from assessments.models import Agreement, Shift
from assessments.sealing import seal_holds, seal_of
from certificates.models import Certificate, RevocationReason, StatusList
from certificates.status import revoke_certificate
from cms.accounts import history
from cms.accounts.models import Entry
from cms.records import faults
from tests.factories.certificates import make_certificate
from tests.factories.people import make_registrar
from tests.factories.shifts import make_signed_shift

pytestmark = pytest.mark.django_db


@pytest.fixture
def certificate() -> Certificate:
    certificate = make_certificate(at=timezone.now() - timedelta(days=2))
    revoke_certificate(certificate=certificate, reason=RevocationReason.ERROR, by=make_registrar(), at=timezone.now())
    return Certificate.objects.get(pk=certificate.pk)


def rows() -> list[str]:
    return [fault.row.split(" ")[0] for fault in faults()]


def test_untouched_records_are_as_they_were(certificate, capsys):
    make_signed_shift()

    call_command("verify_records")

    assert rows() == []
    assert "Everything is as it was recorded." in capsys.readouterr().out


@pytest.mark.parametrize(
    "change",
    [{"break_minutes": 1}, {"role": "LEAD"}, {"seal": "0" * 64}, {"scenes": {"KISS": 9}}],
    ids=lambda change: next(iter(change)),
)
def test_a_changed_shift_is_named(change):
    shift = make_signed_shift()
    Shift.objects.filter(pk=shift.pk).update(**change)

    assert rows() == [f"shift:{shift.pk}"]


def test_a_shift_sealed_anew_behind_our_back_is_named():
    shift = make_signed_shift()
    sealed = shift.sealed | {"role": "LEAD"}
    Shift.objects.filter(pk=shift.pk).update(role="LEAD", sealed=sealed, seal=seal_of(sealed))

    assert seal_holds(Shift.objects.whole().get(pk=shift.pk))
    assert rows() == [f"shift:{shift.pk}"]


@pytest.mark.parametrize(
    "change",
    [{"holder_name": "Somebody Else"}, {"basis": []}, {"credential": "{}"}, {"status_index": 7}],
    ids=lambda change: next(iter(change)),
)
def test_a_changed_certificate_is_named(certificate, change):
    Certificate.objects.filter(pk=certificate.pk).update(**change)

    assert f"certificate:{certificate.pk}" in rows()


def test_a_revocation_undone_in_the_database_is_named(certificate):
    Certificate.objects.filter(pk=certificate.pk).update(revoked_at=None, revocation_reason="")

    assert rows() == [f"certificate:{certificate.pk}"]


def test_a_changed_status_list_is_named(certificate):
    served = StatusList.objects.get()
    StatusList.objects.update(document=served.document.replace("revocation", "suspension"))

    assert f"statuslist:{served.pk}" in rows()


def test_changed_words_of_an_agreement_are_named_by_their_signatures():
    from assessments.agreements import publish_agreement, sign_agreement
    from tests.factories.people import NOON, make_person

    agreement = publish_agreement(slug="ethics-code", title="Ethics", text="I ask.", at=NOON)
    signature = sign_agreement(agreement=agreement, person=make_person(), at=NOON)
    Agreement.objects.update(text="I need not ask.")

    assert rows() == [f"agreementsignature:{signature.pk}"]


def test_a_changed_entry_is_named_and_the_command_fails(certificate):
    entry = Entry.objects.filter(verb="certificate.issued").get()
    with connection.cursor() as cursor:
        for statement in history.UNGUARDS[connection.vendor]:
            cursor.execute(statement)
    Entry.objects.filter(pk=entry.pk).update(actor=None)

    assert f"entry:{entry.pk}" in rows()
    with pytest.raises(CommandError, match="not as they were recorded"):
        call_command("verify_records")
