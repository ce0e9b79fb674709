"""What may be typed about rules, beside their terms?"""

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from certificates.allowing import LONGEST_REASON
from certificates.models import Requirement, RequirementDraft
from certificates.moving import Keeping


class NameForm(forms.ModelForm):
    class Meta:
        model = RequirementDraft
        fields = ("version", "is_example")
        help_texts = {
            "version": gettext_lazy("A certificate prints it, so keep it short: 2027.1."),
            "is_example": gettext_lazy("Said wherever somebody could take it for the rule of a real body."),
        }


class PublishForm(forms.Form):
    holds_from = forms.DateField(
        label=gettext_lazy("Holds from"),
        help_text=gettext_lazy("Today, or a later day. Whoever joins from then on is held to it."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def clean_holds_from(self) -> date:
        day: date = self.cleaned_data["holds_from"]
        if day < timezone.localdate():
            raise forms.ValidationError(_("That day has passed. Choose today or a later day."))
        return day

    def moment(self, at: datetime) -> datetime:
        """When it begins to hold: now, for today; else as the day begins."""
        day: date = self.cleaned_data["holds_from"]
        return at if day <= timezone.localdate(at) else timezone.make_aware(datetime.combine(day, time.min))


class WaiveForm(forms.Form):
    requirement = forms.ChoiceField(label=gettext_lazy("Requirement"), widget=forms.RadioSelect)
    reason = forms.CharField(
        label=gettext_lazy("Reason, in public words"),
        max_length=LONGEST_REASON,
        help_text=gettext_lazy(
            "It is signed with the certificate, and anyone who checks it reads it. Name nobody, and nothing private."
        ),
        error_messages={"required": gettext_lazy("Write the reason in the words the public may read.")},
    )

    def __init__(self, *args: Any, choices: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["requirement"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the type checker
        field.choices = choices


class MoveForm(forms.Form):
    """Who is moved, and for each old requirement what it stands for in the new rules."""

    learners = forms.MultipleChoiceField(
        label=gettext_lazy("Learners"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose at least one learner.")},
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=300, help_text=gettext_lazy("The learners read it on their page.")
    )

    def __init__(
        self,
        *args: Any,
        learners: Sequence[tuple[str, str]],
        old: Sequence[tuple[Requirement, str]],
        new: Sequence[tuple[Requirement, str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        chosen = self.fields["learners"]
        assert isinstance(chosen, forms.MultipleChoiceField)  # noqa: S101 - for the type checker
        chosen.choices = learners
        self.old = old
        for row, _title in old:
            alike = [each.pk for each, _title in new if _same(each, row)]
            alike += [each.pk for each, _title in new if each.kind == row.kind]
            self.fields[f"stands_{row.pk}"] = forms.ChoiceField(
                label=_("Stands for, in the new rules"),
                choices=[("", _("Nothing in the new rules")), *((str(each.pk), said) for each, said in new)],
                required=False,
                initial=next(iter(alike), ""),
            )
            self.fields[f"met_{row.pk}"] = forms.BooleanField(
                label=_("Who has met it has met that too"), required=False
            )
            self.fields[f"waived_{row.pk}"] = forms.BooleanField(
                label=_("A waiver of it stays a waiver of that"), required=False
            )
        self.order_fields(["learners", *(name for name in self.fields if "_" in name), "reason"])

    def keeping(self) -> Keeping:
        met, waived = {}, {}
        for row, _title in self.old:
            if stands := self.cleaned_data[f"stands_{row.pk}"]:
                if self.cleaned_data[f"met_{row.pk}"]:
                    met[row.pk] = int(stands)
                if self.cleaned_data[f"waived_{row.pk}"]:
                    waived[row.pk] = int(stands)
        return Keeping(met=met, waived=waived)


def _same(one: Requirement, other: Requirement) -> bool:
    return one.kind == other.kind and one.terms == other.terms
