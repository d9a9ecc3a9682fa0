"""`python3 -m steady_rq worker` runs jobs of RQ; `check` says whether this host's worker lives."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from steady_rq import __version__
from steady_rq.check import FRESH, problem
from steady_rq.environment import Environment, SettingError

VARIABLES = """\
environment variables:
  REDIS_URL            unix:///path, redis://host:port/n or rediss://... (default:
                       redis://127.0.0.1:6379/0)
  REDIS_PASSWORD_FILE  file with the password, if the URL has none
  QUEUES               names of the queues by commas, the most urgent first; or
  QUEUE                the name of one queue (default: default)
  JOB_TIMEOUT          seconds that jobs may take: the log warns of those that may take longer
"""
WORKER = """\
Runs the jobs of RQ's queues, with RQ's scheduler. SIGTERM or SIGINT: it takes no more jobs,
finishes the one that it runs, and ends.
"""
FILE = """\
A file steady_rq.conf.py, in the working directory or a folder in it, may set SERIALIZER ("json" or
a dotted path), WORKER_CLASS, JOB_CLASS, QUEUE_CLASS and EXCEPTION_HANDLERS.
"""
CHECK = f"""\
Exits with 0 if every worker of this host sent a heartbeat in the last {FRESH} seconds, as a healthy
worker does every 5 seconds. Else it exits with 1 and says why in one line.
"""


def parser() -> argparse.ArgumentParser:
    """The command line."""
    formatter = argparse.RawDescriptionHelpFormatter
    top = argparse.ArgumentParser("python3 -m steady_rq", description=__doc__,
                                  formatter_class=formatter)  # fmt: skip
    top.add_argument("--version", action="version", version=__version__)
    commands = top.add_subparsers(dest="command", required=True, metavar="worker | check")
    worker = commands.add_parser(
        "worker",
        help="run jobs until told to stop",
        description=WORKER,
        epilog=f"{FILE}\n{VARIABLES}",
        formatter_class=formatter,
    )
    worker.add_argument("queues", nargs="*", metavar="QUEUE", help="instead of $QUEUES")
    worker.add_argument("--serializer", help="instead of SERIALIZER in the file")
    worker.add_argument("--config", type=Path, metavar="FILE", help="instead of steady_rq.conf.py")
    worker.add_argument("--burst", action="store_true", help="end when no job waits")
    commands.add_parser("check", help="say whether this host's worker lives", description=CHECK,
                        epilog=VARIABLES, formatter_class=formatter)  # fmt: skip
    return top


def main(words: list[str], variables: Mapping[str, str]) -> int:
    """Do what the command line says; return the exit code."""
    arguments = parser().parse_args(words)
    try:
        environment = Environment.read(variables)
    except SettingError as error:
        print(error, file=sys.stderr)
        return 1
    return check(environment) if arguments.command == "check" else work(environment, arguments)


def check(environment: Environment) -> int:
    """Check this host's worker."""
    found = problem(environment)
    print(found or "ok")
    return 1 if found else 0


def work(environment: Environment, arguments: argparse.Namespace) -> int:
    """Run a worker."""
    from steady_rq import config_file, known

    if reason := known.refusal():
        print(f"the worker does not start: {reason}", file=sys.stderr)
        return 1
    from steady_rq import runner

    try:
        path = arguments.config or config_file.find()
        options = config_file.read(path) if path else config_file.Options()
        if arguments.serializer:
            options = replace(options, serializer=arguments.serializer)
        runner.worker_class(options)
    except ValueError as error:
        print(f"the worker does not start: {error}", file=sys.stderr)
        return 1
    environment = replace(environment, queues=tuple(arguments.queues) or environment.queues)
    return runner.run(environment, options, arguments.burst)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))
