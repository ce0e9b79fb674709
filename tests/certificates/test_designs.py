"""Does a design stay as it was when certificates were printed from it?"""

from datetime import timedelta
from functools import partial

import pytest
from django.db import IntegrityError, models

from certificates import designs
from certificates.designs import (
    CannotDesign,
    begin_design,
    begin_version,
    change_draft,
    choose_design,
    design_for,
    digest_of,
    put_to_use,
)
from certificates.models import Certificate, CertificateDesign, DesignVersion, ProgrammeDesign
from cms.accounts import history
from tests.courses.races import meet_in, side_by_side, take_locks_away
from tests.factories.certificates import make_certificate, make_completion
from tests.factories.courses import make_programme
from tests.factories.designs import SEAL, a_png, make_design, make_draft
from tests.factories.people import NOON, make_registrar

DAY = timedelta(days=1)


def said(version: DesignVersion) -> list[str]:
    return [entry.verb for entry in history.entries_about(version)]


# Drafts --------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_design_begins_as_a_draft_in_clean_words_colours_and_pictures() -> None:
    version = make_draft(ink=" #12262B ", seal=SEAL, first_name=" Philippa  Grange ", first_role="Registrar")

    version.refresh_from_db()
    assert (version.number, version.used_from) == (1, None)
    assert (version.ink, version.first_name) == ("#12262b", "Philippa Grange")
    assert version.seal.startswith("<svg")
    assert said(version) == ["design.begun"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("fields", "field", "why"),
    [
        ({"ink": "#999999"}, "ink", "too light"),
        ({"accent": "#ffd700"}, "accent", "too light"),
        ({"accent": "purple"}, "accent", "six figures"),
        ({"first_name": "Ana 😀"}, "first_name", "typefaces"),
        ({"first_name": "Ana\u202e"}, "first_name", "reorders"),
        ({"first_name": "x" * 61}, "first_name", "longer than 60"),
        ({"first_name": "Ana", "first_role": "Head\u200b of"}, "first_role", "invisible"),
        ({"first_name": "Ana", "second_name": "Ben \x00"}, "second_name", "control character"),
        ({"first_name": "Ana", "second_name": "Ben", "second_role": "R 😀"}, "second_role", "typefaces"),
        ({"first_role": "Registrar"}, None, "Say who signs"),
        ({"first_picture": SEAL}, None, "Say who signs"),
        ({"second_name": "Ben"}, None, "Say who signs"),
        ({"first_name": "Ana", "second_role": "Tutor"}, None, "beside them"),
        ({"seal": "<svg/>"}, "seal", "neither"),
        (
            {"first_name": "Ana", "first_picture": SEAL.replace("<circle", "<script/><circle")},
            "first_picture",
            "program",
        ),
        ({"template": "certificate"}, "template", "not a valid choice"),
    ],
)
def test_what_cannot_be_printed_is_refused_where_it_is_typed(fields: dict, field: str | None, why: str) -> None:
    with pytest.raises(CannotDesign, match=why) as refusal:
        make_draft(**fields)

    assert list(refusal.value.problems) == [field]
    assert CertificateDesign.objects.count() == 0


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "why"), [("", "empty"), ("x" * 61, "longer"), ("Call\u202esheet", "reorders")])
def test_a_design_has_a_name_one_can_read(name: str, why: str) -> None:
    with pytest.raises(CannotDesign, match=why):
        begin_design(name=name, version=DesignVersion(), by=make_registrar(), at=NOON)


@pytest.mark.django_db
def test_two_designs_have_two_names() -> None:
    make_draft(name="House")

    with pytest.raises(CannotDesign, match="of this name"):
        make_draft(name="House")


@pytest.mark.django_db
def test_a_draft_is_changed_and_a_change_of_nothing_is_not_written() -> None:
    version = make_draft()
    version.ink = "#000000"

    for _ in range(2):
        change_draft(version=version, by=make_registrar(), at=NOON)

    assert DesignVersion.objects.get().ink == "#000000"
    assert said(version) == ["design.begun", "design.changed"]


@pytest.mark.django_db
def test_a_picture_the_press_cannot_set_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    import typst

    def fail(look: object) -> None:
        raise typst.TypstError("no")

    monkeypatch.setattr(designs, "try_out", fail)

    with pytest.raises(CannotDesign, match="cannot be printed like this"):
        make_draft()


# In use --------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_version_is_put_to_use_once_with_its_digest_in_history() -> None:
    version, registrar = make_draft(), make_registrar()

    for at in (NOON, NOON + DAY):
        used = put_to_use(version=version, by=registrar, at=at)

    assert (used.used_from, used.used_by) == (NOON, registrar)
    entries = [entry for entry in history.entries_about(version) if entry.verb == "design.used"]
    assert [entry.facts["digest"] for entry in entries] == [digest_of(used)]


@pytest.mark.django_db
def test_a_version_in_use_is_never_edited() -> None:
    version = make_design()
    version.ink = "#000000"

    with pytest.raises(CannotDesign, match="stays as it is"):
        change_draft(version=version, by=make_registrar(), at=NOON)

    assert DesignVersion.objects.get().ink == "#1b1917"


@pytest.mark.django_db
def test_a_new_version_begins_as_the_one_in_use_and_is_begun_once() -> None:
    first = make_design(accent="#0b5563", seal=SEAL, first_name="Ana")

    second, again = (begin_version(design=first.design, by=make_registrar(), at=NOON) for _ in range(2))

    assert (second.number, second.used_from, again.pk) == (2, None, second.pk)
    assert (second.accent, second.seal, second.first_name) == ("#0b5563", first.seal, "Ana")


# Which one -----------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_without_a_design_there_is_our_own() -> None:
    make_draft()

    assert design_for(make_programme().pk) is None
    assert make_completion().design is None


@pytest.mark.django_db
def test_a_programme_has_the_design_it_names_in_its_newest_version_in_use() -> None:
    first, named = make_design(), make_design()
    programme, other, registrar = make_programme(), make_programme(), make_registrar()
    choose_design(design=named.design, programmes=[programme], by=registrar, at=NOON)
    newer = begin_version(design=named.design, by=registrar, at=NOON)

    assert (design_for(programme.pk), design_for(other.pk)) == (named, first)

    put_to_use(version=newer, by=registrar, at=NOON)

    assert (design_for(programme.pk), design_for(other.pk)) == (newer, first)


@pytest.mark.django_db
def test_a_programme_that_names_a_draft_has_the_first_design_until_it_is_in_use() -> None:
    first, draft, programme = make_design(), make_draft(), make_programme()
    choose_design(design=draft.design, programmes=[programme], by=make_registrar(), at=NOON)

    assert design_for(programme.pk) == first


@pytest.mark.django_db
def test_a_programme_names_one_design_and_choosing_again_writes_nothing() -> None:
    first, second, programme, registrar = make_design(), make_design(), make_programme(), make_registrar()

    choose_design(design=first.design, programmes=[programme], by=registrar, at=NOON)
    for _ in range(2):
        choose_design(design=second.design, programmes=[programme], by=registrar, at=NOON)

    assert ProgrammeDesign.objects.get().design == second.design
    assert len(history.entries_about(second.design)) == 1

    choose_design(design=second.design, programmes=[], by=registrar, at=NOON)

    assert ProgrammeDesign.objects.count() == 0


@pytest.mark.django_db
def test_a_certificate_keeps_the_version_it_was_issued_with() -> None:
    version, registrar = make_design(), make_registrar()
    certificate = make_certificate()

    put_to_use(version=begin_version(design=version.design, by=registrar, at=NOON), by=registrar, at=NOON)

    assert Certificate.objects.get(pk=certificate.pk).design == version
    with pytest.raises((models.ProtectedError, IntegrityError)):
        version.delete()


# The database --------------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("impossible", "constraint"),
    [
        ({"used_from": NOON}, "designversion_used_from_and_by_together"),
        ({"first_role": "Registrar"}, "designversion_a_first_signature_has_a_name"),
        ({"first_picture": SEAL}, "designversion_a_first_signature_has_a_name"),
        ({"second_name": "Ben"}, "designversion_a_first_signature_has_a_name"),
        ({"second_role": "Tutor"}, "designversion_a_second_signature_has_a_name"),
        ({"second_picture": SEAL}, "designversion_a_second_signature_has_a_name"),
    ],
)
def test_a_version_that_cannot_be_is_refused(impossible: dict, constraint: str) -> None:
    version = make_draft()

    with pytest.raises(IntegrityError, match=constraint):
        DesignVersion.objects.filter(pk=version.pk).update(**impossible)


@pytest.mark.django_db
def test_somebody_put_it_to_use_at_some_time() -> None:
    version, registrar = make_draft(), make_registrar()

    with pytest.raises(IntegrityError, match="designversion_used_from_and_by_together"):
        DesignVersion.objects.filter(pk=version.pk).update(used_by=registrar)


@pytest.mark.django_db
@pytest.mark.parametrize("number", [1, 2], ids=["the same number", "a second draft"])
def test_a_design_has_each_number_once_and_one_draft(number: int) -> None:
    version = make_draft()

    with pytest.raises(IntegrityError):
        DesignVersion.objects.create(design=version.design, number=number)


@pytest.mark.django_db
def test_a_programme_names_a_design_once() -> None:
    version, programme = make_draft(), make_programme()
    ProgrammeDesign.objects.create(programme=programme, design=version.design)

    with pytest.raises(IntegrityError):
        ProgrammeDesign.objects.create(programme=programme, design=version.design)


@pytest.mark.django_db
def test_rows_say_what_they_are_without_a_query(django_assert_num_queries) -> None:
    version, programme = make_draft(), make_programme()
    named = ProgrammeDesign.objects.create(programme=programme, design=version.design)
    version = DesignVersion.objects.select_related("design").get(pk=version.pk)

    with django_assert_num_queries(0):
        rows = [str(version), str(version.design), str(named)]

    assert rows == [
        f"DesignVersion 1 of design {version.design_id}",
        f"CertificateDesign {version.design_id}",
        f"ProgrammeDesign: design {version.design_id} for programme {programme.pk}",
    ]


# Two at once ---------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_two_who_begin_a_version_at_once_get_the_same() -> None:
    registrar = make_registrar()
    design = make_design(by=registrar).design
    begin = partial(begin_version, design=design, by=registrar, at=NOON)

    answers = side_by_side(begin, begin)

    assert [getattr(answer, "number", answer) for answer in answers] == [2, 2]
    assert DesignVersion.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_one_of_two_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    registrar = make_registrar()
    design = make_design(by=registrar).design
    take_locks_away(monkeypatch)
    meet_in(monkeypatch, designs, "newest_of")
    begin = partial(begin_version, design=design, by=registrar, at=NOON)

    answers = side_by_side(begin, begin)

    assert sum(isinstance(answer, Exception) for answer in answers) == 1
    assert DesignVersion.objects.count() == 2


@pytest.mark.django_db
def test_a_signature_may_be_a_photograph() -> None:
    from certificates.pictures import read_picture

    version = make_design(first_name="Ana", first_picture=read_picture(a_png()))

    assert "data:image/png;base64," in version.first_picture
