"""How long does it take to check a credential? In every kind of file, ours and strangers', with the network stood in for."""

from collections.abc import Callable

from django.utils import timezone


def run(measure: Callable[..., None]) -> None:
    from certificates.baking import bake_png, bake_svg
    from certificates.papers import rendered
    from certificates.verifying import examine
    from tests.certificates.verifying.issuer import AT, EC, make_jwt, make_signed, network, signed_bytes_of
    from tests.certificates.verifying.pictures import PNG, SVG
    from tests.certificates.verifying.test_hostile import lookalikes
    from tests.factories.certificates import make_certificate

    now = timezone.now()
    certificate = make_certificate(at=now)
    text = certificate.credential
    for name, data in (
        ("check ours, JSON", text.encode()),
        ("check ours, PNG", bake_png(PNG, text)),
        ("check ours, SVG", bake_svg(SVG, text).encode()),
    ):
        measure(name, lambda data=data: examine(data, at=now))
    sheet = rendered(certificate)
    measure("check ours, PDF (own process)", lambda: examine(sheet, at=now), rounds=10)

    asked = network()
    for name, data in (
        ("check a stranger's, JSON and list", signed_bytes_of(make_signed())),
        ("check a stranger's, JSON", signed_bytes_of(make_signed(credentialStatus=None))),
        ("check a stranger's, JWT RS256", make_jwt()),
        ("check a stranger's, JWT ES256", make_jwt(key=EC)),
        ("refuse look-alikes", signed_bytes_of(lookalikes(2, 9))),
    ):
        measure(name, lambda data=data: examine(data, at=AT, fetch=asked))
