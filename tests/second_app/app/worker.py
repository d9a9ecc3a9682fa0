"""Runs the jobs; with --check, says whether it does."""

from __future__ import annotations

import socket
import sys

from rq import Worker

from .dumps import client, queue


def main() -> int:
    name = socket.gethostname()
    if "--check" in sys.argv:
        return 0 if client().exists(f"rq:worker:{name}") else 1
    # A container that was restarted has its old name, and the one before may not have signed off.
    client().delete(f"rq:worker:{name}")
    Worker([queue()], name=name, connection=client()).work()
    return 0


if __name__ == "__main__":
    sys.exit(main())
