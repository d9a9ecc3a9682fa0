"""The whole of TLS, graded by testssl.sh as SSL Labs would."""

import json
import subprocess

EXPECTED = {
    # Certificates of days from a CA without a list of revoked ones.
    "cert_revocation",
    "cert_expirationStatus",
    "cert_notAfter",
    # Pebble's serial numbers are of 63 random bits: one in 128 fits in seven bytes, fewer than
    # the 64 bits that public CAs must give.
    "cert_serialNumberLen",
    # The operator's to publish.
    "DNS_CAArecord",
    # Compressed answers are dangerous where a secret stands in them beside text of an
    # attacker's, which is the application's to know.
    "BREACH",
}
BAD = {"LOW", "MEDIUM", "HIGH", "CRITICAL", "FATAL"}


def test_testssl_grades_a_plus(testssl: "subprocess.Popen[str]") -> None:
    said = testssl.communicate()[0]
    found = {one["id"]: one for one in json.loads(said[said.index("\n[") :])}
    assert found["cert_chain_of_trust"]["finding"] == "passed."
    reasons = [one["finding"] for name, one in found.items() if name.startswith("grade_cap")]
    assert (found["overall_grade"]["finding"], reasons) == ("A+", [])
    bad = {name: one["finding"] for name, one in found.items() if one["severity"] in BAD}
    assert {name: text for name, text in bad.items() if name not in EXPECTED} == {}
