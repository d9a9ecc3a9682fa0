"""What the servers import: the application that WEB_MODULE names, as `flask` would load it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.processes import ROOT

SOURCE = """
from flask import Flask
site = Flask("site")
def create_app(name="made", debug=False):
    return Flask(f"{name} {debug}")
def plain(environ, start_response):
    return []
number = 3
"""


def loaded(folder: Path, told: str) -> str:
    (folder / "web.py").write_text(SOURCE)
    shown = "getattr(a, 'import_name', None) or a.__name__"
    code = "import slipway_wsgi, json; a = slipway_wsgi.application.application"
    code += f"; print(json.dumps({shown}))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=False,
        env={"PYTHONPATH": f"{folder}:{ROOT / 'images/app'}", "WEB_MODULE": told},
    )  # fmt: skip
    if done.returncode:
        return done.stderr.splitlines()[-1]
    return str(json.loads(done.stdout))


@pytest.mark.parametrize(
    ("told", "name"),
    [
        ("web:site", "site"),
        ("web:create_app()", "made False"),
        ("web:create_app", "made False"),
        ("web:create_app('shop', debug=True)", "shop True"),
        ("web:site.wsgi_app", "wsgi_app"),
        ("web:plain", "plain"),  # not a factory: it takes what a server gives
        ("web:other", "slipway_wsgi.ModuleNameError: app.module: web has no other"),
        ("web:create_app(open('x'))",
         "slipway_wsgi.ModuleNameError: app.module: web:create_app(open('x')) is not like"
         " package.module:name"),
        ("web:number", "slipway_wsgi.ModuleNameError: app.module: web:number is no WSGI"
         " application, but <class 'int'>"),
        ("none:app", "ModuleNotFoundError: No module named 'none'"),
    ],
)  # fmt: skip
def test_it_is_what_the_name_says(tmp_path: Path, told: str, name: str) -> None:
    assert loaded(tmp_path, told) == name
