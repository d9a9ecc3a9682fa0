"""How wrong settings are refused: one line each, all at once, and never with a value."""

from pathlib import Path
from typing import Any

import pytest

from infra.settings import SettingsError, load, load_host, refuse_wrong
from tests.support.settings import GOOD, SECRET, refusal, refusals

END = "Nothing was changed. Correct the inventory and run the command again."


def test_an_unknown_setting_is_named() -> None:
    reason = "is not a setting (docs/settings.md lists all settings)"
    assert refusal(doman="x") == f"doman: {reason}"
    assert refusal(web={"process": SECRET}) == f"web.process: {reason}"


def test_missing_settings_are_named() -> None:
    with pytest.raises(SettingsError) as error:
        load({}, "one")
    assert str(error.value) == "one: settings.domain: is missing\none: settings.email: is missing"


def test_everything_wrong_is_told_at_once() -> None:
    told = refusals(domain="x", web={"processes": 0, "memory": "big"}, redis={"cpu": 1})
    assert [line.split(": ")[0] for line in told] == [
        "domain",
        "web.processes",
        "web.memory",
        "redis.cpu",
    ]


@pytest.mark.parametrize("data", [None, [], "domain", [("domain", "app.example.org")]])
def test_a_host_without_a_dict_of_settings_is_told_what_it_needs(data: object) -> None:
    with pytest.raises(SettingsError) as error:
        load(data, "one")
    expected = 'one: settings: must be a dict with at least "domain" and "email"'
    assert error.value.lines == [expected]


@pytest.mark.parametrize("section", [None, 1, SECRET, ["processes"]])
def test_a_section_must_be_a_dict(section: object) -> None:
    assert refusal(web=section) == "web: must be a dict"


@pytest.mark.parametrize("key", [1, None, ("a", "b")])
def test_a_key_that_is_no_text_is_refused(key: object) -> None:
    [line] = refusals(secrets={key: "/etc/hostname"})
    assert line.startswith("secrets.")
    assert line.endswith(": must be text")


class Host:
    """A host as pyinfra has it."""

    name = "one"

    def __init__(self, **data: Any) -> None:
        self.data = data


def test_a_host_s_paths_start_at_the_folder_of_its_inventory(tmp_path: Path) -> None:
    (tmp_path / "myapp").mkdir()
    given = GOOD | {"app": {"source": "myapp"}}
    found = load_host(Host(settings=given, inventory_folder=str(tmp_path)))
    assert found.app.source == tmp_path / "myapp"


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
        "three: settings.x: is not a setting (docs/settings.md lists all settings)",
        END,
    ]
