import json
from dataclasses import replace
from datetime import timedelta

import pytest
from openbadgeslib.ob3.contexts import bundled_contexts
from openbadgeslib.ob3.ldp import OB3LdpVerifier
from openbadgeslib.ob3.verifier import OB3VerificationError
from openvc.did.base import DidResolverRegistry
from openvc.did.did_web import DidWebResolver
from openvc.proof.errors import ProofError
from openvc.resolvers import default_status_list_resolver
from openvc.status import CredentialRevoked
from openvc.verify import verify_credential

from certificates import bitstring
from certificates.canonical import CREDENTIALS_V2, OPEN_BADGES_3, canonical_nquads, described_twice
from certificates.documents import (
    InvalidCredential,
    PublishedKey,
    Result,
    achievement_document,
    check_schema,
    credential_for,
    did_document,
    status_list_document,
    unsafe_text,
)
from certificates.proofs import proof_holds, public_multibase
from tests.certificates.awards import (
    DID,
    KID,
    LIST_URL,
    NOON,
    SITE,
    make_award,
    make_key,
    published_site,
    raw_public,
    sign,
    signed_credential,
)

AWARDS = {
    "whole": make_award(),
    "sparse": make_award(holder_name=None, valid_until=None, results=[], evidence=[], criteria_url=None),
    "completion": make_award(achievement_type="CertificateOfCompletion", evidence=[]),
}


def test_a_credential_says_exactly_this():
    award = make_award(results=AWARDS["whole"].results[:1], evidence=AWARDS["whole"].evidence[:1])

    assert credential_for(award) == {
        "@context": [
            "https://www.w3.org/ns/credentials/v2",
            "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
        ],
        "id": "https://academy.example/credentials/5f0c1c9e-8f43-4c0e-9d2a-0b7a3f6b1c11",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": "Certified Intimacy Coordinator",
        "issuer": {
            "id": "did:web:academy.example",
            "type": ["Profile"],
            "name": "Closed Set Academy",
            "url": "https://academy.example/",
        },
        "validFrom": "2026-03-02T12:00:00Z",
        "validUntil": "2029-03-01T12:00:00Z",
        "awardedDate": "2026-03-02T12:00:00Z",
        "credentialSubject": {
            "id": "urn:uuid:0d6f9f0e-4d3b-4bb4-9a51-6a2f6f0e7a55",
            "type": ["AchievementSubject"],
            "identifier": [
                {
                    "type": "IdentityObject",
                    "hashed": False,
                    "identityHash": "CS-7K3M9-QX2TB-4",
                    "identityType": "ext:certificateNumber",
                },
                {
                    "type": "IdentityObject",
                    "hashed": False,
                    "identityHash": "Ana Núñez",
                    "identityType": "name",
                },
            ],
            "achievement": {
                "id": "https://academy.example/achievements/certified-intimacy-coordinator",
                "type": ["Achievement"],
                "name": "Certified Intimacy Coordinator",
                "description": "Has completed the programme’s training, shadow days and assessment.",
                "achievementType": "Certification",
                "criteria": {
                    "id": "https://academy.example/programmes/intimacy-coordinator/",
                    "narrative": "Three modules, twenty signed shadow days and a final assessment.",
                },
                "inLanguage": "en",
                "version": "2026.1",
                "resultDescription": [
                    {
                        "id": ("https://academy.example/achievements/certified-intimacy-coordinator#result-consent"),
                        "type": ["ResultDescription"],
                        "name": "Consent",
                        "resultType": "Percent",
                        "valueMin": "0",
                        "valueMax": "100",
                        "requiredValue": "80",
                    }
                ],
            },
            "result": [
                {
                    "type": ["Result"],
                    "resultDescription": (
                        "https://academy.example/achievements/certified-intimacy-coordinator#result-consent"
                    ),
                    "value": "92",
                }
            ],
        },
        "credentialStatus": {
            "id": "https://academy.example/status/revocation/1#94567",
            "type": "BitstringStatusListEntry",
            "statusPurpose": "revocation",
            "statusListIndex": "94567",
            "statusListCredential": "https://academy.example/status/revocation/1",
        },
        "evidence": [
            {
                "id": ("https://academy.example/credentials/5f0c1c9e-8f43-4c0e-9d2a-0b7a3f6b1c11#evidence-1"),
                "type": ["Evidence"],
                "name": "Shadow days",
                "narrative": "22 signed days, 3 mentors, 4 productions.",
            }
        ],
    }


@pytest.mark.parametrize("award", AWARDS.values(), ids=AWARDS)
def test_every_credential_has_the_shape_that_all_verifiers_accept(award):
    document = credential_for(award)

    check_schema(document)
    check_schema(sign(document))
    assert document["@context"] == [CREDENTIALS_V2, OPEN_BADGES_3]
    assert described_twice(document) == set()
    assert "endorsementJwt" not in json.dumps(document)
    assert canonical_nquads(document)


def test_a_name_that_was_not_consented_to_is_nowhere():
    assert "name" not in [
        item["identityType"] for item in credential_for(AWARDS["sparse"])["credentialSubject"]["identifier"]
    ]


def test_the_id_of_a_result_comes_from_its_name_and_not_from_its_place():
    award = make_award()
    swapped = replace(award, results=list(reversed(award.results)))

    def ids(which):
        achievement = credential_for(which)["credentialSubject"]["achievement"]
        return {item["name"]: item["id"].partition("#")[2] for item in achievement["resultDescription"]}

    assert ids(award) == ids(swapped) == {"Consent": "result-consent", "Shadow hours": "result-shadow-hours"}


def test_names_in_other_scripts_do_not_become_one_result():
    results = [Result(name=name, result_type="Percent", value="1") for name in ("同意", "安全", "…", "Éthique")]
    document = credential_for(make_award(results=results))

    ids = {item["id"] for item in document["credentialSubject"]["achievement"]["resultDescription"]}
    assert len(ids) == 4
    canonical_nquads(document)


@pytest.mark.parametrize(
    "changes",
    [
        {"valid_until": NOON - timedelta(days=1)},
        {"valid_from": NOON.replace(tzinfo=None), "valid_until": None},
        {"criteria_url": f"{SITE}/achievements/certified-intimacy-coordinator"},
        {"subject_id": DID},
        {"results": [Result(name="Consent", result_type="Percent", value="1")] * 2},
    ],
)
def test_what_would_make_a_misleading_credential_is_refused(changes):
    with pytest.raises(ValueError, match=r".+"):
        credential_for(make_award(**changes))


def test_the_achievement_is_said_the_same_way_on_its_own():
    award = make_award()
    document = achievement_document(
        achievement_id=award.achievement_id,
        name=award.achievement_name,
        description=award.achievement_description,
        achievement_type=award.achievement_type,
        criteria_narrative=award.criteria_narrative,
        criteria_url=award.criteria_url,
        version=award.version,
        results=award.results,
        issuer_did=award.issuer_did,
        issuer_name=award.issuer_name,
        issuer_url=award.issuer_url,
    )

    said = {key: value for key, value in document.items() if key not in ("@context", "creator")}
    assert said == credential_for(award)["credentialSubject"]["achievement"]
    assert canonical_nquads(document)


def test_a_did_document_lists_every_key_and_trusts_those_not_compromised():
    old, new = (public_multibase(raw_public(make_key(seed))) for seed in (1, 2))
    document = did_document(
        did=DID,
        keys=[
            PublishedKey(kid=f"{DID}#old", public_multibase=old, trusted=False),
            PublishedKey(kid=f"{DID}#new", public_multibase=new, trusted=True),
        ],
    )

    assert document == {
        "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1"],
        "id": DID,
        "verificationMethod": [
            {"id": f"{DID}#old", "type": "Multikey", "controller": DID, "publicKeyMultibase": old},
            {"id": f"{DID}#new", "type": "Multikey", "controller": DID, "publicKeyMultibase": new},
        ],
        "assertionMethod": [f"{DID}#new"],
    }


@pytest.mark.parametrize("kids", [["#old"], ["did:web:other.example#old"], [f"{DID}#a", f"{DID}#a"]])
def test_a_did_document_has_only_keys_of_its_own(kids):
    keys = [PublishedKey(kid=kid, public_multibase="z6Mk", trusted=True) for kid in kids]
    with pytest.raises(ValueError, match=r".+"):
        did_document(did=DID, keys=keys)


def test_a_status_list_says_which_entries_are_revoked():
    document = status_list_document(
        url=LIST_URL,
        issuer_did=DID,
        indices=[3, 94_567],
        valid_from=NOON,
        valid_until=NOON + timedelta(days=7),
    )
    encoded = document["credentialSubject"].pop("encodedList")

    assert document == {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "id": LIST_URL,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": DID,
        "validFrom": "2026-03-02T12:00:00Z",
        "validUntil": "2026-03-09T12:00:00Z",
        "credentialSubject": {
            "id": f"{LIST_URL}#list",
            "type": "BitstringStatusList",
            "statusPurpose": "revocation",
            "ttl": 300_000,
        },
    }
    bits = bitstring.decode(encoded)
    assert [index for index in (2, 3, 4, 94_567) if bitstring.is_set(bits, index)] == [3, 94_567]


def test_a_signed_status_list_holds():
    signed = json.loads(published_site(revoked=(5,))[LIST_URL])

    assert proof_holds(signed, public_key=raw_public())


def test_a_status_list_ends_after_it_begins():
    with pytest.raises(ValueError, match="cannot end"):
        status_list_document(url=LIST_URL, issuer_did=DID, indices=[], valid_from=NOON, valid_until=NOON)


@pytest.mark.parametrize(
    "text",
    [
        "Ana Núñez",
        "Nguyễn Thị Ánh",
        "e\u0301 is é in another form",
        "عائشة بنت محمد",
        "שרה כהן",
        "王小明",
        "क्षितिज",
        "O’Brien-Smith, Jr.",
        "Zoë 🎬",
        "می\u200cخواهم",
        "x" * 200,
        "e\u0301" * 200,
    ],
)
def test_the_names_of_people_are_safe(text):
    assert unsafe_text(text) is None


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "This is empty."),
        (" \u00a0 ", "This is empty."),
        ("\u200d\u0301\n", "This is empty."),
        ("Ana\u200bNúñez", "This contains an invisible character (U+200B). Type it again."),
        ("\ufeffAna", "This contains an invisible character (U+FEFF). Type it again."),
        ("Ana\u3164", "This contains an invisible character (U+3164). Type it again."),
        ("x" * 201, "This is longer than 200 characters."),
        ("Ana\nNúñez", "This contains a line break or a tab. Use spaces."),
        ("Ana\tNúñez", "This contains a line break or a tab. Use spaces."),
        ("Ana\u2028Núñez", "This contains a line break or a tab. Use spaces."),
        ("Ana\x00", "This contains an invisible control character (U+0000). Type it again."),
        ("Ana\x7f", "This contains an invisible control character (U+007F). Type it again."),
        ("Ana \u202eztenuN", "This contains a character that reorders text (U+202E). Remove it."),
        ("Ana \u2066x\u2069", "This contains a character that reorders text (U+2066). Remove it."),
        ("Ana \u0378", "This contains a character that Unicode does not define (U+0378)."),
        ("Ana \ue000", "This contains a character that Unicode does not define (U+E000)."),
        ("Ana \ufffe", "This contains a character that Unicode does not define (U+FFFE)."),
        ("Ana \ud83d", "This contains half a character, which often comes from copying. Type it again."),
    ],
)
def test_what_cannot_be_signed_or_printed_is_told_in_a_sentence(text, reason):
    assert unsafe_text(text) == reason


def test_a_narrative_may_be_longer_and_have_lines():
    assert unsafe_text("One.\nTwo.\n" * 50, longest=2000, lines=True) is None
    assert unsafe_text("One.\rTwo.", longest=2000, lines=True) is not None


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"id": None}, "The credential does not follow Open Badges 3.0 at “id” (rule “oneOf”)."),
        ({"validFrom": 7}, "The credential does not follow Open Badges 3.0 at “validFrom” (rule “type”)."),
        (
            {"credentialSubject": {"type": ["AchievementSubject"]}},
            "The credential, at “credentialSubject”, lacks achievement.",
        ),
    ],
)
def test_what_the_official_schema_refuses_is_refused(changes, reason):
    with pytest.raises(InvalidCredential) as caught:
        check_schema({**credential_for(make_award()), **changes})

    assert str(caught.value) == reason


def test_a_schema_error_does_not_repeat_what_a_stranger_wrote():
    with pytest.raises(InvalidCredential) as caught:
        check_schema({**credential_for(make_award()), "validFrom": {"<script>": "x" * 10_000}})

    assert "<script>" not in str(caught.value)
    assert len(str(caught.value)) < 300


# What independent implementations make of our documents. They are given the issuer's site as a dictionary.


def check_with_openbadgeslib(document, site):
    # Its own check of the list's signature wants a JWT; openvc-core checks the same list's proof below.
    verifier = OB3LdpVerifier.for_issuer_did(DID)
    return verifier.verify(document, check_status=True, verify_status_list=False, download=site.__getitem__)


def check_with_openvc(document, site):
    resolver = DidResolverRegistry([DidWebResolver(lambda url: json.loads(site[url]))])
    lists = default_status_list_resolver(resolver=resolver, fetch=lambda url: site[url].decode(), expected_issuer=DID)
    # It knows no Open Badges; it is given the context as openbadgeslib carries it, not as we do.
    context = {OPEN_BADGES_3: bundled_contexts()[OPEN_BADGES_3]}
    return verify_credential(document, resolver=resolver, resolve_status_list=lists, extra_contexts=context)


def current(award):
    """The award with dates that include today, which these verifiers ask the clock for."""
    return replace(award, valid_until=None)


@pytest.mark.parametrize("award", AWARDS.values(), ids=AWARDS)
def test_openbadgeslib_accepts_what_we_sign(award):
    credential = check_with_openbadgeslib(sign(credential_for(current(award))), published_site())

    assert credential.issuer.id == DID


@pytest.mark.parametrize("award", AWARDS.values(), ids=AWARDS)
def test_openvc_accepts_what_we_sign(award):
    result = check_with_openvc(sign(credential_for(current(award))), published_site())

    assert result.issuer == DID
    assert result.status is not None


def altered():
    document = signed_credential(valid_until=None)
    document["credentialSubject"]["identifier"][1]["identityHash"] = "Eva Núñez"
    return document


def test_openbadgeslib_refuses_an_altered_name():
    with pytest.raises(OB3VerificationError, match="signature"):
        check_with_openbadgeslib(altered(), published_site())


def test_openvc_refuses_an_altered_name():
    with pytest.raises(ProofError, match="does not verify"):
        check_with_openvc(altered(), published_site())


def test_openbadgeslib_reports_a_revoked_credential():
    site = published_site(revoked=(94_567,))
    with pytest.raises(OB3VerificationError, match="'revocation' is set at index 94567"):
        check_with_openbadgeslib(signed_credential(valid_until=None), site)


def test_openvc_reports_a_revoked_credential():
    with pytest.raises(CredentialRevoked):
        check_with_openvc(signed_credential(valid_until=None), published_site(revoked=(94_567,)))


@pytest.mark.parametrize("neighbour", [94_566, 94_568, 94_560, 94_575])
def test_the_revocation_of_a_neighbour_revokes_nobody_else(neighbour):
    site = published_site(revoked=(neighbour,))

    check_with_openbadgeslib(signed_credential(valid_until=None), site)
    check_with_openvc(signed_credential(valid_until=None), site)


def test_openvc_refuses_a_status_list_that_was_altered():
    site = published_site(revoked=(94_567,))
    status_list = json.loads(site[LIST_URL])
    status_list["credentialSubject"]["encodedList"] = bitstring.encode([])
    site[LIST_URL] = json.dumps(status_list).encode()

    with pytest.raises(ProofError, match="does not verify"):
        check_with_openvc(signed_credential(valid_until=None), site)


def test_a_key_of_another_document_does_not_speak_for_the_issuer():
    forged = sign(credential_for(make_award(valid_until=None)), key=make_key(2), kid=KID)

    with pytest.raises(ProofError):
        check_with_openvc(forged, published_site())
    with pytest.raises(OB3VerificationError):
        check_with_openbadgeslib(forged, published_site())
