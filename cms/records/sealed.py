"""Can everything that is sealed in its column still be opened? Opened and forgotten: nothing of it is shown."""

from __future__ import annotations

from collections.abc import Iterator

from django.apps import apps
from django.db.models import ExpressionWrapper, F, Model, TextField

from cms.accounts.sealing import CannotOpen, SealedTextField, open_text

from .fault import Fault


def faults() -> Iterator[Fault]:
    for model in apps.get_models():
        for field in model._meta.local_fields:
            if isinstance(field, SealedTextField):
                yield from _of(model, field.name)


def _of(model: type[Model], name: str) -> Iterator[Fault]:
    # Read past the field, which would open it and so take its whole page of rows down with it.
    kept = ExpressionWrapper(F(name), output_field=TextField())
    rows = model._default_manager.annotate(kept=kept).order_by("pk").values_list("pk", "kept")
    for key, text in rows.iterator():
        if text and not _opens(text):
            yield Fault(row=f"{model._meta.model_name}:{key}", reason=f"its {name.replace('_', ' ')} cannot be opened")


def _opens(text: object) -> bool:
    try:
        return isinstance(text, str) and open_text(text) is not None
    except (CannotOpen, ValueError):
        return False
