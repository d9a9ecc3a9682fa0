"""What tests turn to see how a host takes it: the CAs' manners, and the names that lead to it."""

import argparse

from lab import network, records
from lab.paths import Clone, locked
from lab.progress import LabError
from lab.surroundings import acme, dns, surroundings
from lab.surroundings.authority import AUTHORITIES, Manner

VERBS = ("start", "stop", "requests")


def describe_acme(new: argparse.ArgumentParser) -> None:
    """Describe `bin/lab acme`."""
    new.add_argument(
        "verb",
        choices=VERBS,
        help="start: start it again, without its accounts; requests: list the requests that it got",
    )
    new.add_argument("authority", choices=AUTHORITIES, nargs="?", default="acme")
    new.add_argument(
        "--refuse-nonces",
        type=int,
        default=0,
        metavar="PERCENT",
        help="percentage of valid nonces that the CA refuses",
    )
    new.add_argument(
        "--account",
        default="",
        metavar="ID:HMAC",
        help="the only external account that may register",
    )


def describe_names(new: argparse.ArgumentParser) -> None:
    """Describe `bin/lab names`."""
    new.add_argument(
        "name", metavar="NAME", nargs="?", help="without a name: list the names that were changed"
    )
    new.add_argument(
        "records",
        metavar="RECORD",
        nargs="*",
        help="A=ADDRESS, AAAA=ADDRESS or CAA=ISSUER; `none`: the name does not resolve;"
        " without a record: restore the usual records",
    )


def run(clone: Clone, asked: argparse.Namespace) -> None:
    """Run one of the two commands."""
    with locked(clone.id):
        if not records.hosts(clone):
            raise LabError(
                "there is no host, so there is no CA and no DNS: run `bin/lab up NAME` first"
            )
        if asked.command == "acme":
            steer_acme(clone, asked)
        elif asked.name:
            dns.override(clone, asked.name, asked.records)
            surroundings.announce(clone)
        else:
            for name, kept in dns.overridden(clone).items():
                print(name, *kept)


def steer_acme(clone: Clone, asked: argparse.Namespace) -> None:
    """Run `bin/lab acme`."""
    authority = AUTHORITIES[asked.authority]
    if asked.verb == "requests":
        print("".join(f"{line}\n" for line in acme.requests(clone, authority)), end="")
        return
    manner = Manner(asked.verb == "stop", asked.refuse_nonces, asked.account)
    acme.change(clone, authority, network.gateway(records.subnet(clone)), manner)
