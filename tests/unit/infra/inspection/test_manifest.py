"""The manifest names all that a deploy puts, and no value of a secret."""

import json
from pathlib import Path

from infra.inspection import manifest
from infra.onhost.layout import LAYOUT
from infra.programs import UNITS
from infra.settings import load

SETTINGS = {"domain": "app.example.org", "email": "you@example.org"}


def test_the_manifest_holds_each_file_with_its_state() -> None:
    found = manifest.manifest(load(SETTINGS, "one"))
    for path in (LAYOUT.command, LAYOUT.host_config, LAYOUT.base_compose, LAYOUT.alerts,
                 LAYOUT.nginx_configuration, *(LAYOUT.units / name for name in UNITS)):  # fmt: skip
        assert found.files[str(path)].count(":") == 3
    assert found.files[str(LAYOUT.secrets)] == "700:0:0:directory"
    links = (LAYOUT.current_programs, LAYOUT.current_alert_programs, LAYOUT.certbot)
    assert set(found.links) == set(map(str, links))
    assert "docker.service" in found.enabled


def test_certbot_and_what_it_needs_are_named_with_their_versions() -> None:
    [packages] = manifest.manifest(load(SETTINGS, "one")).packages.values()
    assert {"certbot", "acme", "cryptography"} <= set(packages)


def test_a_given_secret_is_named_by_a_digest_that_root_alone_can_read(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("a secret of the operator")
    settings = load(SETTINGS | {"secrets": {"my_key": str(tmp_path / "key")}}, "one")
    file = manifest.file(settings)
    assert file.mode == "600"
    assert "a secret of the operator" not in (file.content or b"").decode()
    assert str(LAYOUT.secrets / "my_key") in json.loads(file.content or b"")["files"]
