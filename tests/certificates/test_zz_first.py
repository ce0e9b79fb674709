import pytest
from django.urls import reverse
from tests.factories.certificates import *
from certificates.models import Status
@pytest.mark.django_db
@pytest.mark.parametrize("status", list(Status))
def test_x(client, status):
    c = make_certificate_that_is(status)
    for n in ("credential","credential_json","credential_pdf"):
        r = client.get(reverse("certificates:"+n, args=[c.public_id]), headers={"accept":"text/html"})
        print(status, n, r.status_code, r.headers.get("content-type"))
    r = client.get(reverse("certificates:verify_number", args=[c.number]))
    print(status, r.status_code)
