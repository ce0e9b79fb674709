"""Do verifiers we did not write agree with the running site? They are fed only what it serves."""

import json
import os
import shutil
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from certificates.models import RevocationReason
from certificates.status import revoke_certificate
from tests.factories.certificates import make_certificate, make_signing_key
from tests.factories.people import make_registrar
from tests.verifiers import check

HERE = Path(__file__).parent
PYTHON = ["openbadgeslib", "openvc-core"]
JAVASCRIPT = ["@digitalbazaar/vc", "@digitalcredentials/verifier-core"]


def verdicts_of_python(base: str, credential: str, capsys: pytest.CaptureFixture) -> dict[str, str]:
    check.main([base, credential])
    return {line["verifier"]: line["verdict"] for line in map(json.loads, capsys.readouterr().out.splitlines())}


def verdicts_of_javascript(base: str, credential: str) -> dict[str, str]:
    node = shutil.which("node")
    if not node or not (HERE / "node_modules").is_dir():
        assert not os.environ.get("CI"), "Run `npm ci` in tests/verifiers first."
        return dict.fromkeys(JAVASCRIPT, "not installed")
    done = subprocess.run(
        [node, HERE / "verify.mjs", base, credential], capture_output=True, text=True, timeout=60, check=False
    )
    return {line["verifier"]: line["verdict"] for line in map(json.loads, done.stdout.splitlines())}


@pytest.mark.django_db(transaction=True)
def test_four_verifiers_accept_refuse_and_report(live_server, settings, tmp_path, capsys):
    settings.BASE_URL = live_server.url.replace("127.0.0.1", "localhost")
    base = settings.BASE_URL
    make_signing_key(at=timezone.now() - timedelta(days=400))
    certificate = make_certificate(at=timezone.now() - timedelta(days=2))
    served = f"{base}/credentials/{certificate.public_id}.json"
    altered = tmp_path / "altered.json"
    altered.write_text(certificate.credential.replace("Ana Núñez", "Ana Núñes"))

    def verdicts(credential: str) -> dict[str, str]:
        return verdicts_of_python(base, credential, capsys) | verdicts_of_javascript(base, credential)

    def everyone(verdict: str) -> dict[str, str]:
        said = dict.fromkeys([*PYTHON, *JAVASCRIPT], verdict)
        return said | {name: "not installed" for name, now in first.items() if now == "not installed"}

    first = verdicts(served)
    assert first == everyone("valid")
    assert verdicts(str(altered)) == everyone("refused")

    revoke_certificate(
        certificate=certificate, reason=RevocationReason.EVIDENCE, by=make_registrar(), at=timezone.now()
    )

    assert verdicts(served) == everyone("revoked")
