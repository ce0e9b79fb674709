"""What do we write to people about messages through the register? Never one's address to the other."""

from __future__ import annotations

from typing import Any

from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from cms.accounts.academy import AcademySettings

from .issuer import address_of
from .models import RegisterEntry, RegisterMessage, RegisterSettings
from .relay import confirm_token


def ask_to_confirm(message: RegisterMessage) -> None:
    """To the sender: nothing that was typed is in it, so that nobody can send their words to others through us."""
    url = address_of("certificates:register_confirm", confirm_token(message))
    _send(_("Please confirm your address"), "register_confirm", message.sender_email, confirm_url=url)


def message_came(message: RegisterMessage) -> None:
    """To the holder: that there is one. Its words are behind the sign-in."""
    url = address_of("certificates:register_message", message.public_id)
    _send(
        _("There is a message for you"), "register_message", message.entry.holder.email,
        message_url=url, days=RegisterSettings.load().message_days,
    )  # fmt: skip


def answer_came(message: RegisterMessage) -> None:
    """To the sender: the holder's words, from our address."""
    url = address_of("certificates:register_entry", message.entry.slug)
    _send(_("There is an answer for you"), "register_answer", message.sender_email, message=message, entry_url=url)


def entry_removed(entry: RegisterEntry) -> None:
    """To the holder: that there is something to read, which is behind the sign-in."""
    url = address_of("certificates:register_own")
    _send(_("A note from the registrar"), "register_removed", entry.holder.email, own_url=url)


def _send(subject: str, template: str, to: str, **said: Any) -> None:
    words = render_to_string(f"certificates/mail/{template}.txt", said | {"academy": AcademySettings.load()})
    send_mail(subject, words, None, [to])
