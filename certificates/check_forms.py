"""What do people type, paste, drop or choose to have it checked?"""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from .bulk import BadList, Sheet, read_list
from .file_checks import LARGEST


class FileForm(forms.Form):
    """A file, or the text of one."""

    file = forms.FileField(
        label=_("The file"),
        required=False,
        allow_empty_file=True,
        help_text=_(
            "The PDF, badge (PNG or SVG), JSON or JWT that you were sent; or a photograph or screenshot of the square code."
        ),
        widget=forms.FileInput(
            attrs={
                "accept": ".pdf,.png,.svg,.json,.jsonld,.jwt,.txt,.jpg,.jpeg,.webp,application/pdf,image/*,application/json"
            }
        ),
    )
    text = forms.CharField(
        label=_("Or the credential as text"),
        required=False,
        strip=True,
        help_text=_("JSON, or a JWT: three long words with dots between them."),
        widget=forms.Textarea(attrs={"class": "input", "rows": 4, "spellcheck": "false", "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, too_large: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.too_large = too_large

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        file, text = said.get("file"), said.get("text")
        if self.too_large or (file and file.size > LARGEST):
            self.add_error(
                "file", _("The file is larger than 5 MB. A certificate’s own file is not: ask for that one.")
            )
        elif not file and not text:
            self.add_error("file", _("Choose a file first."))
        elif file and not file.size:
            self.add_error("file", _("The file is empty."))
        return said

    def contents(self) -> bytes:
        """The bytes that were given."""
        file: UploadedFile | None = self.cleaned_data.get("file")
        if file:
            return bytes(file.read())
        return str(self.cleaned_data["text"]).encode(errors="replace")


class BulkForm(forms.Form):
    """Many numbers: a CSV file, or pasted."""

    file = forms.FileField(
        label=_("A CSV file"),
        required=False,
        allow_empty_file=True,
        help_text=_(
            "With the numbers in a column called “number”, or in the first one. Other columns come back unchanged."
        ),
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,text/csv,text/plain"}),
    )
    numbers = forms.CharField(
        label=_("Or the numbers themselves"),
        required=False,
        strip=False,  # a list whose first cell is empty begins with a tab
        help_text=_("One on each line, up to 1,000."),
        widget=forms.Textarea(attrs={"class": "input", "rows": 6, "spellcheck": "false", "autocomplete": "off"}),
    )

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        file, typed = said.get("file"), said.get("numbers", "")
        if not file and not typed.strip():
            self.add_error("file", _("Choose a file, or paste the numbers."))
            return said
        data = file.read() if file else typed.encode(errors="replace")
        try:
            said["sheet"], said["text"] = read_list(data)
        except BadList as problem:
            self.add_error("file" if file else "numbers", str(problem))
        return said

    @property
    def sheet(self) -> Sheet:
        sheet: Sheet = self.cleaned_data["sheet"]
        return sheet

    @property
    def text(self) -> str:
        """The list as text, for the form that asks for its file."""
        return str(self.cleaned_data["text"])


class TokenForm(forms.Form):
    """What a token is for."""

    name = forms.CharField(
        label=_("What it is for"),
        max_length=80,
        help_text=_("Such as “Crew system, production office”. Only you read it."),
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "off"}),
    )
    once = forms.CharField(widget=forms.HiddenInput, max_length=64)
