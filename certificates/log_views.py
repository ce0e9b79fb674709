"""What can anyone read of the transparency log? A page for people; for programs its checkpoint, its entries and its proofs.

Parameters and answers are named as in RFC 6962 §4 where it has them. Hashes of the tree are base64, as in a checkpoint. What
cannot change any more, such as a proof in a tree of a given size, may be kept for ever; all else is asked again.
"""

import base64
import binascii
import re
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import conditional_page, require_safe

from cms.accounts.policy import open_to_anyone

from .log import checker
from .log.keys import CannotPublish, log_origin, verifier_key_of
from .log.publishing import newest_checkpoint, served_checkpoint
from .log.reading import NoSuchTree, consistency_path, inclusion_path
from .models import Checkpoint, LogEntry, LogKey

WHY = "anyone checks the academy with it, without an account"
PAGE = 256  # entries in one answer
SHOWN = 10  # checkpoints on the page
FOR_EVER = "public, max-age=31536000, immutable"
ASK_AGAIN = "public, no-cache"
_WHOLE = re.compile(r"[0-9]{1,15}")
_HEXADECIMAL = re.compile(r"[0-9a-fA-F]{64}")


class _Refused(Exception):
    """The question cannot be answered; the message says why, and `status` how HTTP says it."""

    def __init__(self, detail: str, status: int = 400) -> None:
        super().__init__(detail)
        self.status = status


@conditional_page
@require_safe
@open_to_anyone(WHY)
def log(request: HttpRequest) -> HttpResponse:
    """What the log is, what it says now, and how anyone checks it."""
    newest, unsigned = None, ""
    try:
        newest = served_checkpoint(at=timezone.now())
    except CannotPublish as refusal:
        unsigned = str(refusal)
    checkpoints = Checkpoint.objects.filter(key__name=log_origin()).order_by("-size", "-pk")[:SHOWN]
    keys = LogKey.objects.filter(name=log_origin()).order_by("-made_at", "-pk")
    response = render(
        request,
        "certificates/log.html",
        {
            "newest": newest,
            "unsigned": unsigned,
            "checkpoints": checkpoints,
            "origin": log_origin(),
            "keys": [(key, verifier_key_of(key)) for key in keys],
            "check_one": checker.one(),
            "check_all": checker.whole(),
        },
    )
    response["Cache-Control"] = ASK_AGAIN
    return response


@conditional_page
@require_safe
@open_to_anyone(WHY)
def checkpoint(request: HttpRequest) -> HttpResponse:
    """The newest checkpoint as a signed note (C2SP tlog-checkpoint); with `size` the one published of that size."""
    try:
        if "size" in request.GET:
            found = newest_checkpoint(size=_whole(request, "size"))
            if found is None:
                raise _Refused(_("No checkpoint of that size was published."), 404)
        else:
            found = served_checkpoint(at=timezone.now())
    except (_Refused, CannotPublish) as refusal:
        return _problem(refusal)
    response = HttpResponse(found.note, content_type="text/plain; charset=utf-8")
    response["Cache-Control"] = FOR_EVER if "size" in request.GET else ASK_AGAIN
    return _for_programs(response)


@conditional_page
@require_safe
@open_to_anyone(WHY)
def entries(request: HttpRequest) -> HttpResponse:
    """Entries `start` to `end`, both included, at most 256: RFC 6962 §4.6. Each leaf is the text whose bytes were hashed."""
    try:
        start = _whole(request, "start", default=0)
        end = _whole(request, "end", default=start + PAGE - 1)
        if end < start:
            raise _Refused(_("The end is before the start."))
        last = min(end, start + PAGE - 1)
        found = list(LogEntry.objects.filter(index__gte=start, index__lte=last).order_by("index"))
        if not found and start:
            raise _Refused(_("The log has no such entry yet."), 404)
    except _Refused as refusal:
        return _problem(refusal)
    said = [
        {"index": entry.index, "leaf": entry.leaf, "leaf_hash": _base64(bytes.fromhex(entry.leaf_hash))}
        for entry in found
    ]
    # A range that is complete says the same for ever.
    complete = len(said) == last - start + 1
    return _answer({"entries": said}, FOR_EVER if complete else ASK_AGAIN)


@conditional_page
@require_safe
@open_to_anyone(WHY)
def proof(request: HttpRequest) -> HttpResponse:
    """That an entry is in the log (`index` or `hash`, `size`), or that the log has only grown (`from`, `to`).

    Without `size` or `to`, of the newest checkpoint's size.
    """
    asked = request.GET
    try:
        if "index" in asked or "hash" in asked:
            return _inclusion(request)
        if "from" in asked:
            return _consistency(request)
        raise _Refused(_("Ask with “index” or “hash” and “size”, or with “from” and “to”."))
    except NoSuchTree as refusal:
        return _problem(_Refused(str(refusal), 404))
    except (_Refused, CannotPublish) as refusal:
        return _problem(refusal)


def _inclusion(request: HttpRequest) -> HttpResponse:
    if "hash" in request.GET:
        # The same may have happened twice at the same moment; then the first is as good as the second.
        entry = LogEntry.objects.filter(leaf_hash=_hash(request)).order_by("index").first()
    else:
        entry = LogEntry.objects.filter(index=_whole(request, "index")).first()
    if entry is None:
        raise _Refused(_("The log has no such entry yet."), 404)
    size = _size(request, "size")
    said = {
        "leaf_index": entry.index,
        "tree_size": size,
        "leaf_hash": _base64(bytes.fromhex(entry.leaf_hash)),
        "audit_path": [_base64(step) for step in inclusion_path(index=entry.index, size=size)],
    }
    return _answer(said, FOR_EVER if "size" in request.GET else ASK_AGAIN)


def _consistency(request: HttpRequest) -> HttpResponse:
    first, second = _whole(request, "from"), _size(request, "to")
    if first > second:
        raise _Refused(_("“from” is larger than “to”."))
    path = consistency_path(first=first, second=second)
    said = {"from": first, "to": second, "consistency": [_base64(step) for step in path]}
    return _answer(said, FOR_EVER if "to" in request.GET else ASK_AGAIN)


def _size(request: HttpRequest, name: str) -> int:
    """The size asked for; without one the newest checkpoint's, since a proof is held against a checkpoint."""
    if name in request.GET:
        return _whole(request, name)
    return served_checkpoint(at=timezone.now()).size


def _whole(request: HttpRequest, name: str, *, default: int | None = None) -> int:
    text = request.GET.get(name)
    if text is None and default is not None:
        return default
    if text is None or not _WHOLE.fullmatch(text):
        raise _Refused(_("“%(name)s” is to be a whole number.") % {"name": name})
    return int(text)


def _hash(request: HttpRequest) -> str:
    """The hash asked for, as kept. Read in hexadecimal and in base64, also where a browser has made spaces of its pluses."""
    text = request.GET["hash"]
    if _HEXADECIMAL.fullmatch(text):
        return text.lower()
    try:
        hashed = base64.b64decode(text.translate(str.maketrans("-_ ", "+/+")), validate=True)
    except (binascii.Error, ValueError):
        hashed = b""
    if len(hashed) != 32:
        raise _Refused(_("“hash” is to be the SHA-256 of a leaf, in base64 or hexadecimal."))
    return hashed.hex()


def _base64(hashed: bytes) -> str:
    return base64.b64encode(hashed).decode()


def _answer(said: dict[str, Any], cache: str) -> HttpResponse:
    response = JsonResponse(said, json_dumps_params={"ensure_ascii": False})
    response["Cache-Control"] = cache
    return _for_programs(response)


def _problem(refusal: Exception) -> HttpResponse:
    """What was wrong, for programs (RFC 9457)."""
    status = refusal.status if isinstance(refusal, _Refused) else 503
    titles = {400: _("The question cannot be read"), 404: _("Not in the log"), 503: _("No checkpoint just now")}
    said = {"type": "about:blank", "title": titles[status], "status": status, "detail": str(refusal)}
    response = JsonResponse(said, status=status, content_type="application/problem+json")
    response["Cache-Control"] = "no-store"
    return _for_programs(response)


def _for_programs(response: HttpResponse) -> HttpResponse:
    """Programs on other sites may read it: there is nothing in it that a cookie opens."""
    response["Access-Control-Allow-Origin"] = "*"
    return response
