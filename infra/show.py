"""`bin/slipway`: show what the hosts of an inventory say of themselves, and run verbs on them."""

import argparse
import fnmatch
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from infra.checkout import CHECKOUT
from infra.operator import verbs

PYINFRA = Path(sys.executable).with_name("pyinfra")
FACT = "infra.facts.slipway.SlipwayText"
SILENT = {"error": "no answer: standard error shows the reason"}
QUESTIONS = {
    "status": "everything on one screen: release, containers, certificate, jobs, problems",
    "history": "the releases: who made them, when, how long it took, how it ended",
}


def main() -> int:
    """Prints the answers; 0, or 1 when a host does not answer."""
    arguments = parser().parse_args(verbs.ordered(sys.argv[1:]))
    if arguments.question in verbs.VERBS:
        return run_verb(arguments)
    question = f"{arguments.question} --json" if arguments.json else arguments.question
    asked = pyinfra(arguments, "fact", FACT, f"question={question}")
    answers = read(asked.stdout)
    hosts = list(answers)
    if asked.returncode:  # a host that could not be logged in to is not named in the answers
        listed = pyinfra(arguments, "debug-inventory")
        if listed.returncode:
            sys.stderr.write(listed.stderr)
            return listed.returncode
        hosts = chosen(json.loads(listed.stdout), arguments.limit)
    silent = [name for name in hosts if not answers.get(name)]
    if silent:
        sys.stderr.write(asked.stderr)
    show = as_json if arguments.json else as_text
    print(show({name: answers.get(name, []) for name in hosts}))
    return 1 if silent else 0


def run_verb(arguments: argparse.Namespace) -> int:
    """The exit code of a verb on the hosts that are meant."""
    listed = pyinfra(arguments, "debug-inventory")
    if listed.returncode:
        sys.stderr.write(listed.stderr)
        return listed.returncode
    found = json.loads(listed.stdout)
    names = chosen(found, arguments.limit)
    return verbs.run({h["name"]: h["data"] for h in found if h["name"] in names}, arguments)


def parser() -> argparse.ArgumentParser:
    """The command line."""
    found = argparse.ArgumentParser(prog="bin/slipway", description=__doc__.split(": ", 1)[1])
    questions = found.add_subparsers(dest="question", metavar="COMMAND", required=True)
    for name, text in {**QUESTIONS, **verbs.VERBS}.items():
        question = questions.add_parser(name, help=text, description=text)
        if name in QUESTIONS:
            question.add_argument(
                "--json",
                action="store_true",
                help="print one JSON object; its keys are the names of the hosts",
            )
        question.add_argument(
            "--inventory",
            default=str(CHECKOUT / "inventory.py"),
            metavar="FILE",
            help="the inventory file (default: inventory.py in the checkout)",
        )
        question.add_argument(
            "--limit",
            action="append",
            default=[],
            metavar="HOST",
            help="only these hosts: a name, a pattern or a group",
        )
        if name in verbs.VERBS:
            verbs.add_options(question, name)
    return found


def pyinfra(arguments: argparse.Namespace, *words: str) -> subprocess.CompletedProcess[str]:
    """Runs pyinfra in the checkout; what it says is kept back until it is needed."""
    inventory = Path(arguments.inventory)
    hosts = str(inventory.resolve()) if inventory.exists() else arguments.inventory
    limits = [word for limit in arguments.limit for word in ("--limit", limit)]
    return subprocess.run(
        [PYINFRA, "--json", *limits, hosts, *words],
        cwd=CHECKOUT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def read(output: str) -> dict[str, list[str]]:
    """The lines of each host that was logged in to; none from one that failed."""
    answers: dict[str, list[str]] = {}
    for found in json.loads(output or "{}").values():
        answers |= found
    return answers


def chosen(inventory: list[dict[str, Any]], limits: list[str]) -> list[str]:
    """The names of the hosts that pyinfra takes for these limits."""
    return [
        host["name"]
        for host in inventory
        if not limits
        or any(limit in host["groups"] or fnmatch.fnmatch(host["name"], limit) for limit in limits)
    ]


def as_json(answers: dict[str, list[str]]) -> str:
    """One document of all answers."""
    found = {
        name: json.loads("\n".join(lines)) if lines else SILENT for name, lines in answers.items()
    }
    return json.dumps(found)


def as_text(answers: dict[str, list[str]]) -> str:
    """Each answer under the name of its host."""
    return "\n\n".join(
        "\n".join([f"{name}:", *(f"  {line}" for line in lines or [SILENT["error"]])])
        for name, lines in answers.items()
    )


if __name__ == "__main__":
    sys.exit(main())
