"""What stands in a release's directory, also in one of the version before."""

import json
from dataclasses import asdict

import pytest

from infra.onhost.command import Failure
from infra.onhost.releases import release
from tests.support.onhost import new_host, wanted


def test_what_is_written_is_read() -> None:
    given = wanted(release_command=True, release_command_limit=60, checks=[release.Check("/")])
    with new_host() as host:
        host.release("a", release_command=True, release_command_limit=60, checks=given.checks)
        assert release.load(host, "a") == given


def test_a_release_of_version_0_1_is_read_as_well() -> None:
    given = wanted(release_command=True, release_command_limit=60)
    data = asdict(given)
    data["before"] = data.pop("release_command")
    data["before_limit"] = data.pop("release_command_limit")
    with new_host() as host:
        folder = host.release("a")
        (folder / release.CONFIG).write_text(json.dumps(data))
        assert release.load(host, "a") == given


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"checks": [], "server": "uwsgi", "more": 1}'])
def test_a_damaged_release_is_a_failure_that_names_the_file(text: str) -> None:
    with new_host() as host:
        (host.release("a") / release.CONFIG).write_text(text)
        with pytest.raises(Failure, match=r"/releases/a/release\.json cannot be read: "):
            release.load(host, "a")
