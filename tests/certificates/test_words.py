"""Is what no certificate could sign or print refused where it is typed, with a sentence?"""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from certificates.eligibility import CannotPublish
from certificates.issuing import CannotIssue
from certificates.models import Certificate
from cms.accounts.academy import AcademySettings
from cms.accounts.typesetting.wording import unprintable_text
from courses.models import ProgrammePage
from tests.factories.certificates import make_completion, make_rules, make_signing_key
from tests.factories.courses import make_programme
from tests.factories.people import make_person

pytestmark = pytest.mark.django_db
BAD = [
    ("Set\u202eter", "reorders"),
    ("Set\u200bter", "invisible"),
    ("Set\x07ter", "control character"),
    ("Set\ter", "line break or a tab"),
    ("Setter 😀", "typefaces"),
    ("Set\ue000", "does not define"),
]


@pytest.mark.parametrize("field", ["title", "credential_title"])
@pytest.mark.parametrize(("words", "why"), BAD)
def test_a_programme_is_not_kept_with_words_no_certificate_can_carry(field: str, words: str, why: str) -> None:
    programme = make_programme()
    setattr(programme, field, words)

    with pytest.raises(ValidationError) as refusal:
        programme.full_clean()

    assert why in refusal.value.message_dict[field][0]


@pytest.mark.parametrize("field", ["title", "credential_title"])
def test_the_words_of_a_certificate_are_at_most_120_letters(field: str) -> None:
    programme = make_programme()
    setattr(programme, field, "x" * 121)

    with pytest.raises(ValidationError, match="120"):
        programme.full_clean()


@pytest.mark.parametrize(("words", "why"), [(BAD[0]), (BAD[1]), (BAD[2]), ("x" * 2_001, "longer than 2000")])
def test_a_summary_that_cannot_be_signed_is_refused(words: str, why: str) -> None:
    programme = make_programme()
    programme.summary = words

    with pytest.raises(ValidationError, match=why):
        programme.full_clean()


def test_a_summary_may_have_lines_and_letters_we_have_no_face_for() -> None:
    programme = make_programme()
    programme.summary = "Two lines.\r\nAnd a smile 😀."

    programme.full_clean()


@pytest.mark.parametrize("field", ["name", "registrar_name"])
@pytest.mark.parametrize(("words", "why"), BAD)
def test_the_academys_settings_are_not_kept_with_such_words(field: str, words: str, why: str) -> None:
    academy = AcademySettings.load()
    setattr(academy, field, words)

    with pytest.raises(ValidationError) as refusal:
        academy.full_clean()

    assert why in refusal.value.message_dict[field][0]


def test_the_settings_form_says_so_at_the_field(client) -> None:
    client.force_login(make_person("Admin", is_superuser=True))
    address = reverse("wagtailsettings:edit", args=["accounts", "academysettings"])
    form = client.get(address, follow=True).context["form"]
    values = {name: form[name].value() for name in form.fields}
    said = {name: "" if value is None else value for name, value in values.items()} | {"name": "Academy 😀"}

    response = client.post(client.get(address, follow=True).request["PATH_INFO"], said)

    assert response.context["form"].errors == {"name": ["Our typefaces have no 😀. Please write it another way."]}
    assert AcademySettings.load().name == "Closed Set Academy"


def test_rules_are_not_published_for_words_that_came_in_another_way() -> None:
    programme = make_programme()
    ProgrammePage.objects.filter(pk=programme.pk).update(credential_title="Certified 😀")

    with pytest.raises(CannotPublish, match=r"programme’s page .* typefaces have no 😀"):
        make_rules(programme)


def test_nothing_is_issued_in_a_name_that_came_in_another_way() -> None:
    make_signing_key()
    AcademySettings.load()
    AcademySettings.objects.update(name="Academy\u202e")

    with pytest.raises(CannotIssue, match=r"academy’s settings .* reorders"):
        make_completion()

    assert Certificate.objects.count() == 0


def test_words_that_can_be_printed_are_not_refused() -> None:
    for words in ("Académie d’intimité", "学院", "الأكاديمية", "Set & Stage (UK)"):
        assert unprintable_text(words) is None
