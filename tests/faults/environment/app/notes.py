"""Notes in a database that is somewhere else. Release 2 of the application gives each a colour."""

from __future__ import annotations

import os

from flask import Flask, Response, jsonify, request
from flask.typing import ResponseReturnValue
from sqlalchemy import create_engine, text
from sqlalchemy.engine import Engine

MIGRATIONS = {
    1: "CREATE TABLE note (text TEXT NOT NULL)",
    2: "ALTER TABLE note ADD COLUMN colour TEXT NOT NULL DEFAULT 'white'",
}


def engine() -> Engine:
    """As many connections as the server has threads, and none that is dead."""
    threads = int(os.environ.get("WEB_THREADS", "1"))
    url = os.environ["DATABASE_URL"].replace("postgresql://", "postgresql+psycopg://", 1)
    return create_engine(url, pool_size=threads, max_overflow=0, pool_pre_ping=True)


def register(app: Flask) -> None:
    """Add the pages of notes, on connections of this process' own."""
    database = engine()
    column = "colour" if os.environ.get("SCHEMA") == "2" else "'none'"

    def show() -> Response:
        with database.connect() as connection:
            rows = connection.execute(text(f"SELECT text, {column} FROM note ORDER BY text"))  # noqa: S608  one of two
            return jsonify([list(row) for row in rows])

    def add() -> ResponseReturnValue:
        with database.begin() as connection:
            connection.execute(text("INSERT INTO note (text) VALUES (:text)"),
                               {"text": request.get_data(as_text=True)})  # fmt: skip
        return "", 201

    def secure() -> Response:
        with database.connect() as connection:
            query = "SELECT version FROM pg_stat_ssl WHERE pid = pg_backend_pid()"
            return jsonify(connection.execute(text(query)).scalar())

    app.add_url_rule("/notes", view_func=show)
    app.add_url_rule("/notes", "add", view_func=add, methods=["POST"])
    app.add_url_rule("/secure", view_func=secure)


def migrate() -> None:
    """Run each migration once, all in one transaction."""
    with engine().begin() as connection:
        connection.execute(text("CREATE TABLE IF NOT EXISTS migration (number INTEGER)"))
        done = set(connection.execute(text("SELECT number FROM migration")).scalars())
        for number in range(1, int(os.environ["SCHEMA"]) + 1):
            if number not in done:
                connection.execute(text(MIGRATIONS[number]))
                connection.execute(text("INSERT INTO migration VALUES (:n)"), {"n": number})


if __name__ == "__main__":
    migrate()
