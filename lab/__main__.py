"""Test hosts: plain Debian 13 machines booted on this one, with a CA and a registry mirror."""

import argparse
import shlex
import sys

from lab import records
from lab.disk import packages, ssh
from lab.disk.guest import USER
from lab.machines import boot, host, orphans
from lab.paths import Clone, this_clone, valid_name
from lab.progress import LabError
from lab.surroundings import authority, mirror, steer


def parser() -> argparse.ArgumentParser:
    """Describe the commands."""
    top = argparse.ArgumentParser(prog="bin/lab", description=__doc__)
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def add(name: str, text: str, argument: str | None = "NAME") -> argparse.ArgumentParser:
        new = commands.add_parser(name, help=text, description=text)
        if argument:
            new.add_argument("name", metavar=argument)
        return new

    up = add("up", "make a host, or start it again, and wait until SSH answers")
    up.add_argument(
        "--from", dest="saved", metavar="SAVED", help="make the host as a copy of this saved host"
    )
    down = add("down", "stop and delete a host", None)
    which = down.add_mutually_exclusive_group(required=True)
    which.add_argument("name", metavar="NAME", nargs="?")
    which.add_argument("--all", action="store_true", help="all hosts and all saved hosts")
    add("list", "list the hosts and the saved ones", None)
    session = add("ssh", "log in to a host, or run a command on it")
    session.add_argument("words", metavar="COMMAND", nargs=argparse.REMAINDER)
    add("reboot", "reboot a host and wait until SSH answers again")
    save = add("save", "save a copy of a host: `up --from` makes other hosts from it")
    save.add_argument(
        "saved", metavar="SAVED", nargs="?", help="name of the copy; without it, the host's name"
    )
    add("forget", "delete a saved host", "SAVED")
    add("env", "print a host's address, domain and files as shell assignments")
    steer.describe_acme(
        add("acme", "stop a CA, start it with other behaviour, or list its requests", None)
    )
    steer.describe_names(add("names", "change the DNS records of a name, or remove them", None))
    return top


def main() -> int:
    """Run one command."""
    packages.add_sbin_to_path()
    asked = parser().parse_args()
    clone = this_clone()
    try:
        for name in (getattr(asked, "name", None), getattr(asked, "saved", None)):
            if name is not None and asked.command != "names":
                valid_name(name)
        run(clone, asked)
    except (LabError, OSError) as error:
        print(f"lab: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def run(clone: Clone, asked: argparse.Namespace) -> None:
    """Choose what to do."""
    match asked.command:
        case "up":
            orphans.take_down()
            host.up(clone, asked.name, asked.saved)
        case "down":
            host.down_all(clone) if asked.all else host.down(clone, asked.name)
        case "list":
            print(listing(clone), end="")
        case "ssh":
            records.existing(clone, asked.name)
            ssh.session(clone, asked.name, asked.words)
        case "reboot":
            host.reboot(clone, asked.name)
        case "save":
            host.save(clone, asked.name, asked.saved or asked.name)
        case "forget":
            host.forget(clone, asked.name)
        case "env":
            print(assignments(clone, records.existing(clone, asked.name)), end="")
        case "acme" | "names":
            steer.run(clone, asked)


def listing(clone: Clone) -> str:
    """Write one line for each host and each saved one."""
    rows = [
        (h.name, "running" if boot.is_running(clone, h.name) else "stopped", h.address, h.domain)
        for h in sorted(records.hosts(clone), key=lambda h: h.name)
    ]
    rows += [(s.name, "saved", s.made, s.domain) for s in records.saved(clone).values()]
    return "".join("  ".join(row) + "\n" for row in rows)


def assignments(clone: Clone, found: records.Host) -> str:
    """Write what a shell can evaluate."""
    values = {
        "LAB_ADDRESS": found.address,
        "LAB_DOMAIN": found.domain,
        "LAB_CA": clone.files / "ca.pem",
        "LAB_SSH_CONFIG": clone.files / "ssh_config",
        "LAB_SSH_USER": USER,
        "LAB_ACME": authority.PRODUCTION.directory,
        "LAB_STAGING": authority.STAGING.directory,
        "LAB_STAGING_CA": clone.files / "staging-ca.pem",
        "LAB_MIRROR": mirror.URL,
        "LAB_EXTRA_CA": clone.files / "extra-ca.pem",
    }
    return "".join(f"{key}={shlex.quote(str(value))}\n" for key, value in values.items())


if __name__ == "__main__":
    sys.exit(main())
