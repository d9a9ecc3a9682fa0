"""The extra CAs, and the digests that decide what is put again."""

from pathlib import Path

import pytest
from jinja2 import UndefinedError

from infra import hostfile, trust
from infra.hostfile import HostFile, digest
from infra.onhost.layout import LAYOUT
from infra.settings import load
from tests.support.operations.certificates import make

GOOD = {"domain": "app.example.org", "email": "you@example.org"}


def test_each_ca_of_a_bundle_is_a_file_of_its_own(tmp_path: Path) -> None:
    make(tmp_path / "a.pem", "a.example.org")
    make(tmp_path / "b.pem", "b.example.org")
    pems = [(tmp_path / name).read_text().strip() for name in ("a.pem", "b.pem")]
    both, again = tmp_path / "both.pem", tmp_path / "again.pem"
    both.write_text(f"# comment\n{pems[0]}\nissuer: x\n{pems[1]}\n")
    again.write_text(pems[1])
    settings = load(GOOD | {"extra_ca_certificates": [str(both), str(again)]}, "one")
    found = trust.certificates(settings)
    assert sorted((file.content or b"").decode().strip() for file in found) == sorted(pems)
    assert len({file.path for file in found}) == 2
    for file in found:
        assert Path(file.path).parent == LAYOUT.ca_certificates
        assert Path(file.path).match("slipway-*.crt")


def test_a_template_that_lacks_a_value_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        hostfile.render("redis/redis.conf.j2")


FILE = HostFile("/a", b"a")


@pytest.mark.parametrize(
    "files",
    [
        [],
        [HostFile("/b", b"a")],
        [HostFile("/a", b"b")],
        [HostFile("/a", b"a", "600")],
        [HostFile("/a", b"a", "644", 1)],
        [HostFile("/a", b"a", "644", 0, 1)],
        [HostFile("/a")],
        [FILE, HostFile("/b", b"")],
    ],
)
def test_a_digest_changes_with_all_that_a_file_is(files: list[HostFile]) -> None:
    assert digest(files) != digest([FILE])


def test_a_digest_changes_with_its_words_and_not_with_the_order_of_files() -> None:
    other = HostFile("/b", b"b")
    assert digest([FILE, other]) == digest([other, FILE])
    assert digest([FILE], "a") != digest([FILE]) != digest([FILE], "b")
    assert len(digest([FILE])) == 12
