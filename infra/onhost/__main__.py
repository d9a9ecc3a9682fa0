"""The command `slipway` on the host."""

import argparse
import errno
import json
import os
import sys

from . import config
from .command import Failure, say
from .commands import ACTIONS, COMMANDS, OPTIONS
from .layout import LAYOUT

DISK = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO}  # no fault of the program's


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="slipway", description="Show and change what Slipway runs on this host."
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name in ACTIONS:
        if name in COMMANDS:
            text, _ = COMMANDS[name]
            command = commands.add_parser(name, help=text, description=text)
        else:
            command = commands.add_parser(name)
        for option, how in OPTIONS.get(name, {}).items():
            command.add_argument(*option.split(", "), **how)
    return parser


def main() -> int:
    """Runs one command; 0, 1 after a line that says what failed, or the command's own exit code."""
    parser = _parser()
    arguments = parser.parse_args()
    if os.geteuid():
        parser.error("needs root: run it with sudo")
    os.umask(0o022)
    try:
        host = config.load(LAYOUT)
        os.environ.update(host.config.proxies)  # for certbot, and whatever else asks the Internet
        result = ACTIONS[arguments.command](host, arguments)
    except Failure as failure:
        notes = getattr(failure, "__notes__", [])
        say("\n".join([f"slipway {arguments.command}: {failure}", *notes]))
        return 1
    except OSError as error:
        if error.errno not in DISK:
            raise
        say(f"slipway {arguments.command}: {error.filename or 'the disk'}: {error.strerror}")
        return 1
    if isinstance(result, int):
        return result
    if isinstance(result, str):
        print(result)
    elif result is not None:
        print(json.dumps(result))
    return 0


if __name__ == "__main__":
    sys.exit(main())
