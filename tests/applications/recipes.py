"""Applications of the shapes that people have, and what an operator writes to deploy each."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.applications.poetry import poetry_lock

HEALTH = """
@app.get("/healthz")
def alive():
    return "ok"
"""

SINGLE = {
    "app.py": f"""
from flask import Flask

app = Flask(__name__)
{HEALTH}

@app.get("/")
def index():
    return "a single file"
""",
    "requirements.txt": "Flask>=3\n",
}

BLOG = {  # a factory, an instance folder, a command of its own
    "pyproject.toml": """
[project]
name = "blog"
version = "1.0.0"
dependencies = ["flask>=3"]
""",
    "blog/__init__.py": """
import os

from flask import Flask


def create_app(test_config=None):
    app = Flask(__name__, instance_relative_config=True)
    app.config.from_mapping(DATABASE=os.path.join(app.instance_path, "blog.sqlite"))
    os.makedirs(app.instance_path, exist_ok=True)
    from . import db, posts

    db.init_app(app)
    app.register_blueprint(posts.bp)
    return app
""",
    "blog/posts.py": """
from flask import Blueprint

from blog.db import get_db

bp = Blueprint("posts", __name__)


@bp.get("/")
def index():
    return ",".join(row[0] for row in get_db().execute("SELECT text FROM post ORDER BY id"))


@bp.post("/<text>")
def write(text):
    with get_db() as connection:
        connection.execute("INSERT INTO post (text) VALUES (?)", (text,))
    return "", 201
""",
    "blog/db.py": """
import sqlite3

import click
from flask import current_app, g


def get_db():
    if "db" not in g:
        g.db = sqlite3.connect(current_app.config["DATABASE"])
    return g.db


@click.command("init-db")
def init_db_command():
    with current_app.open_resource("schema.sql") as file:
        get_db().executescript(file.read().decode())
    click.echo("Initialized the database.")


def init_app(app):
    app.teardown_appcontext(lambda _: g.pop("db").close() if "db" in g else None)
    app.cli.add_command(init_db_command)
""",
    "blog/schema.sql": "CREATE TABLE IF NOT EXISTS post (id INTEGER PRIMARY KEY, text TEXT);\n",
}

SHOP = {  # a package in src/, with absolute imports and static files
    "pyproject.toml": """
[project]
name = "shop"
version = "1.0.0"
requires-python = ">=3.11"
dependencies = ["flask>=3"]

[dependency-groups]
dev = ["pytest"]
""",
    "src/shop/__init__.py": """
from flask import Flask

from shop.prices import price


def create_app():
    app = Flask(__name__)
    app.add_url_rule("/", view_func=price)
    app.add_url_rule("/healthz", "alive", view_func=price)
    return app
""",
    "src/shop/prices.py": "def price():\n    return 'one euro'\n",
    "src/shop/static/style.css": "body { color: red }\n",
}

STORE = {  # locked by Poetry
    "pyproject.toml": """
[tool.poetry]
name = "store"
version = "1.0.0"
package-mode = false

[tool.poetry.dependencies]
python = ">=3.11,<4"
flask = "^3.0"

[tool.poetry.group.dev.dependencies]
pytest = "*"
""",
    "poetry.lock": poetry_lock("flask"),
    "store/__init__.py": SHOP["src/shop/__init__.py"].replace("shop", "store"),
    "store/prices.py": SHOP["src/shop/prices.py"],
}

MICROBLOG = {  # a module that starts a package, pins without hashes, a package without wheels
    "microblog.py": "from app import create_app\n\napp = create_app()\n",
    "config.py": """
import os

basedir = os.path.abspath(os.path.dirname(__file__))


class Config:
    SECRET_KEY = os.environ.get("SECRET_KEY") or "you-will-never-guess"
    DATABASE = os.environ.get("DATABASE_URL") or "sqlite:///" + os.path.join(basedir, "app.db")
""",
    "app/__init__.py": """
import http_ece
from flask import Flask

from config import Config


def create_app(config_class=Config):
    app = Flask(__name__)
    app.config.from_object(config_class)
    from app.main import bp

    app.register_blueprint(bp)
    return app
""",
    "app/main/__init__.py": """
from flask import Blueprint, current_app

bp = Blueprint("main", __name__)


@bp.get("/")
def index():
    return "blogging into " + current_app.config["DATABASE"]
""",
    "requirements.txt": "Flask==3.0.3\nWerkzeug==3.0.6\nhttp-ece==1.2.1\ngunicorn==20.1.0\n",
    "Dockerfile": """
FROM python:slim
COPY . .
RUN pip install -r requirements.txt
EXPOSE 5000
ENTRYPOINT ["./boot.sh"]
""",
    "boot.sh": "#!/bin/bash\nexec gunicorn -b :5000 --access-logfile - microblog:app\n",
    ".flaskenv": "FLASK_APP=microblog.py\n",
    "venv/pyvenv.cfg": "home = /usr/bin\n",
}

CONTAINED = {  # its own Dockerfile, with Debian's packages, and its own server
    "Dockerfile": """
ARG BASE_IMAGE=debian:trixie-slim
FROM ${BASE_IMAGE}
RUN apt-get update && apt-get install --yes --no-install-recommends gunicorn python3-flask
WORKDIR /site
COPY . .
CMD ["sh", "-c", "exec gunicorn --bind unix:$WEB_SOCKET hello:app"]
""",
    ".dockerignore": "*.md\n",
    "README.md": "Nothing of this reaches the image.\n",
    "hello.py": SINGLE["app.py"].replace("a single file", "its own image"),
}


@dataclass(frozen=True)
class Recipe:
    """An application, what is written to deploy it, and what comes of it."""

    files: dict[str, str]
    found: str
    """A line of the deploy."""
    page: str
    """What the front page says."""
    change: tuple[str, str, str]
    """A file, and what is replaced in it by what for the second release."""
    app: dict[str, Any] = field(default_factory=dict)
    """Settings of the section `app`, besides its source."""
    more: dict[str, Any] = field(default_factory=dict)
    """Other settings."""
    lock: tuple[str, ...] = ()
    """The command of uv that makes its lock, as its authors did."""

    def write(self, folder: Path) -> None:
        """Write the application's files."""
        for name, text in self.files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)


RECIPES = {
    "single": Recipe(
        SINGLE, "module: app:app, from app.py", "a single file",
        ("app.py", "a single file", "another file"),
    ),
    "blog": Recipe(
        BLOG, "module: blog:create_app(), from blog/__init__.py", "",
        ("blog/db.py", "g.db", "g.db"),
        app={"volumes": {"instance": "instance"}, "release_command": ["flask", "init-db"],
             "health_path": "/"},
    ),
    "shop": Recipe(
        SHOP, "module: shop:create_app(), from src/shop/__init__.py", "one euro",
        ("src/shop/prices.py", "one euro", "two euro"), lock=("lock",),
    ),
    "store": Recipe(
        STORE, "module: store:create_app(), from store/__init__.py", "one euro",
        ("store/prices.py", "one euro", "two euro"),
    ),
    "microblog": Recipe(
        MICROBLOG, "module: microblog:app, from FLASK_APP in .flaskenv", "blogging into db:///x",
        ("app/main/__init__.py", "blogging", "writing"),
        app={"dockerfile": None, "health_path": "/", "environment": {"DATABASE_URL": "db:///x"}},
    ),
    "contained": Recipe(
        CONTAINED, "image: built by the application's own Dockerfile", "its own image",
        ("hello.py", "its own", "another"),
        more={"web": {"server": "gunicorn"}},
    ),
}  # fmt: skip
