"""From one source of the certificate to the next, under load."""

import subprocess
from typing import Any

import pytest

from tests.deployed import CHECKOUT
from tests.faults.conftest import Target
from tests.faults.served import (
    ON_PRODUCTION,
    ON_STAGING,
    SETTLED,
    STAGING,
    asking,
    changes,
    leading,
    served,
    served_throughout,
    trusted,
)
from tests.site import Site, wait_until

pytestmark = pytest.mark.destructive
ALIAS = "www.certs.slipway.test"
ORDER = "POST /order-plz"


@pytest.fixture(scope="module")
def own(certs: Target, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A certificate of the operator's, which nobody trusts."""
    folder = tmp_path_factory.mktemp("own")
    made = {"chain": str(folder / "chain.pem"), "key": str(folder / "key.pem")}
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
         "-nodes", "-days", "90", "-subj", "/O=the operator's own", "-addext",
         f"subjectAltName=DNS:{certs.site.domain}", "-out", made["chain"], "-keyout", made["key"]],
        check=True, capture_output=True,
    )  # fmt: skip
    return made


def accounts(certs: Target, ca: str) -> int:
    """How many accounts at a CA certbot keeps, those that the CA has forgotten included."""
    return int(
        certs.run(f"ls -d /etc/letsencrypt/slipway/accounts/{ca}*/*/* 2>/dev/null | wc --lines")
    )


@pytest.fixture(scope="module", autouse=True)
def earlier(certs: Target) -> dict[str, int]:
    """The accounts that there were before these tests."""
    return {ca: accounts(certs, ca) for ca in ("staging", "acme")}


def strict(site: Site) -> bool:
    """Whether browsers are told to come by HTTPS alone."""
    loose = Site(site.domain, site.address, verified=False)
    return "strict-transport-security" in loose.ask("/").headers


@pytest.mark.parametrize(
    ("source", "wanted"),
    [
        ("self-signed", {"source": "self-signed"}),
        ("staging", ON_STAGING),
        ("acme", ON_PRODUCTION),
        ("files", {"source": "files"}),
        ("acme", ON_PRODUCTION | {"key_type": "rsa"}),
        ("self-signed", {"source": "self-signed", "key_type": "rsa"}),
    ],
)
def test_each_source_takes_over_without_a_failed_request(
    certs: Target, own: dict[str, str], source: str, wanted: dict[str, Any]
) -> None:
    settings = wanted | (own if source == "files" else {})
    with served_throughout(certs):
        done = certs.deploy(certificate=settings)
    assert done.returncode == 0, done.stdout + done.stderr
    wait_until(lambda: trusted(certs.site) == (source == "acme"), SETTLED)
    wait_until(lambda: trusted(certs.site, "staging") == (source == "staging"), SETTLED)
    assert strict(certs.site) == (source == "acme")
    found = served(certs.site)
    assert found.self_signed == (source in {"files", "self-signed"})
    assert found.names == {certs.site.domain}
    with asking() as staging:
        assert changes(certs.deploy("--json", certificate=settings)) == 0
    assert staging == []
    assert served(certs.site) == found


def test_aliases_change_the_certificate_once_and_lead_to_the_domain(certs: Target) -> None:
    settings = {"certificate": ON_STAGING}
    assert certs.deploy(**settings).returncode == 0
    with served_throughout(certs), asking() as reached:
        done = certs.deploy(aliases=[ALIAS], **settings)
    assert done.returncode == 0, done.stdout + done.stderr
    assert reached.count(ORDER) == 1
    found = served(certs.site)
    assert found.names == {certs.site.domain, ALIAS}
    assert served(certs.site, ALIAS) == found
    alias = Site(ALIAS, certs.site.address, verified=False)
    answer = alias.ask("/date/?a=b")
    leads = f"https://{certs.site.domain}/date/?a=b"
    assert (answer.status, answer.headers["location"]) == (301, leads)
    with asking() as again:
        assert changes(certs.deploy("--json", aliases=[ALIAS], **settings)) == 0
    assert again == []


def test_an_alias_that_was_removed_is_refused(certs: Target) -> None:
    with served_throughout(certs), asking() as reached:
        done = certs.deploy(certificate=ON_STAGING)
    assert done.returncode == 0, done.stdout + done.stderr
    assert reached.count(ORDER) == 1
    wait_until(lambda: served(certs.site).names == {certs.site.domain}, SETTLED)
    with pytest.raises(OSError, match="UNRECOGNIZED_NAME"):
        served(certs.site, ALIAS)


def test_the_account_outlives_all_of_this(certs: Target, earlier: dict[str, int]) -> None:
    assert accounts(certs, "staging") == earlier["staging"] + 1  # the CA was started again before
    assert accounts(certs, "acme") == max(earlier["acme"], 1)


def test_a_host_with_an_address_keeps_it_until_its_new_name_has_a_certificate(
    certs: Target,
) -> None:
    address = certs.site.address
    bare = Site(address, address, ca_file=CHECKOUT / ".lab" / "staging-ca.pem")
    settings = {"certificate": ON_STAGING}
    short = {"acme_directory": STAGING}  # of the profile for addresses, by itself
    assert certs.deploy(domain=address, certificate=short).returncode == 0
    assert trusted(bare, "staging")
    assert served(bare).names == {address}
    forget = (
        "/opt/certbot/bin/certbot delete --non-interactive --config-dir /etc/letsencrypt/slipway"
        " --work-dir /var/lib/letsencrypt/slipway --cert-name"
    )
    certs.run(f"{forget} {certs.site.domain}")  # as if the host had never had it
    with leading(certs.site.domain, "none"), served_throughout(certs, bare):
        done = certs.deploy(**settings)
        assert done.returncode != 0
        assert f"{certs.site.domain}: does not resolve" in done.stdout + done.stderr
        assert trusted(bare, "staging")
        assert served(certs.site).self_signed
    assert changes(certs.deploy("--json", **settings)) == 1
    assert trusted(certs.site, "staging")
