"""What does a registrar choose about how certificates look? The shape only; what can be printed is the domain's to say."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from certificates.contrast import in_words
from certificates.designs import COLOURS, PICTURES, CannotDesign
from certificates.models import CertificateDesign, DesignVersion
from certificates.pictures import LARGEST, UnusablePicture, read_picture
from cms.accounts.forms import PlainWords
from courses.models import ProgrammePage

PICTURE_HELP = _("A drawing (SVG) of shapes alone, or a PNG, up to 512 KB. A signature reads best on no background.")


class PictureField(forms.FileField):
    """A file of one of the two kinds; its value is the clean SVG, or None when no file came along."""

    widget = forms.FileInput(attrs={"accept": "image/png,image/svg+xml"})

    def clean(self, data: Any, initial: Any = None) -> str | None:  # type: ignore[override]
        file = super().clean(data, initial)
        if not file or isinstance(file, str):
            return None
        try:
            return read_picture(file.read(LARGEST + 1))
        except UnusablePicture as problem:
            raise forms.ValidationError(str(problem)) from None


class DesignForm(PlainWords, forms.Form):
    """A version of a design. A new design has a name besides; a picture that is there stays until it is taken off."""

    name = forms.CharField(label=_("Name"), max_length=60, help_text=_("For the desk. It is printed nowhere."))
    template = DesignVersion._meta.get_field("template").formfield(widget=forms.RadioSelect, label=_("Layout"))  # type: ignore[attr-defined]
    ink = forms.CharField(
        label=_("Colour of the text"), max_length=7, widget=forms.TextInput(attrs={"type": "color"}),
        help_text=_("Words need a contrast of 4.5 to 1 on white paper; a lighter colour is refused."),
    )  # fmt: skip
    accent = forms.CharField(
        label=_("Colour of the title and the ornaments"), max_length=7,
        widget=forms.TextInput(attrs={"type": "color"}),
        help_text=_("Also at least 4.5 to 1, as the title is set in it."),
    )  # fmt: skip
    seal = PictureField(
        label=_("Seal"), required=False,
        help_text=_("In place of our rosette. A drawing (SVG) of shapes alone, or a PNG, up to 512 KB."),
    )  # fmt: skip
    no_seal = forms.BooleanField(label=_("Take the seal off"), required=False)
    first_name = forms.CharField(
        label=_("First signature: name"), max_length=60, required=False,
        help_text=_("Without anybody, the registrar named in the academy’s settings signs."),
    )  # fmt: skip
    first_role = forms.CharField(label=_("First signature: role"), max_length=60, required=False)
    first_picture = PictureField(label=_("First signature: picture"), required=False, help_text=PICTURE_HELP)
    no_first_picture = forms.BooleanField(label=_("Take the first picture off"), required=False)
    second_name = forms.CharField(label=_("Second signature: name"), max_length=60, required=False)
    second_role = forms.CharField(label=_("Second signature: role"), max_length=60, required=False)
    second_picture = PictureField(label=_("Second signature: picture"), required=False, help_text=PICTURE_HELP)
    no_second_picture = forms.BooleanField(label=_("Take the second picture off"), required=False)

    def __init__(self, *args: Any, version: DesignVersion, **kwargs: Any) -> None:
        self.version = version
        own = {name: getattr(version, name) for name in self.base_fields if hasattr(version, name)}
        super().__init__(*args, initial=own, **kwargs)
        if version.pk:
            del self.fields["name"]
        for name in PICTURES:
            if not getattr(version, name):
                del self.fields[f"no_{name}"]
        for name in COLOURS:
            field = self.fields[name]
            field.help_text = f"{field.help_text} {_('Now')}: {in_words(getattr(version, name))}."

    def said(self) -> DesignVersion:
        """The version with what was typed, unsaved."""
        version = self.version
        for name, value in self.cleaned_data.items():
            if name in PICTURES:
                taken_off = self.cleaned_data.get(f"no_{name}")
                setattr(version, name, value or ("" if taken_off else getattr(version, name)))
            elif hasattr(version, name):
                setattr(version, name, value)
        return version

    def refuse(self, refusal: CannotDesign) -> None:
        """The domain's refusal at the fields it is about."""
        for field, sentence in refusal.problems.items():
            self.add_error(field if field in self.fields else None, sentence)


class ProgrammesForm(PlainWords, forms.Form):
    programmes = forms.ModelMultipleChoiceField(
        label=_("Programmes"), queryset=ProgrammePage.objects.none(), required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("A programme that names no design has the academy’s first one."),
    )  # fmt: skip

    def __init__(self, *args: Any, design: CertificateDesign, **kwargs: Any) -> None:
        chosen = design.programmes.values_list("programme_id", flat=True)
        super().__init__(*args, initial={"programmes": list(chosen)}, **kwargs)
        offered = self.fields["programmes"]
        assert isinstance(offered, forms.ModelMultipleChoiceField)  # noqa: S101 - for the reader and the type checker
        offered.queryset = ProgrammePage.objects.order_by("title", "pk")
