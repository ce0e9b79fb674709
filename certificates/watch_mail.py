"""What do we write to who watches a certificate? That something changed and where to look: no name, and not what."""

from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from cms.accounts.academy import AcademySettings

from .issuer import address_of
from .models import WatchChange, WatchNotice


def send_notice(notice: WatchNotice) -> None:
    """To the watcher. Why a watch ended is not said: by its day and by the holder read the same."""
    ended = notice.change == WatchChange.ENDED
    said = {
        "number": notice.number,
        "verify_url": address_of("certificates:verify_number", notice.number),
        "watches_url": address_of("certificates:watch_list"),
        "replaced": notice.change == WatchChange.REPLACED,
        "academy": AcademySettings.load(),
    }
    send_mail(
        _("A watch of yours has ended") if ended else _("Something you watch has changed"),
        render_to_string(f"certificates/mail/watch_{'ended' if ended else 'changed'}.txt", said),
        None,
        [notice.watch.watcher.email],
    )
