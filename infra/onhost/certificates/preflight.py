"""What a CA would find wrong is found here first: an order that fails counts at the CA.

Names must lead to this host, whose port 80 must answer with what stands in the webroot; CAA records
must allow the CA; its limits must not be reached.
"""

import json
import ssl
import time
import urllib.request
from http.client import HTTPException
from pathlib import Path
from typing import Any

from .. import layout
from ..command import Failure, run
from ..config import Host, is_address
from . import attempts, challenge

TIMEOUT = 10  # seconds


def check(host: Host, *, renewal: bool) -> None:
    """Raises Failure, with a line for each reason, when the CA would refuse."""
    problems = problems_of(host, renewal=renewal)
    if problems:
        raise Failure(
            "\n  ".join(
                [
                    f"{host.config.certificate.acme_directory} was not asked for a"
                    " certificate, because it would refuse:",
                    *problems,
                ]
            )
        )


def problems_of(host: Host, *, renewal: bool) -> list[str]:
    """What is to be mended first. Raises Failure when the CA does not answer."""
    about = directory(host)
    found = [attempts.refusal(host, time.time(), renewal=renewal), _account(host, about)]
    if host.config.certificate.check_names:
        names = [name for name in host.config.names if not is_address(name)]
        records = resolved(host, names) if names else {}
        found += _authorities(about, records)
        found += challenge.problems(host, addresses(host, records))
    return [problem for problem in found if problem]


def directory(host: Host) -> dict[str, Any]:
    """What the CA says of itself: the `meta` of its directory (RFC 8555, section 7.1.1)."""
    url = host.config.certificate.acme_directory
    trust = ssl.create_default_context(cafile=host.layout.ca_bundle)
    try:
        with urllib.request.urlopen(url, timeout=TIMEOUT, context=trust) as answer:  # noqa: S310  checked as a URL
            meta: dict[str, Any] = dict(json.load(answer)).get("meta", {})
            return meta
    except (OSError, ValueError, TypeError, HTTPException) as error:
        raise Failure(
            f"the CA does not answer at {url}: {error}; the timer"
            f" {layout.CERTIFICATE_TIMER} asks again"
        ) from error


def _account(host: Host, about: dict[str, Any]) -> str:
    if about.get("externalAccountRequired") and not host.config.certificate.external_account:
        return "it requires an external account: set certificate.external_account"
    profiles = about.get("profiles", {})
    profile = host.config.certificate.profile
    if profile and profile not in profiles:
        known = ", ".join(sorted(profiles)) or "none"
        return f"it has no profile {profile}: change certificate.profile (it has: {known})"
    return ""


def resolved(host: Host, names: list[str]) -> dict[str, dict[str, Any]]:
    """A, AAAA and CAA records of names. Raises Failure when DNS does not answer.

    Asked with the library that lives beside certbot: the system's resolver knows no CAA, and
    answers with /etc/hosts, where many clouds lead a host's own name to itself.
    """
    program = Path(__file__).with_name("dns_records.py")
    shown = run(host.layout.certbot / "bin" / "python3", "-I", program, *names, timeout=90)
    found: dict[str, dict[str, Any]] = json.loads(shown)
    return found


def addresses(host: Host, records: dict[str, dict[str, Any]]) -> dict[str, list[str]]:
    """The addresses of each name; an address is its own."""
    return {
        name: [name] if is_address(name) else [*records[name]["A"], *records[name]["AAAA"]]
        for name in host.config.names
    }


def _authorities(about: dict[str, Any], records: dict[str, dict[str, Any]]) -> list[str]:
    """Names whose CAA records (RFC 8659) name other CAs than this one."""
    identities = {name.lower() for name in about.get("caaIdentities", [])}
    found = []
    for name, record in records.items():
        issuers = {_issuer(value) for tag, value in record["CAA"] if tag.lower() == "issue"}
        if identities and issuers and not issuers & identities:
            allowed = ", ".join(sorted(issuers)) or "none"
            found.append(
                f"{name}: CAA records of {record['CAA_of']} allow {allowed}: add"
                f' one with issue "{min(identities)}"'
            )
    return found


def _issuer(value: str) -> str:
    """The CA of an `issue` record; empty where it must not validate by HTTP (RFC 8657, 4)."""
    issuer, *parameters = (part.strip().lower() for part in value.split(";"))
    for name, _, methods in (parameter.partition("=") for parameter in parameters):
        if name.strip() == "validationmethods" and "http-01" not in methods.strip().split(","):
            return ""
    return issuer
