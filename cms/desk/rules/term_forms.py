"""How does a registrar type the terms of a requirement? A plain form, made from what its kind declares."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext as _

from certificates.models import RequirementKind
from certificates.requirements import (
    KINDS,
    BadTerms,
    Field,
    Number,
    Numbers,
    Pick,
    PickSome,
    Ranges,
    Text,
    Tick,
    rule_of,
)


@dataclass(frozen=True, kw_only=True)
class Row:
    """One of several that a term has numbers for."""

    label: str
    fields: list[BoundField]


@dataclass(frozen=True, kw_only=True)
class Group:
    """One term as the page shows it: a field, or a table of them."""

    label: str
    help: str
    field: BoundField | None = None
    headings: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()


class TermsForm(forms.Form):
    """The terms of one kind. Valid exactly when the kind can read them: then `terms` is what it will read."""

    def __init__(self, kind: RequirementKind, data: Any = None, *, terms: Mapping[str, Any] | None = None) -> None:
        super().__init__(data)
        self.kind = kind
        self.terms: dict[str, Any] = {}
        self._declared = KINDS[kind].FIELDS
        # What a field may choose from is asked once for the form, not for every use of it.
        self._rows = {
            field.name: [(str(key), str(label)) for key, label in field.rows()]
            for field in self._declared
            if isinstance(field, (Numbers, Ranges))
        }
        for field in self._declared:
            self._add(field, terms or {})

    def _add(self, field: Field, terms: Mapping[str, Any]) -> None:
        given = terms.get(field.name)
        said: dict[str, Any] = {"label": field.label, "help_text": field.help, "initial": given}
        made: forms.Field
        if isinstance(field, (Numbers, Ranges)):
            for key, label in self._rows[field.name]:
                for part in _parts(field):
                    self.fields[_name(field, key, part)] = _small(label, part, _part_of(given, key, part))
            return
        if isinstance(field, Number):
            made = forms.IntegerField(min_value=field.least, max_value=field.most, required=field.needed, **said)
        elif isinstance(field, Text):
            made = forms.CharField(max_length=field.longest, required=field.needed, **said)
        elif isinstance(field, Tick):
            made = forms.BooleanField(required=False, **said)
        elif isinstance(field, Pick):
            choices = [(str(key), label) for key, label in field.choices()]
            made = forms.ChoiceField(choices=[("", _("Choose …")), *choices], required=field.needed, **said)
        elif isinstance(field, PickSome):
            choices = [(str(key), label) for key, label in field.choices()]
            made = forms.MultipleChoiceField(
                choices=choices, required=field.needed, widget=forms.CheckboxSelectMultiple, **said
            )
        else:  # a kind declared a field that nothing draws: found by its first test
            raise TypeError(f"No form field is known for {type(field).__name__}.")
        self.fields[field.name] = made

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if self.errors:
            return said
        terms = {field.name: found for field in self._declared if (found := self._found(field, said)) not in _NOTHING}
        try:
            rule_of(self.kind, terms)
        except BadTerms as problem:
            self.add_error(problem.term if problem.term in self.fields else None, str(problem))
        else:
            self.terms = terms
        return said

    def _found(self, field: Field, said: Mapping[str, Any]) -> Any:
        if isinstance(field, Numbers):
            return {key: n for key, _label in self._rows[field.name] if (n := said[_name(field, key, "")])}
        if isinstance(field, Ranges):
            limits = {
                key: {
                    part: n
                    for part in _parts(field)
                    # A maximum of 0 rules something out; a minimum of 0 asks for nothing.
                    if (n := said[_name(field, key, part)]) is not None and (n or part == "max")
                }
                for key, _label in self._rows[field.name]
            }
            return {key: limit for key, limit in limits.items() if limit}
        found = said[field.name]
        return None if isinstance(field, Number) and found == 0 and not field.needed else found

    def groups(self) -> list[Group]:
        """Every term in the order of its kind, for the page."""
        return [
            Group(
                label=str(field.label),
                help=str(field.help),
                headings=(_("At least"), _("At most")) if isinstance(field, Ranges) else (_("How many"),),
                rows=tuple(
                    Row(label=label, fields=[self[_name(field, key, part)] for part in _parts(field)])
                    for key, label in self._rows[field.name]
                ),
            )
            if isinstance(field, (Numbers, Ranges))
            else Group(label=str(field.label), help=str(field.help), field=self[field.name])
            for field in self._declared
        ]


_NOTHING: tuple[Any, ...] = (None, "", {}, [], False)


def _parts(field: Field) -> tuple[str, ...]:
    return ("min", "max") if isinstance(field, Ranges) else ("",)


def _name(field: Field, key: str, part: str) -> str:
    return "__".join(name for name in (field.name, key, part) if name)


def _part_of(given: Any, key: str, part: str) -> Any:
    found = (given or {}).get(key)
    return found.get(part) if part and found else found if not part else None


def _small(label: str, part: str, initial: Any) -> forms.IntegerField:
    said = {"min": _("%(what)s, at least"), "max": _("%(what)s, at most"), "": _("%(what)s, how many")}[part]
    widget = forms.NumberInput(attrs={"aria-label": said % {"what": label}})
    return forms.IntegerField(label=label, min_value=0, required=False, initial=initial, widget=widget)
