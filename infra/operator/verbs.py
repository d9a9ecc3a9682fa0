"""The verbs of `slipway` on a host, run from the operator's machine: on this very terminal."""

import argparse
import itertools
import subprocess
import sys
from pathlib import Path
from typing import Any

from infra import origin
from infra.facts.login_shell import MARKER
from infra.onhost.layout import LAYOUT
from infra.onhost.verbs.commands import COMMANDS, OPTIONS
from infra.operator import ssh, way_in

VERBS = {name: text for name, (text, _) in COMMANDS.items()}
HOSTS_OPTIONS = ("--inventory", "--limit")
NOT_FOUND = 127  # a shell's exit code
INTERRUPTED = 130
ONE_HOST = {"shell", "run"}  # they have one input

Hosts = dict[str, dict[str, Any]]


def add_options(verb: argparse.ArgumentParser, name: str) -> None:
    """The options that the verb has on the host."""
    for option, how in OPTIONS.get(name, {}).items():
        if option != "--by":  # known here
            verb.add_argument(*option.split(", "), **how)


def ordered(words: list[str]) -> list[str]:
    """The words of a command line with those that say which hosts right behind the verb.

    argparse takes no words of a list that stand on both sides of an option.
    """
    if not words or words[0] == "run":  # whose command has words of its own
        return words
    first, rest, left = words[:1], [], iter(words[1:])
    for word in left:
        if word in HOSTS_OPTIONS:
            first += [word, *itertools.islice(left, 1)]
        elif word.startswith(tuple(f"{option}=" for option in HOSTS_OPTIONS)):
            first.append(word)
        else:
            rest.append(word)
    return [*first, *rest]


def run(hosts: Hosts, arguments: argparse.Namespace) -> int:
    """Runs the verb on each host, one after another; the first exit code that is not 0."""
    name = arguments.question
    if not hosts:
        return _refused("no host of the inventory is meant")
    if len(hosts) > 1 and (name in ONE_HOST or getattr(arguments, "follow", False)):
        return _refused(f"name one host by --limit: {', '.join(hosts)}")
    words = [str(LAYOUT.command), name, *_words(name, arguments)]
    code = 0
    for host, data in hosts.items():
        if len(hosts) > 1:
            print(f"{host}:", flush=True)
        code = code or _run(host, data, words, name)
    return code


def _run(host: str, data: dict[str, Any], words: list[str], verb: str) -> int:
    """The exit code of the verb on one host; what it shows goes where this program's does."""
    terminal = verb == "shell" or (sys.stdin.isatty() and sys.stdout.isatty())
    stdin = None if verb in ONE_HOST or terminal else subprocess.DEVNULL
    with way_in.folder() as folder:
        try:
            config = Path(folder, "ssh_config")
            command = ssh.command(host, data, words, config, terminal=terminal)
            if terminal:
                code = subprocess.run(command, check=False).returncode
            else:
                code = _without_greeting(command, stdin)
        except ssh.NoWayError as error:
            return _refused(str(error))
        except KeyboardInterrupt:
            return INTERRUPTED
    if code == ssh.NO_CONNECTION:
        return _refused(f"{host}: the connection failed; the line above says why")
    if code == NOT_FOUND and verb not in ONE_HOST:  # whose command's code it may be
        return _refused(f"{host}: Slipway is not there: deploy to it first")
    return code


def _without_greeting(command: list[str], stdin: int | None) -> int:
    """The exit code of a command whose output is shown from the marker on, as it comes."""
    with subprocess.Popen(command, stdin=stdin, stdout=subprocess.PIPE) as process:
        said: Any = process.stdout
        for line in said:
            if line.strip() == MARKER.encode():
                break
        while some := said.read1():
            sys.stdout.buffer.write(some)
            sys.stdout.buffer.flush()
    return process.returncode


def _words(name: str, arguments: argparse.Namespace) -> list[str]:
    """The verb's words for the host, as they were given here."""
    words, last = [], []
    for option, how in OPTIONS.get(name, {}).items():
        key = option.split(", ")[-1]
        value = getattr(arguments, key.lstrip("-"), None)
        if not key.startswith("-"):
            last += value if isinstance(value, list) else [value] if value else []
        elif how.get("action") == "store_true":
            words += [key] if value else []
        elif key == "--by":
            words += [key, origin.operator()]
        elif value != how.get("default"):
            words += [f"{key}={value}"]
    return [*words, *last]


def _refused(line: str) -> int:
    print(f"bin/slipway: {line}", file=sys.stderr)
    return 1
