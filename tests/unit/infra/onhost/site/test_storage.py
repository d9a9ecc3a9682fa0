"""Disks that are full or read-only: real file systems, mounted for the test."""

import os
import subprocess
from pathlib import Path

import pytest

from infra.onhost.site import storage
from tests.support.onhost import Host
from tests.support.onhost.mounts import mounted

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="mounts file systems: needs root")


def texts(host: Host) -> list[str]:
    """What is amiss with the two disks of the test, and not with this machine's own."""
    paths = (str(host.layout.state), str(host.layout.letsencrypt))
    found = storage.problems(host).values()
    assert all(one.remedy for one in found)
    return [one.text for one in found if any(path in one.text for path in paths)]


def fill(path: Path, megabytes: int) -> None:
    (path / "ballast").write_bytes(bytes(megabytes * 1024**2))


def test_room_is_no_problem_and_none_at_all_is(host: Host) -> None:
    path = host.layout.letsencrypt
    with mounted(path, "size=20m"):
        assert texts(host) == []
        fill(path, 17)
        assert texts(host) == []
        fill(path, 19)
        assert texts(host) == [f"the disk of {path} is nearly full: 95 %"]
        fill(path, 20)
        assert texts(host) == [f"the disk of {path} is full"]


def test_no_room_for_more_files_is_told(host: Host) -> None:
    path = host.layout.letsencrypt
    with mounted(path, "size=20m,nr_inodes=20"):
        for number in range(18):
            (path / str(number)).touch()
        assert texts(host) == [f"the disk of {path} has nearly no room for more files"]


def test_a_disk_that_became_read_only_is_told(host: Host) -> None:
    path = host.layout.letsencrypt
    with mounted(path, "size=20m"):
        subprocess.run(["mount", "-o", "remount,ro", path], check=True)
        [one] = [one for one in storage.problems(host).values() if str(path) in one.text]
    assert one.text == f"{path} is read-only"
    assert one.remedy.startswith(f"mount -o remount,rw $(findmnt -no TARGET -T {path});")
