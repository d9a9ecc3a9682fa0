"""Programs on the host: running others, and replacing files."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from infra.checkout import CHECKOUT
from infra.onhost.command import Failure, replace, run, succeeds


def test_a_program_s_output_is_returned() -> None:
    assert run("sh", "-c", 'printf "%s" "$A"', env={"A": "a b"}) == "a b"


def test_a_program_gets_no_input_and_the_environment() -> None:
    assert run("cat") == ""
    assert run("sh", "-c", 'echo "$PATH"', env={"A": "x"}).strip() == os.environ["PATH"]


@pytest.mark.parametrize(
    ("script", "told"),
    [
        ("echo out; echo err >&2; exit 3", "sh -c x y: exit code 3: err"),
        ("echo out; exit 4", "sh -c x y: exit code 4: out"),
        ("exit 5", "sh -c x y: exit code 5: "),
    ],
)
def test_a_failure_tells_what_the_program_said(script: str, told: str) -> None:
    with pytest.raises(Failure) as failure:
        run("sh", "-c", f"{script} # x", "y", "z")
    assert str(failure.value) == told.replace(" x ", f" {script} # x ")


def test_of_a_long_complaint_the_last_lines_are_told() -> None:
    with pytest.raises(Failure) as failure:
        run("sh", "-c", "seq 1 100 >&2; exit 1")
    assert str(failure.value).endswith("exit code 1: " + "\n".join(map(str, range(93, 101))))


def test_a_missing_program_and_a_slow_one_are_failures() -> None:
    with pytest.raises(Failure, match=r"no-such-program: .*No such file"):
        run("no-such-program")
    with pytest.raises(Failure, match=r"^sleep 60: not finished after 0\.05 s$"):
        run("sleep", "60", timeout=0.05)


def test_what_a_slow_program_has_said_is_told() -> None:
    with pytest.raises(Failure) as failure:
        run("sh", "-c", "echo one; echo two >&2; exec sleep 60", timeout=1)
    assert str(failure.value).endswith(": not finished after 1 s\none\ntwo")


def test_whether_a_program_succeeds_is_all_that_is_asked(
    capfd: pytest.CaptureFixture[str],
) -> None:
    assert succeeds("sh", "-c", "echo noise; echo noise >&2")
    assert not succeeds("sh", "-c", "exit 3")
    assert capfd.readouterr() == ("", "")


needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="gives files to root: needs root")


@needs_root
def test_a_file_is_replaced_as_a_whole(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("the old content")
    with path.open() as reader:
        replace(path, b"new", 0o640, 10001)
        assert reader.read() == "the old content"
    found = path.stat()
    assert path.read_bytes() == b"new"
    assert (found.st_mode & 0o7777, found.st_uid, found.st_gid) == (0o640, 0, 10001)
    assert list(tmp_path.iterdir()) == [path]


@needs_root
def test_what_an_interrupted_writer_left_is_no_hindrance_and_goes(tmp_path: Path) -> None:
    left, at_work = tmp_path / ".file.a1.new", tmp_path / ".file.b2.new"
    for path in (left, at_work):
        path.write_text("half")
    os.utime(left, (1, 1))
    replace(tmp_path / "file", b"whole")
    assert sorted(path.name for path in tmp_path.iterdir()) == [".file.b2.new", "file"]
    assert (tmp_path / "file").read_bytes() == b"whole"


@needs_root
def test_all_may_write_one_file_at_once(tmp_path: Path) -> None:
    """Threads and processes: none fails, and what stands there is whole."""
    path = tmp_path / "file"
    script = (
        "import sys; from pathlib import Path; from infra.onhost.command import replace\n"
        "for n in range(150): replace(Path(sys.argv[1]), sys.argv[2].encode() * 5000)"
    )
    words = [sys.executable, "-c", script, str(path)]
    others = [subprocess.Popen([*words, letter], cwd=CHECKOUT) for letter in "ab"]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(replace, [path] * 300, [b"c" * 5000] * 300))
    assert [other.wait(60) for other in others] == [0, 0]
    assert path.read_bytes() in {letter * 5000 for letter in (b"a", b"b", b"c")}
    assert list(tmp_path.iterdir()) == [path]


@needs_root
def test_a_writer_that_fails_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").mkdir()
    with pytest.raises(OSError, match="directory"):
        replace(tmp_path / "file", b"content")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


@needs_root
def test_a_link_is_replaced_and_not_followed(tmp_path: Path) -> None:
    (tmp_path / "other").write_text("other")
    (tmp_path / "link").symlink_to("other")
    replace(tmp_path / "link", b"new")
    assert (tmp_path / "other").read_text() == "other"
    assert not (tmp_path / "link").is_symlink()


def test_what_a_program_says_in_colours_is_told_as_text() -> None:
    with pytest.raises(Failure) as failure:
        run("sh", "-c", r"printf '\033[31mred\033[0m 10%%\r\033]0;title\0072\n\377\n' >&2; exit 1")
    assert str(failure.value).endswith("exit code 1: red 10%\n2\n\ufffd")
