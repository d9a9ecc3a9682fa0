"""A host in a directory: its layout, its configuration, releases, and programs that only note."""

import contextlib
import inspect
import json
import socket
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from infra.inventory import load
from infra.onhost import command, layout
from infra.onhost.base import apply, maintenance
from infra.onhost.certificates import store
from infra.onhost.config import HostConfig
from infra.onhost.credentials import redis_users
from infra.onhost.releases import release
from infra.onhost.releases.history import LIVE, Entry
from infra.onhost.services import nginx
from infra.programs import host_config
from tests.support.operations.certificates import Authority, make

DOMAIN = "app.example.org"
SETTINGS = {"domain": DOMAIN, "email": "you@example.org", "keep_releases": 2}


def config(port: int = 443) -> HostConfig:
    """What this host is told of the settings, with HTTPS on this port."""
    return replace(host_config(load(SETTINGS, "one")), https_port=port)


def wanted(image: str = "slipway/app:1", **values: object) -> release.ReleaseConfig:
    """The configuration of a release; what is not said is as shipped."""
    given = {
        "server": "uwsgi",
        "start_limit": 5,
        "release_command": False,
        "static_folder": "",
    } | values
    return release.ReleaseConfig(image, **given)  # type: ignore[arg-type]  # of mixed types


def entry(name: str, previous: str = "", kind: str = "deploy", result: str = LIVE) -> Entry:
    """A switch in the history."""
    return Entry(f"{kind} of {name}", name, previous, kind, "me", "0123", 0.0, result=result)


@contextlib.contextmanager
def no_listener() -> Iterator[int]:
    """A port of this machine that nobody listens on, and nobody else gets."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield bound.getsockname()[1]


class Host:
    """The layout below a directory of its own, and what programs were called there."""

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.calls = root / "calls"
        self.calls.touch()
        self._programs = root / "programs"
        self._programs.mkdir()
        monkeypatch.setenv("PATH", str(self._programs), prepend=":")
        for name, path in vars(layout).copy().items():
            if isinstance(path, Path):
                monkeypatch.setattr(layout, name, root / path.relative_to("/"))
        for folder in (layout.RELEASES, layout.WEB, layout.SECRETS, layout.WANTED_UNITS,
                       layout.NGINX, layout.TLS, layout.MAINTENANCE, layout.REDIS_SOCKETS,
                       layout.APPLIED, layout.REDIS_USERS.parent, layout.LOCK.parent):  # fmt: skip
            folder.mkdir(parents=True)
        layout.REDIS_USERS.write_bytes(redis_users.text())
        for file in (layout.TLS_SERVERS, layout.NGINX_SITE):
            file.touch()
        # What took a path of the layout when it was imported.
        monkeypatch.setattr(nginx, "CONFIGURATION", layout.NGINX / "nginx.conf")
        monkeypatch.setattr(apply, "APPLIED", layout.APPLIED / "base.json")
        monkeypatch.setattr(maintenance, "FLAG", layout.MAINTENANCE / "on")
        monkeypatch.setattr(nginx.check, "__defaults__", (nginx.CONFIGURATION,))
        for function in (command.lock, command.locked):
            monkeypatch.setattr(inspect.unwrap(function), "__defaults__", (layout.LOCK,))

    def program(self, name: str, script: str = "") -> None:
        """Puts a program first on PATH that notes its arguments and then runs this script."""
        path = self._programs / name
        path.write_text(f'#!/bin/sh\necho "{name} $*" >> {self.calls}\n{script}\n')
        path.chmod(0o755)

    def note(self, call: str) -> None:
        """Adds a call that no program made."""
        with self.calls.open("a") as calls:
            calls.write(call + "\n")

    def called(self) -> list[str]:
        """The programs' calls so far."""
        return self.calls.read_text().splitlines()

    def release(self, name: str, server: str = "uwsgi", **values: object) -> Path:
        """Puts a release's files, its routes and a file where its socket would be."""
        folder = release.folder(name)
        folder.mkdir()
        text = wanted(server=server, **values).to_json()  # type: ignore[arg-type]  # see there
        (folder / release.CONFIG).write_text(text)
        release.socket(name, server).parent.mkdir(parents=True)
        release.socket(name, server).touch()
        release.routes(name).write_text(f"# passes to {server}\n")
        return folder

    def certificate(
        self,
        name: str = DOMAIN,
        *others: str,
        source: str = "acme",
        days: int = 90,
        by: Authority | None = None,
    ) -> Path:
        """Installs a certificate of this name and others, of nobody's or by a CA; its chain."""
        made = self.calls.with_name("made.pem")
        make(made, name, *others, days=days, by=by)
        private = made.with_name("made.pem.key")
        store.put(name, made.read_bytes(), private.read_bytes(), source)
        return store.chain(name)

    def history(self) -> list[dict[str, object]]:
        """The lines of the history as they stand there."""
        return [json.loads(line) for line in layout.HISTORY.read_text().splitlines()]


@contextlib.contextmanager
def new_host() -> Iterator[Host]:
    """A host that nothing was deployed to."""
    # Not pytest's directory: the path of a Unix socket may have 107 bytes only.
    with tempfile.TemporaryDirectory(prefix="slipway-") as name, pytest.MonkeyPatch.context() as on:
        yield Host(Path(name), on)
