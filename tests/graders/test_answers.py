"""What browsers are told by headers, graded by Mozilla's HTTP Observatory."""

import json

from tests.graders.conftest import Client
from tests.site import Site

TWO_YEARS = 63072000


def test_the_http_observatory_grades_a_plus_and_finds_nothing(client: Client) -> None:
    said = client.run('NODE_EXTRA_CA_CERTS=ca.pem node scan.mjs "$SITE"')
    found = json.loads(said)
    failed = {name: test["result"] for name, test in found["tests"].items() if not test["pass"]}
    assert failed == {}
    assert (found["scan"]["grade"], found["scan"]["score"] >= 100) == ("A+", True), found["scan"]


def test_browsers_are_told_to_come_by_https_for_two_years(site: Site) -> None:
    for path in ("/", "/no/such/path", "/static/no-such-file.css"):
        sent = site.ask(path).headers.get("strict-transport-security", "")
        assert sent.startswith(f"max-age={TWO_YEARS}"), path


def test_nothing_is_said_of_https_over_http(site: Site) -> None:
    assert "strict-transport-security" not in site.ask_http("/").headers


def test_browsers_get_http_3_and_are_told_of_it(client: Client, site: Site) -> None:
    said = client.run(
        "curl --silent --show-error --cacert ca.pem --http3-only --output /dev/null"
        ' --write-out "%{http_code} %{http_version}" "https://$SITE/"'
    )
    assert said == "200 3"
    assert 'h3=":443"' in site.ask("/").headers.get("alt-svc", "")
