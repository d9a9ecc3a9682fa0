"""Wrong values of every kind in every setting: each refusal is one line in our own words."""

import datetime
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from infra.settings import Settings, SettingsError, load
from tests.support.settings import GOOD, refusal

VALUES: list[Any] = [
    None, True, 0, 1, -1, 1.5, float("nan"), float("inf"), 10**30,
    "", " ", "x", "a\nb", "a\x00b", "\ud800", "é", "x" * 5000, b"x", "{}", "{ge}",
    [], ["x"], [None], [["x"]], {}, {"a": 1}, {None: 1}, {"a\nb": "x"}, (), set(), frozenset("x"),
    object(), datetime.date(2026, 1, 1), Path("x"), Path(), Path("/dev/null"), Path("/"),
    "http://", "https://", "ftp://example.org", "https://exa mple.org", "https://[::1", "//x",
    "a@", "a@b", "a b@example.org", "<you@example.org>",
]  # fmt: skip
PYDANTICS = re.compile(r"(?i)input should|value is not|URL should|valid |unable to|pydantic")


def paths(model: type[BaseModel], *before: str) -> Iterator[tuple[str, ...]]:
    """The path of every setting, sections included."""
    for name, field in model.model_fields.items():
        yield (*before, name)
        kinds = (field.annotation, *getattr(field.annotation, "__args__", ()))
        for kind in kinds:
            if isinstance(kind, type) and issubclass(kind, BaseModel):
                yield from paths(kind, *before, name)


def nested(path: tuple[str, ...], value: Any) -> dict[str, Any]:
    for name in reversed(path[1:]):
        value = {name: value}
    return {path[0]: [value] if path[0] == "checks" and len(path) > 1 else value}


@pytest.mark.parametrize("path", list(paths(Settings)), ids=".".join)
def test_a_wrong_value_is_refused_in_lines_of_our_own(path: tuple[str, ...]) -> None:
    for value in VALUES:
        try:
            load(GOOD | nested(path, value), "one")
        except SettingsError as error:
            for line in error.lines:
                assert line.startswith(f"one: settings.{path[0]}"), line
                assert line.isprintable(), line
                assert not PYDANTICS.search(line), line


@pytest.mark.parametrize("value", ["", "x", "a@", "a@b", "a b@example.org", "a@example.org\n"])
def test_an_email_address_is_asked_for(value: str) -> None:
    assert refusal(email=value) == "email: must be an email address, like you@example.org"


@pytest.mark.parametrize("memory", ["1m", "5m"])
@pytest.mark.parametrize("section", ["web", "redis", "nginx"])
def test_less_memory_than_docker_gives_is_refused(section: str, memory: str) -> None:
    reason = "must be 6m or more: Docker gives no container less"
    assert refusal(**{section: {"memory": memory}}) == f"{section}.memory: {reason}"


def test_a_domain_that_is_too_long_is_refused_with_its_length() -> None:
    label = "a" * 60
    domain = f"{label}.{label}.{label}.{'a' * 47}.example.org"
    assert len(domain) == 242
    assert refusal(domain=domain) == "domain: must have 230 characters or fewer, has 242"
    assert load(GOOD | {"domain": domain[12:]}, "one").domain == domain[12:]


def test_a_file_and_a_folder_are_told_apart(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    assert refusal(app={"source": f"{tmp_path}/file"}) == (
        f"app.source: the path {tmp_path}/file is a file, not a folder"
    )
    os.mkfifo(tmp_path / "pipe")
    assert refusal(app={"requirements": f"{tmp_path}/pipe"}) == (
        f"app.requirements: the path {tmp_path}/pipe is not a regular file"
    )


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        (b"caf\xe9.py", r"the name of {folder}/caf\udce9.py is not UTF-8: rename it"),
        (b"sub/caf\xe9.py", r"the name of {folder}/sub/caf\udce9.py is not UTF-8: rename it"),
        (b"a\nb.py", r"the name of {folder}/a\nb.py has a line break: rename it"),
    ],
)
def test_a_name_that_no_host_can_be_told_is_refused(
    tmp_path: Path, name: bytes, reason: str
) -> None:
    (tmp_path / "sub").mkdir()
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name)).write_text("x")
    told = refusal(app={"acceptance": str(tmp_path)})
    assert told == f"app.acceptance: {reason.format(folder=tmp_path)}"


def test_a_file_that_is_not_sent_may_have_any_name(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/.git/caf\xe9")).write_text("x")
    assert load(GOOD | {"app": {"acceptance": str(tmp_path)}}, "one").app.acceptance == tmp_path
