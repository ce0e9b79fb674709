"""What does the demo show that no other installation does? Its facts for programs, and the mail it would have sent."""

from email import message_from_bytes, policy

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from cms.accounts.policy import open_to_anyone

from .demo.facts import demo_facts

SHOWN = 30  # newest mails
RULE = b"-" * 79  # what Django's file backend writes after each mail


@never_cache
@require_safe
@open_to_anyone("the demo's numbers and accounts are printed at its start")
def facts(request: HttpRequest) -> JsonResponse:
    return JsonResponse(demo_facts(), json_dumps_params={"ensure_ascii": False})


@never_cache
@require_safe
@open_to_anyone("the demo sends no mail; this is where newcomers find theirs")
def mailbox(request: HttpRequest) -> HttpResponse:
    """The newest mails first, with their links ready to follow."""
    mails = []
    for path in sorted(settings.DEMO_MAIL_DIR.glob("*.log"), key=lambda path: path.stat().st_mtime, reverse=True):
        for raw in reversed(path.read_bytes().split(RULE)):
            message = message_from_bytes(raw.lstrip(), policy=policy.default)
            if message["subject"]:
                body = message.get_body(("plain",))
                mails.append({"message": message, "body": body.get_content() if body else ""})
        if len(mails) >= SHOWN:
            break
    return render(request, "cms/mailbox.html", {"mails": mails[:SHOWN]})
