"""Putting files for real: what the operation sends to a host is run on this machine, as root."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.facts.file_states import FileStates
from infra.hostfile import HostFile, archive, directory, folder, text
from infra.operations.whole_files import UNPACK, directory_command, unpack_command
from tests.support.processes import children, until

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="gives files other owners: needs root")


def stagings() -> set[Path]:
    return set(Path("/opt").glob(".slipway-*"))


def run(command: str, given: object = "") -> subprocess.CompletedProcess[str]:
    """As pyinfra does it on a host: sh, and the files on standard input."""
    return subprocess.run(
        ["sh", "-c", command], input=str(given), capture_output=True, text=True, check=False
    )


def put(*files: HostFile) -> None:
    command = unpack_command(files)
    done = run(command.get_raw_value(), command.connector_arguments["_stdin"])
    assert (done.returncode, done.stderr) == (0, "")


def states(*files: HostFile) -> dict[str, str]:
    fact = FileStates()
    done = run(fact.command(tuple(file.path for file in files)))
    return fact.process(done.stdout.splitlines())


def name_of(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip()
    except OSError:
        return ""


def assert_gone(paths: set[Path]) -> None:
    """None of the paths stays. Other tests may unpack at the same time."""
    until(lambda: not any(path.exists() for path in paths), f"gone: {paths}")


@pytest.fixture
def _no_staging_remains() -> Iterator[None]:
    before = stagings()
    yield
    assert_gone(stagings() - before)


@pytest.mark.usefixtures("_no_staging_remains")
@pytest.mark.parametrize("name", ["plain", "with space", "quo'te\"$x", "-dash", "ünïcode", "a|b"])
def test_a_file_gets_its_content_mode_and_owner(tmp_path: Path, name: str) -> None:
    file = HostFile(str(tmp_path / name), b"\x00 any \xff bytes\n", "640", 10001, 10002)
    put(file)
    path = Path(file.path)
    found = path.stat()
    assert path.read_bytes() == file.content
    assert (found.st_mode & 0o7777, found.st_uid, found.st_gid) == (0o640, 10001, 10002)
    assert time.time() - found.st_mtime < 60  # the fact DockerStale compares times


def test_the_fact_then_says_that_all_is_in_place(tmp_path: Path) -> None:
    wanted = [
        text(tmp_path / "file", "text\n", "600"),
        text(tmp_path / "empty", "", "755"),
        directory(tmp_path / "a folder", "2770", 10001, 10011),
    ]
    assert states(*wanted) == {}
    run(directory_command(wanted[2]))
    put(*wanted[:2])
    assert states(*wanted) == {file.path: file.state() for file in wanted}


def test_a_file_is_replaced_as_a_whole(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("old content, longer than the new")
    with path.open() as reader:
        before = path.stat().st_ino
        put(text(path, "new"))
        assert reader.read() == "old content, longer than the new"
    assert path.read_text() == "new"
    assert path.stat().st_ino != before


def test_directories_on_the_way_are_made_and_can_be_entered(tmp_path: Path) -> None:
    put(text(tmp_path / "a" / "b" / "file", "text", "600"))
    assert (tmp_path / "a" / "b").stat().st_mode & 0o777 == 0o755


def test_what_is_not_named_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "other").write_text("other")
    tmp_path.chmod(0o711)
    put(text(tmp_path / "file", "text"))
    assert (tmp_path / "other").read_text() == "other"
    assert tmp_path.stat().st_mode & 0o777 == 0o711


def test_many_files_travel_in_one_command(tmp_path: Path) -> None:
    put(*(text(tmp_path / str(number), str(number)) for number in range(200)))
    assert sorted(int(p.read_text()) for p in tmp_path.iterdir()) == list(range(200))


@pytest.mark.usefixtures("_no_staging_remains")
def test_damage_on_the_way_puts_nothing_and_says_so(tmp_path: Path) -> None:
    command = unpack_command([text(tmp_path / "file", "text")])
    given = str(command.connector_arguments["_stdin"])
    done = run(command.get_raw_value(), given[: len(given) // 2])
    assert done.returncode != 0
    assert not list(tmp_path.iterdir())


@pytest.mark.usefixtures("_no_staging_remains")
def test_a_target_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "by").touch()
    command = unpack_command([text(tmp_path / "taken", "text")])
    done = run(command.get_raw_value(), command.connector_arguments["_stdin"])
    assert done.returncode != 0


def test_files_are_unpacked_where_only_root_looks() -> None:
    assert "umask 077; staging=$(mktemp -d /opt/.slipway-XXXXXX)" in UNPACK
    assert UNPACK.index("trap") < UNPACK.index("tar")


@pytest.mark.parametrize("sent", [signal.SIGHUP, signal.SIGTERM])
def test_an_unpacking_that_is_ended_leaves_nothing(sent: signal.Signals) -> None:
    command = ["sh", "-c", UNPACK]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        until(lambda: "tar" in map(name_of, children(process.pid)), "tar waits for its input")
        begun = stagings()
        process.send_signal(sent)
    assert process.returncode != 0
    assert begun
    assert_gone(begun)


def test_an_archive_of_the_same_files_has_the_same_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    files = [HostFile("/b", b"b"), HostFile("/a", b"a"), HostFile("/c")]
    first = archive(files)
    monkeypatch.setattr(time, "time", lambda: 1.0)
    assert archive(reversed(files)) == first


def test_a_folder_is_taken_without_caches_and_dot_files(tmp_path: Path) -> None:
    for name in (".hidden", "a.py", "__pycache__/a.pyc", "inner/b.sh", ".git/config"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name)
    (tmp_path / "inner" / "b.sh").chmod(0o700)
    assert folder(tmp_path, "app") == [
        HostFile("app/a.py", b"a.py"),
        HostFile("app/inner/b.sh", b"inner/b.sh", "755"),
    ]
