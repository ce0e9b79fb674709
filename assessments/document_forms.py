"""What does a learner say about an outside document? The shape only; whether it can be is `assessments.documents`' to say."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from cms.accounts.forms import PlainWords

from .documents import LONGEST_ISSUER, LONGEST_TITLE, CannotShow
from .models import DocumentKind, EvidenceDocument
from .uploads import LARGEST_UPLOAD, UPLOAD_TYPES, CannotKeep, Upload, read_upload

# A background check is shown to the registrar, and never uploaded.
KINDS = [choice for choice in DocumentKind.choices if choice[0] != DocumentKind.BACKGROUND_CHECK]


def a_day() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class DocumentForm(PlainWords, forms.Form):
    kind = forms.ChoiceField(label=_("What it is"), choices=[("", _("Choose one")), *KINDS])
    title = forms.CharField(
        label=_("What it is called"),
        required=False,
        max_length=LONGEST_TITLE,
        help_text=_("Only for “another document”."),
    )
    issuer = forms.CharField(
        label=_("Who issued it"), max_length=LONGEST_ISSUER, help_text=_("The organisation, as it is on the paper.")
    )
    issued_on = forms.DateField(label=_("Issued on"), widget=a_day())
    expires_on = forms.DateField(
        label=_("Valid until"),
        required=False,
        help_text=_("Its last day. Leave it empty if the paper names none."),
        widget=a_day(),
    )
    upload = forms.FileField(
        label=_("The file"),
        help_text=_(
            "PDF, JPEG, PNG or HEIC, up to 10 MB. From a JPEG or PNG we take out what the camera wrote beside the picture, "
            "such as the place; a PDF and an HEIC are kept as they are. Should this page come back, choose the file again: "
            "a browser does not keep it."
        ),
        widget=forms.FileInput(attrs={"accept": ",".join([*UPLOAD_TYPES, ".heic"])}),
        error_messages={
            "required": _("Choose the file."),
            "empty": _("This file is empty. Choose another."),
        },
    )

    def clean_kind(self) -> DocumentKind:
        return DocumentKind(self.cleaned_data["kind"])

    def clean_upload(self) -> Upload:
        upload: UploadedFile = self.cleaned_data["upload"]
        try:
            # One byte more than is kept, so that a larger one is refused without being read whole.
            return read_upload(upload.read(LARGEST_UPLOAD + 1))
        except CannotKeep as refusal:
            raise forms.ValidationError(str(refusal)) from None

    def refuse(self, refusal: CannotShow) -> None:
        self.add_error(refusal.field, str(refusal))


def as_it_was(document: EvidenceDocument) -> dict[str, Any]:
    """What the form begins with for a document that came back."""
    names = ("kind", "title", "issuer", "issued_on", "expires_on")
    return {name: getattr(document, name) for name in names}
