"""Can a visitor choose the address we take them for?"""

import pytest
from django.test import RequestFactory

from cms.accounts.addresses import client_address

CONNECTED = "203.0.113.9"


def asked_from(settings, *, proxies: int, forwarded: str | None) -> str:
    settings.TRUSTED_PROXY_COUNT = proxies
    headers = {} if forwarded is None else {"X-Forwarded-For": forwarded}
    return client_address(RequestFactory().get("/", headers=headers, REMOTE_ADDR=CONNECTED))


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, None, CONNECTED),
        (0, "198.51.100.1", CONNECTED),  # nobody is trusted, so nobody is believed
        (1, "198.51.100.1", "198.51.100.1"),
        (1, "192.0.2.66, 198.51.100.1", "198.51.100.1"),  # the first one is what the visitor wrote
        (2, "192.0.2.66, 198.51.100.1, 10.0.0.1", "198.51.100.1"),
        (2, "198.51.100.1", CONNECTED),  # came round one proxy: the header is not ours
        (1, "", CONNECTED),
        (1, " , ,", CONNECTED),
        (1, None, CONNECTED),
    ],
)
def test_the_address_is_what_our_own_proxies_saw(settings, proxies: int, forwarded: str | None, address: str) -> None:
    assert asked_from(settings, proxies=proxies, forwarded=forwarded) == address
