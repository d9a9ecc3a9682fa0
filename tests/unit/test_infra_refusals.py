"""How wrong settings are refused: one line each, all at once, before the first connection."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from infra.checkout import CHECKOUT
from infra.settings import SettingsError, load, refuse_wrong

GOOD: dict[str, Any] = {"domain": "app.example.org", "email": "you@example.org"}
MEND = "Nothing was changed: mend the inventory and run again."
SECRET = "do-not-show-me"  # noqa: S105  what must appear nowhere


def refused(data: object) -> list[str]:
    with pytest.raises(SettingsError) as error:
        load(data, "one")
    assert str(error.value) == "\n".join(error.value.lines)
    assert SECRET not in str(error.value)
    return error.value.lines


def test_an_unknown_setting_is_named() -> None:
    assert refused(GOOD | {"doman": "x"}) == [
        "one: settings.doman: is not a setting (docs/settings.md lists them)"
    ]
    assert refused(GOOD | {"web": {"process": 2}}) == [
        "one: settings.web.process: is not a setting (docs/settings.md lists them)"
    ]


def test_missing_settings_are_named() -> None:
    assert refused({}) == [
        "one: settings.domain: is missing",
        "one: settings.email: is missing",
    ]


def test_everything_wrong_is_told_at_once() -> None:
    told = refused({"domain": "x", "web": {"processes": 0, "memory": "big"}, "redis": {"cpu": 1}})
    assert [line.split(": ")[1] for line in told] == [
        "settings.domain",
        "settings.email",
        "settings.web.processes",
        "settings.web.memory",
        "settings.redis.cpu",
    ]


@pytest.mark.parametrize("data", [None, [], "domain", [("domain", "app.example.org")]])
def test_a_host_without_a_dict_of_settings_is_told_what_it_needs(data: object) -> None:
    assert refused(data) == ['one: settings: must be a dict with at least "domain" and "email"']


@pytest.mark.parametrize("section", [None, 1, SECRET, ["processes"]])
def test_a_section_must_be_a_dict(section: object) -> None:
    [line] = refused(GOOD | {"web": section})
    assert line.startswith("one: settings.web: ")


@pytest.mark.parametrize("key", [1, None, ("a", "b")])
def test_a_key_that_is_no_text_is_refused(key: object) -> None:
    [line] = refused(GOOD | {"secrets": {key: "pyproject.toml"}})
    assert line.startswith("one: settings.secrets.")


def test_the_content_of_a_secret_file_is_shown_nowhere(tmp_path: Path) -> None:
    folder, empty, path = tmp_path / "folder", tmp_path / "empty", tmp_path / "secret"
    folder.mkdir()
    empty.touch()
    path.write_text(SECRET)
    told = refused(
        GOOD | {"secrets": {"a": str(folder), "b": str(empty), "Bad name": str(path), "c": 1}}
    )
    assert told[0] == "one: settings.secrets.a: there is no file"
    assert told[1] == "one: settings.secrets.b: the file is empty"
    assert told[2].startswith("one: settings.secrets.Bad name: ")
    assert told[3].startswith("one: settings.secrets.c: ")


def test_a_file_of_line_breaks_is_empty_as_well(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    path.write_text("\r\n\n")  # the line break at the end is never sent
    assert refused(GOOD | {"secrets": {"a": str(path)}}) == [
        "one: settings.secrets.a: the file is empty"
    ]


def test_a_file_that_cannot_be_read_is_refused() -> None:
    told = refused(GOOD | {"secrets": {"a": "/proc/self/mem"}})  # root may open any other
    assert told == ["one: settings.secrets.a: the file cannot be read: Input/output error"]


def test_relative_paths_count_from_the_checkout(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "here.pem").write_text("here")
    settings = load(GOOD | {"app": {"source": "redis"}, "secrets": {"a": "config.py"}}, "one")
    assert settings.app.source == CHECKOUT / "redis"
    assert settings.secrets["a"] == CHECKOUT / "config.py"
    [line] = refused(GOOD | {"extra_ca_certificates": ["here.pem"]})
    assert line == (
        f"one: settings.extra_ca_certificates.0: there is no file {CHECKOUT / 'here.pem'}"
    )


def test_absolute_paths_stay_as_they_are(tmp_path: Path) -> None:
    path = tmp_path / "a.pem"
    path.write_text("x")
    assert load(GOOD | {"extra_ca_certificates": [str(path)]}, "one").extra_ca_certificates == (
        path,
    )


def test_good_hosts_are_let_through_in_silence(capsys: pytest.CaptureFixture[str]) -> None:
    refuse_wrong([("one", GOOD), ("two", GOOD)])
    assert capsys.readouterr() == ("", "")


def test_every_wrong_host_is_printed_and_the_run_ends_with_2(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit) as end:
        refuse_wrong(iter([("one", {}), ("two", GOOD), ("three", GOOD | {"x": SECRET})]))
    assert end.value.code == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines() == [
        "one: settings.domain: is missing",
        "one: settings.email: is missing",
        "three: settings.x: is not a setting (docs/settings.md lists them)",
        MEND,
    ]


def deploy(inventory: Path) -> subprocess.CompletedProcess[str]:
    """What an operator runs, in the checkout."""
    return subprocess.run(
        [str(Path(sys.executable).with_name("pyinfra")), str(inventory), "deploy.py", "-y"],
        cwd=CHECKOUT,
        env={**os.environ, "PYINFRA_PROGRESS": "off"},
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )


def host(**settings: Any) -> str:
    """The source of an inventory with one host that nobody can connect to."""
    return f"hosts = [('127.0.0.1', {{'ssh_port': 1, 'settings': {settings!r}}})]\n"


@pytest.mark.parametrize(
    ("source", "line"),
    [
        (host(**GOOD, nginx={"https_port": 22}), "127.0.0.1: settings.nginx.https_port: "),
        (
            host(**GOOD, secrets={"a": "nowhere"}),
            "127.0.0.1: settings.secrets.a: there is no file",
        ),
        ("hosts = ['127.0.0.1']\n", "127.0.0.1: settings: must be a dict"),
        ("hosts = []\n", "inventory: names no host"),
    ],
)
def test_a_deploy_with_a_wrong_inventory_ends_before_it_connects(
    tmp_path: Path, source: str, line: str
) -> None:
    inventory = tmp_path / "inventory.py"
    inventory.write_text(source)
    done = deploy(inventory)
    said = done.stdout + done.stderr
    assert done.returncode == 2, said
    assert line in said
    assert MEND in said
    assert "Connecting" not in said
    assert "Traceback" not in said


def test_a_deploy_with_a_right_inventory_goes_on_to_connect(tmp_path: Path) -> None:
    inventory = tmp_path / "inventory.py"
    inventory.write_text(host(**GOOD))
    assert "Connecting" in deploy(inventory).stderr
