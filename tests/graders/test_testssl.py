"""The whole of TLS, graded by testssl.sh as SSL Labs would."""

import json
import subprocess

# Certificates of days from a CA without a list of revoked ones; CAA records, which are the
# operator's; and compressed answers, dangerous where a secret stands in them beside text of an
# attacker's, which is the application's to know.
EXPECTED = {"cert_revocation", "cert_expirationStatus", "cert_notAfter", "DNS_CAArecord", "BREACH"}
BAD = {"LOW", "MEDIUM", "HIGH", "CRITICAL", "FATAL"}


def test_testssl_grades_a_plus(testssl: "subprocess.Popen[str]") -> None:
    said = testssl.communicate()[0]
    found = {one["id"]: one for one in json.loads(said[said.index("\n[") :])}
    assert found["cert_chain_of_trust"]["finding"] == "passed."
    reasons = [one["finding"] for name, one in found.items() if name.startswith("grade_cap")]
    assert (found["overall_grade"]["finding"], reasons) == ("A+", [])
    bad = {name: one["finding"] for name, one in found.items() if one["severity"] in BAD}
    assert {name: text for name, text in bad.items() if name not in EXPECTED} == {}
