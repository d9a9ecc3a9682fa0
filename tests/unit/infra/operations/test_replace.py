"""Only what differs is put on a host."""

import base64
import shlex

import pytest

from infra.facts.file_states import FileStates
from infra.hostfile import HostFile, archive
from infra.operations import whole_files
from tests.support.operations import Outcome, known, nothing, outcome

A_FILE = HostFile("/etc/slipway/a b", b"text", "640", 0, 10)
FOLDER = HostFile("/etc/slipway/c d", None, "2770", 1, 2)
STATES = {A_FILE.path: A_FILE.state(), FOLDER.path: FOLDER.state()}


def put(states: dict[str, str]) -> Outcome:
    wanted = [A_FILE, FOLDER]
    fact = known(FileStates, states, paths=tuple(file.path for file in wanted))
    return outcome(whole_files.replace, fact, files=wanted)


def test_files_in_place_are_left_alone() -> None:
    assert put(STATES) == nothing("2 files are in place")


@pytest.mark.parametrize(
    "state", ["640:0:10:0", "644:0:10:", "640:1:10:", "640:0:11:", "640:0:10:directory", ""]
)
def test_only_what_differs_is_put(state: str) -> None:
    digest_of_it = A_FILE.state().rsplit(":", 1)[1]
    found = put(STATES | {A_FILE.path: state + digest_of_it if state.endswith(":") else state})
    assert found.commands == [f"sh -c {shlex.quote(whole_files.UNPACK)}"]
    assert found.inputs == [base64.b64encode(archive([A_FILE])).decode()]


def test_directories_are_made_before_what_goes_into_them() -> None:
    found = put({})
    assert found.commands[0] == (
        "install --directory --mode 2770 --owner 1 --group 2 '/etc/slipway/c d'"
    )
    assert found.commands[1:] == [f"sh -c {shlex.quote(whole_files.UNPACK)}"]
