"""A host in a directory: its layout, its settings, releases, and programs that only note."""

import contextlib
import json
import socket
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

import pytest

from infra.onhost import config
from infra.onhost.certificates import store
from infra.onhost.config import CertificateConfig, HostConfig
from infra.onhost.credentials import redis_users
from infra.onhost.layout import Layout
from infra.onhost.releases import release
from infra.onhost.releases.history import LIVE, Entry
from infra.programs import host_config
from infra.settings import load
from tests.support.operations.certificates import Authority, make

DOMAIN = "app.example.org"
SETTINGS = {"domain": DOMAIN, "email": "you@example.org", "keep_releases": 2}
CONFIG = host_config(load(SETTINGS, "one"))


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


class Host(config.Host):
    """A host whose files stand below a directory, and the calls of programs there."""

    @property
    def root(self) -> Path:
        """The directory."""
        return self.layout.root

    @property
    def calls(self) -> Path:
        """The file with a line for each call."""
        return self.root / "calls"

    def with_config(self, wanted: HostConfig) -> Self:
        """The same host, which knows these settings."""
        return replace(self, config=wanted)

    def on_port(self, port: int) -> Self:
        """The same host, with HTTPS on this port."""
        return self.with_config(replace(self.config, https_port=port))

    def changed(self, **values: Any) -> Self:
        """The same host, with other values of its configuration, or of its certificate's."""
        known = CertificateConfig.__dataclass_fields__
        terms = {name: value for name, value in values.items() if name in known}
        others = {name: value for name, value in values.items() if name not in known}
        certificate = replace(self.config.certificate, **terms)
        return replace(self, config=replace(self.config, certificate=certificate, **others))

    def with_settings(self, **settings: object) -> Self:
        """The same host, deployed with these settings."""
        return self.with_config(host_config(load(SETTINGS | settings, "one")))

    def program(self, name: str, script: str = "") -> None:
        """Puts a program first on PATH that notes its arguments and then runs this script."""
        path = self.root / "programs" / name
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
        folder = release.folder(self, name)
        folder.mkdir()
        text = wanted(server=server, **values).to_json()  # type: ignore[arg-type]  # see there
        (folder / release.CONFIG).write_text(text)
        release.socket(self, name, server).parent.mkdir(parents=True)
        release.socket(self, name, server).touch()
        release.routes(self, name).write_text(f"# passes to {server}\n")
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
        made = self.root / "made.pem"
        make(made, name, *others, days=days, by=by)
        private = made.with_name("made.pem.key")
        store.put(self, name, made.read_bytes(), private.read_bytes(), source)
        return store.chain(self, name)

    def history(self) -> list[dict[str, object]]:
        """The lines of the history as they stand there."""
        return [json.loads(line) for line in self.layout.history.read_text().splitlines()]


def _blank(root: Path) -> Host:
    """The host as a deploy makes it, before nginx, Redis and the first release."""
    host = Host(Layout(root), CONFIG)
    layout = host.layout
    folders = (
        *(layout.releases, layout.web, layout.secrets, layout.wanted_units, layout.nginx),
        *(layout.tls, layout.maintenance, layout.redis_sockets, layout.applied),
        *(layout.redis_users.parent, layout.lock.parent, root / "programs"),
    )
    for folder in folders:
        folder.mkdir(parents=True)
    host.calls.touch()
    layout.redis_users.write_bytes(redis_users.text(host))
    for file in (layout.virtual_hosts, layout.nginx_site):
        file.touch()
    return host


@contextlib.contextmanager
def new_host() -> Iterator[Host]:
    """A host that nothing was deployed to; its programs come first on PATH."""
    # Not pytest's directory: the path of a Unix socket may have 107 bytes only.
    with tempfile.TemporaryDirectory(prefix="slipway-") as name, pytest.MonkeyPatch.context() as on:
        host = _blank(Path(name))
        on.setenv("PATH", str(host.root / "programs"), prepend=":")
        yield host
