"""The notes, in SQLite on a volume. Release 2 of the application gives each a colour."""

from __future__ import annotations

import os
import sqlite3
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

SCHEMA = {
    1: "CREATE TABLE note (text TEXT NOT NULL)",
    2: "ALTER TABLE note ADD COLUMN colour TEXT NOT NULL DEFAULT 'white'",
}


@contextmanager
def database() -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(os.environ["DATABASE"], timeout=5)
    try:
        with connection:
            yield connection
    finally:
        connection.close()


def wanted() -> int:
    """The version of the schema that this release was written for."""
    return int(os.environ["SCHEMA"])


def texts() -> list[str]:
    columns = "text" if wanted() < 2 else "text, colour"
    with database() as connection:
        return [row[0] for row in connection.execute(f"SELECT {columns} FROM note")]  # noqa: S608


def add(text: str) -> None:
    with database() as connection:
        connection.execute("INSERT INTO note (text) VALUES (?)", [text])


def migrations() -> list[dict[str, Any]]:
    with database() as connection:
        rows = connection.execute("SELECT release, version, at FROM migration ORDER BY at")
        return [{"release": row[0], "version": row[1], "at": row[2]} for row in rows]


def migrate() -> None:
    """Bring the schema to the release's version, and write down who did it."""
    with database() as connection:
        connection.execute(
            "CREATE TABLE IF NOT EXISTS migration (release TEXT, version INTEGER, at REAL)"
        )
        [found] = connection.execute("SELECT coalesce(max(version), 0) FROM migration").fetchone()
        for version in range(found + 1, wanted() + 1):
            connection.execute(SCHEMA[version])
        row = [os.environ["RELEASE"], max(found, wanted()), time.time()]
        connection.execute("INSERT INTO migration VALUES (?, ?, ?)", row)


if __name__ == "__main__":
    if os.environ.get("BROKEN"):
        sys.exit("the migration is broken on purpose")
    migrate()
