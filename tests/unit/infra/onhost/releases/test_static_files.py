"""Static files on their way from an image to nginx, by archives as `docker cp` makes them."""

import io
import json
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from infra.onhost import manifest
from infra.onhost.command import Failure
from infra.onhost.releases import static_files
from infra.onhost.releases.static_files import publish, unpack
from tests.support.onhost import Host, new_host
from tests.support.processes import ROOT


def archive(*members: tuple[str, bytes, bytes]) -> io.BytesIO:
    """A tar of members: name, type, and content or the target of a link."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for name, kind, content in members:
            info = tarfile.TarInfo(name)
            info.type, info.mode, info.mtime = kind, 0o600, 1_700_000_000
            if kind == tarfile.REGTYPE:
                info.size = len(content)
            else:
                info.linkname = content.decode()
            tar.addfile(info, io.BytesIO(content))
    buffer.seek(0)
    return buffer


def file(name: str, content: bytes = b"content") -> tuple[str, bytes, bytes]:
    return name, tarfile.REGTYPE, content


def tar_of(host: Host, folder: str, *members: tuple[str, bytes, bytes]) -> None:
    """The docker of a host with an image that has these files in this folder."""
    kept = host.calls.with_name("archive.tar")
    kept.write_bytes(archive(*members).getvalue())
    host.program("docker", f"case $1-$2 in cp-slipway-static:{folder}/.) cat {kept};;"
                 " cp-*) echo 'Could not find the file' >&2; exit 1;; esac")  # fmt: skip


@pytest.mark.parametrize(("folder", "names"), [("/srv/static", ["a.css"]), ("/srv/none", [])])
def test_a_release_keeps_a_list_of_its_files(folder: str, names: list[str]) -> None:
    with new_host() as host:
        host.layout.static.mkdir(parents=True)
        host.release("a")
        tar_of(host, "/srv/static", file("./a.css"))
        publish(host, "a", "slipway/app:1", folder)
        listed = json.loads((host.layout.releases / "a" / "static.json").read_text())
        assert listed == {name: manifest.state(host.layout.static / name) for name in names}
        assert found(host.layout.static) == names
        assert host.called()[-1] == "docker rm --force --volumes slipway-static"


def test_files_of_any_size_are_copied_in_little_memory() -> None:
    """What is far larger than what the process may have."""
    with new_host() as host:
        host.layout.static.mkdir(parents=True)
        host.release("a")
        big = tarfile.TarInfo("./big.bin")
        big.size = 160 * 1024 * 1024
        head, zeros = host.calls.with_name("head"), big.size // 1024**2
        head.write_bytes(big.tobuf())
        send = f"cat {head}; head -c {zeros}M /dev/zero; head -c 10240 /dev/zero"
        host.program("docker", f"case $1 in cp) {send};; esac")
        script = (
            "import resource; resource.setrlimit(resource.RLIMIT_DATA, (2**26, 2**26));"
            "from pathlib import Path; from infra.onhost.layout import Layout;"
            "from infra.onhost.releases.static_files import publish;"
            "from infra.onhost.config import Host;"
            f"publish(Host(Layout(Path({str(host.root)!r})), None), 'a', 'an-image', '/static')"
        )
        subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=True)
        assert (host.layout.static / "big.bin").stat().st_size == big.size


@pytest.mark.parametrize(
    ("script", "told"),
    [
        ("echo 'no such container' >&2; exit 1", "an-image: no such container"),
        ("head -c 100000 /dev/urandom; exit 0", "the static files in /static of an-image: "),
        ("exec sleep 60", "not read after 0.3 s"),
    ],
)
def test_files_that_cannot_be_copied_are_a_failure(
    script: str, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(static_files, "COPY_SECONDS", 0.3)
    with new_host() as host:
        host.layout.static.mkdir(parents=True)
        host.release("a")
        host.program("docker", f"case $1 in cp) {script};; esac")
        with pytest.raises(Failure, match=told):
            publish(host, "a", "an-image", "/static")


def found(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_files_are_there_for_nginx_to_read_with_the_time_of_the_image(tmp_path: Path) -> None:
    given = archive((".", tarfile.DIRTYPE, b""), file("./a.1.css"), file("./in/b.2.js"))
    assert unpack(given, tmp_path) == ["a.1.css", "in/b.2.js"]
    assert found(tmp_path) == ["a.1.css", "in/b.2.js"]
    for name in found(tmp_path):
        state = (tmp_path / name).stat()
        assert (state.st_mode & 0o777, int(state.st_mtime)) == (0o644, 1_700_000_000)
    assert (tmp_path / "in").stat().st_mode & 0o005 == 0o005


def test_those_of_earlier_releases_stay(tmp_path: Path) -> None:
    unpack(archive(file("./old.1.css")), tmp_path)
    unpack(archive(file("./new.2.css")), tmp_path)
    assert found(tmp_path) == ["new.2.css", "old.1.css"]


def test_the_same_file_is_not_touched_and_another_replaces_it_as_a_whole(tmp_path: Path) -> None:
    unpack(archive(file("./a.css", b"one")), tmp_path)
    first = (tmp_path / "a.css").stat().st_ino
    unpack(archive(file("./a.css", b"one")), tmp_path)
    assert (tmp_path / "a.css").stat().st_ino == first
    with (tmp_path / "a.css").open() as reader:
        unpack(archive(file("./a.css", b"another")), tmp_path)
        assert reader.read() == "one"
    assert (tmp_path / "a.css").read_bytes() == b"another"


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE])
def test_links_and_devices_are_left_out(tmp_path: Path, kind: bytes) -> None:
    unpack(archive(("./passwd", kind, b"/etc/passwd"), file("./a.css")), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["a.css"]


@pytest.mark.parametrize("name", ["../out.css", "./a/../../out.css", "/tmp/out.css"])
def test_nothing_is_put_outside(tmp_path: Path, name: str) -> None:
    target = tmp_path / "static"
    target.mkdir()
    unpack(archive(file(name)), target)
    assert found(tmp_path) == []


def test_a_link_to_a_directory_is_no_way_out(tmp_path: Path) -> None:
    target, outside = tmp_path / "static", tmp_path / "outside"
    target.mkdir()
    outside.mkdir()
    unpack(archive(("./in", tarfile.SYMTYPE, str(outside).encode()), file("./in/a.css")), target)
    assert found(outside) == []
    assert found(target) == ["in/a.css"]
