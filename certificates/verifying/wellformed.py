"""Is this written the way Open Badges 3.0 says, and so that what is signed is what is read?"""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from ..canonical import RefusedDocument, check_contexts, check_form
from ..documents import InvalidCredential, check_schema
from .refusal import CheckFails

MOST_STATUSES = 4


def check_known_contexts(document: Mapping[str, Any]) -> None:
    """Raise CheckFails when a context is not among those held here."""
    try:
        check_contexts(document)
    except RefusedDocument:
        raise CheckFails(
            _("It uses words of a vocabulary that we do not hold, so we cannot tell what they mean.")
        ) from None


def check_official_schema(document: Mapping[str, Any]) -> None:
    """Raise CheckFails unless the document follows the official schema, which wants a single status.

    A list of statuses is read too: issuers who suspend give two, and the next version of Open Badges allows it.
    """
    statuses = document.get("credentialStatus")
    variants = [document]
    if isinstance(statuses, list):
        if not 1 <= len(statuses) <= MOST_STATUSES:
            raise CheckFails(_("It names no status, or more of them than there are kinds."))
        variants = [{**document, "credentialStatus": status} for status in statuses]
    try:
        for variant in variants:
            check_schema(variant)
    except InvalidCredential as problem:
        raise CheckFails(str(problem)) from None  # which says where, and repeats nothing of the document


def check_shape(document: Mapping[str, Any]) -> None:
    """Raise CheckFails when the document is written in a way that hides what it says. Nothing is expanded yet."""
    try:
        check_form(document)
    except RefusedDocument:
        raise CheckFails(_("It is written in a way that could hide what it says.")) from None
    if _differing_descriptions(document):
        raise CheckFails(_("It describes one thing in two ways, so that words could have been moved."))


def _differing_descriptions(document: Mapping[str, Any]) -> bool:
    """Whether two objects describe the same id and are not the same. The signature does not say which says what."""
    described: dict[str, Any] = {}
    pending: list[Any] = [dict(document)]
    while pending:
        value = pending.pop()
        if isinstance(value, list):
            pending.extend(value)
        elif isinstance(value, dict):
            pending.extend(value.values())
            name = value.get("id")
            if isinstance(name, str) and len(value) > 1 and described.setdefault(name, value) != value:
                return True
    return False
