"""A, AAAA and CAA records of names, as JSON; run by the Python that has dnspython: certbot's.

usage: dns_records.py NAME...
"""

import json
import sys
from pathlib import Path

import dns.exception
import dns.name
import dns.resolver

SECONDS = 10.0  # for each question, over all servers
SYSTEM = Path("/etc/resolv.conf")
STUB = "127.0.0.53"  # systemd-resolved itself, which answers with /etc/hosts too
BEHIND_STUB = Path("/run/systemd/resolve/resolv.conf")  # the servers that it asks
NOTHING = (dns.resolver.NoAnswer, dns.resolver.NXDOMAIN)


def servers(system: Path = SYSTEM, behind_stub: Path = BEHIND_STUB) -> Path:
    """The file that names servers of DNS; what they say, a CA is told too."""
    stub = system.exists() and STUB in system.read_text().split()
    return behind_stub if stub and behind_stub.exists() else system


def addresses(name: str, kind: str) -> list[str]:
    """The addresses of a name."""
    try:
        return [
            answer.address for answer in dns.resolver.resolve(name + ".", kind, lifetime=SECONDS)
        ]
    except NOTHING:
        return []


def authorities(name: str) -> tuple[str, list[tuple[str, str]]]:
    """The first name, from this one upwards, with CAA records, and their tags and values.

    So RFC 8659, section 3, finds who may issue.
    """
    where = dns.name.from_text(name)
    while len(where) > 1:
        try:
            found = dns.resolver.resolve(where, "CAA", lifetime=SECONDS)
        except NOTHING:
            where = where.parent()
            continue
        return (
            where.to_text(omit_final_dot=True),
            [(answer.tag.decode(), answer.value.decode()) for answer in found],
        )
    return "", []


def main(names: list[str]) -> int:
    """Prints the records; exit code 1 when DNS does not answer."""
    records = {}
    try:
        if dns.resolver.default_resolver is None:
            dns.resolver.default_resolver = dns.resolver.Resolver(str(servers()))
        for name in names:
            owner, issuers = authorities(name)
            records[name] = {
                "A": addresses(name, "A"),
                "AAAA": addresses(name, "AAAA"),
                "CAA": issuers,
                "CAA_of": owner,
            }
    except dns.exception.DNSException as error:
        print(f"DNS does not answer: {error}", file=sys.stderr)
        return 1
    print(json.dumps(records))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
