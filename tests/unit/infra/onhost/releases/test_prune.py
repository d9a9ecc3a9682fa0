"""Which releases and images stay on a host: real directories, and a docker that only notes."""

import json
from collections.abc import Iterator

import pytest

from infra.onhost.layout import LAYOUT
from infra.onhost.releases import history, prune
from tests.support.onhost import Host, entry, new_host, wanted

LIST = 'docker ps --all --format {{.Label "com.docker.compose.project"}}'


@pytest.fixture
def host() -> Iterator[Host]:
    """A host where a, b, c and d were live in turn, each with an image of its own."""
    with new_host() as host:
        last = ""
        for name in "abcd":
            host.release(name, image=f"slipway/app:{name}")
            history.write(host, entry(name, last))
            last = name
        host.layout.current.symlink_to("d")
        host.program("systemctl")
        docker(host)
        yield host


def docker(host: Host, projects: str = "", images: str = "abcd", removal: str = "") -> None:
    """The docker of a host with containers of these projects and these images."""
    names = " ".join(f"slipway/app:{name}" for name in images)
    host.program(
        "docker",
        f"case $1-$2 in ps-*) printf '%s\\n' {projects};; image-ls) printf '%s\\n' {names};;"
        f" image-rm) {removal or ':'};; esac",
    )


def left(host: Host) -> tuple[str, str, str]:
    """The releases, their directories for nginx, and the images to be removed."""
    prune.prune(host)
    removed = [call[-1] for call in host.called() if call.startswith("docker image rm ")]
    folders = (host.layout.releases, host.layout.web)
    found = ("".join(sorted(path.name for path in folder.iterdir())) for folder in folders)
    return *found, "".join(sorted(removed))  # type: ignore[return-value]  # of three


def test_the_last_releases_that_were_live_stay_whole(host: Host) -> None:
    assert left(host) == ("cd", "ccurrentd", "ab")
    for name in "cd":
        assert (host.layout.releases / name / "release.json").exists()
        assert (host.layout.web / name / "routes.conf").exists()
    host.calls.write_text("")
    docker(host, images="cd")
    assert left(host) == ("cd", "ccurrentd", "")
    assert LIST in host.called()


def test_a_release_that_was_refused_goes(host: Host) -> None:
    host.release("e", image="slipway/app:e")
    history.write(host, entry("e", "d", result=history.REFUSED))
    docker(host, images="abcde")
    assert left(host) == ("cd", "ccurrentd", "abe")


def test_after_a_rollback_the_one_that_was_left_stays(host: Host) -> None:
    host.layout.current.unlink()
    host.layout.current.symlink_to("a")
    back = entry("a", "d", "rollback")
    history.write(host, back)
    assert left(host) == ("ad", "acurrentd", "bc")


def test_the_current_release_stays_whatever_the_history_says(host: Host) -> None:
    host.layout.current.unlink()
    host.layout.current.symlink_to("b")
    assert left(host) == ("bcd", "bccurrentd", "a")
    host.layout.history.unlink()
    assert left(host)[0] == "b"


def test_a_release_with_a_job_to_finish_stays(host: Host) -> None:
    docker(host, projects="slipway-a slipway-a slipway-base another slipwayb")
    assert left(host) == ("acd", "accurrentd", "b")


def test_a_release_that_runs_or_would_start_with_the_host_stays(host: Host) -> None:
    host.program("systemctl", "echo slipway@a.service loaded active exited A")
    (host.layout.wanted_units / "slipway@b.service").touch()
    assert left(host) == ("abcd", "abccurrentd", "")


def test_only_images_of_the_application_and_its_tests_are_looked_at(host: Host) -> None:
    prune.prune(host)
    mine = "--filter reference=slipway/app:* --filter reference=slipway/acceptance:*"
    assert f"docker image ls {mine} --format {{{{.Repository}}}}:{{{{.Tag}}}}" in host.called()


def test_the_image_of_a_kept_release_s_tests_stays(host: Host) -> None:
    text = wanted("slipway/app:c", acceptance_image="slipway/acceptance:c").to_json()
    (host.layout.releases / "c" / "release.json").write_text(text)
    images = "acceptance*) echo slipway/acceptance:a slipway/acceptance:c;; esac"
    host.program("docker", f"case $* in 'image ls'*{images}")
    left(host)
    removed = [call for call in host.called() if call.startswith("docker image rm ")]
    assert removed == ["docker image rm slipway/acceptance:a"]


def test_a_release_that_cannot_be_read_keeps_every_image(host: Host) -> None:
    (host.layout.releases / "c" / "release.json").write_text("{")
    assert left(host) == ("cd", "ccurrentd", "")


def test_an_image_that_somebody_holds_is_left_and_named(
    host: Host, capsys: pytest.CaptureFixture[str]
) -> None:
    docker(host, removal="case $3 in *a) echo 'a container holds it' >&2; exit 1;; esac")
    assert left(host) == ("cd", "ccurrentd", "ab")  # both were tried
    told = capsys.readouterr().err
    assert told.startswith(
        "could not remove the image slipway/app:a: docker image rm slipway/app:a: exit code"
    )
    assert told.endswith("a container holds it\n")


def test_what_is_no_release_is_left_alone(host: Host) -> None:
    (host.layout.releases / "note of the operator.txt").touch()
    assert left(host) == ("cdnote of the operator.txt", "ccurrentd", "ab")


def static(host: Host, **lists: list[str] | None) -> list[str]:
    """The static files that are left where releases have these lists, or static files and none."""
    for name, listed in lists.items():
        folder = host.layout.releases / name
        (folder / "release.json").write_text(wanted(static_folder="/srv/static").to_json())
        if listed is not None:
            (folder / "static.json").write_text(json.dumps(listed))
    for path in ("one.1.css", "in/two.2.js", "in/old/three.3.js", "four.4.css", ".one.css.new"):
        (host.layout.static / path).parent.mkdir(parents=True, exist_ok=True)
        (host.layout.static / path).touch()
    left(host)
    found = host.layout.static.rglob("*")
    return sorted(str(path.relative_to(host.layout.static)) for path in found)


def test_static_files_that_a_kept_release_lists_stay_and_the_others_go(host: Host) -> None:
    lists = {"b": ["four.4.css"], "c": ["one.1.css"], "d": ["in/two.2.js", "one.1.css"]}
    assert static(host, **lists) == ["in", "in/two.2.js", "one.1.css"]


def test_static_files_stay_while_a_kept_release_has_no_list(host: Host) -> None:
    assert len(static(host, c=None, d=["one.1.css"])) == 7


@pytest.mark.parametrize(("named_by", "stays"), [("d", True), ("c", True), ("a", False)])
def test_the_programs_of_0_1_stay_while_a_kept_release_runs_one(
    host: Host, named_by: str, stays: bool
) -> None:
    programs = host.layout.library_0_1 / "onhost"
    programs.mkdir(parents=True)
    for name in "abcd":
        volume = LAYOUT.library_0_1 if name == named_by else "/elsewhere"
        compose = host.layout.releases / name / "compose.yaml"
        compose.write_text(f"      - {volume}:{volume}:ro\n")
    prune.prune(host)
    assert programs.exists() is stays
