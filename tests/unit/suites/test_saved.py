"""Which saved host a checkout takes, and which are forgotten."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.suites.saved import KEEP, Run, copy, digest, kept, outdated
from tests.suites.saved import NotReadyError as NotReady

NOW = datetime(2026, 3, 31, tzinfo=UTC)


def listed(*days: int) -> str:
    """The lab's list of hosts saved so many days ago, with others that are not the tests'."""
    rows = [
        f"deployed-{age}  saved  {(NOW - timedelta(days=age)).isoformat()}  test.slipway.test"
        for age in days
    ]
    others = ["test  running  10.0.0.2  test.slipway.test", "mine  saved  -  test.slipway.test"]
    return "".join(f"{row}\n" for row in (*others, *rows))


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    for name in ("deploy.py", "README.md", "infra/base.py", "tests/host/test_http.py"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    return tmp_path


def name(checkout: Path) -> str:
    paths = [path.relative_to(checkout) for path in checkout.rglob("*") if path.is_file()]
    return digest(checkout, map(str, paths))


def test_a_change_of_tests_or_documents_deploys_nothing(checkout: Path) -> None:
    before = name(checkout)
    (checkout / "tests/host/test_http.py").write_text("changed")
    (checkout / "README.md").unlink()
    assert name(checkout) == before


def test_a_change_of_what_is_deployed_makes_another_host(checkout: Path) -> None:
    names = [name(checkout)]
    (checkout / "infra/base.py").write_text("changed")
    names.append(name(checkout))
    (checkout / "infra/base.py").chmod(0o755)
    names.append(name(checkout))
    (checkout / "infra/base.py").rename(checkout / "infra/other.py")
    names.append(name(checkout))
    (checkout / "infra/other.py").unlink()
    names.append(name(checkout))
    assert len(set(names)) == len(names)


def test_only_the_tests_saved_hosts_count_the_newest_first() -> None:
    assert [saved for _, saved in kept(listed(5, 1, 3))] == [
        "deployed-1",
        "deployed-3",
        "deployed-5",
    ]


def test_the_last_saved_hosts_are_kept_unless_they_are_old() -> None:
    assert outdated(listed(*range(KEEP)), NOW) == []
    assert outdated(listed(*range(KEEP + 2)), NOW) == [f"deployed-{KEEP}", f"deployed-{KEEP + 1}"]
    assert outdated(listed(0, 31), NOW) == ["deployed-31"]


def recorder(failing: str = "") -> tuple[Run, list[str]]:
    said = list[str]()

    def run(command: tuple[str, ...], **environment: str) -> int:
        said.append(" ".join((*command, environment["TEST_HOST"])))
        return int(bool(failing) and failing in said[-1])

    return run, said


def test_a_copy_is_deployed_to_once_more_for_its_own_domain() -> None:
    run, said = recorder()
    copy(run, "test-x", "deployed-1")
    verbs = (
        "lab down test-x",
        "lab up test-x --from deployed-1",
        "lab ssh test-x",
        "lab ssh test-x",
        "pyinfra",
    )
    assert all(verb in line for verb, line in zip(verbs, said, strict=True)), said


def test_a_host_that_cannot_be_made_is_said_to_be_so() -> None:
    run, said = recorder(failing="lab up")
    with pytest.raises(NotReady, match=r"test-x: .*up test-x --from deployed-1 failed"):
        copy(run, "test-x", "deployed-1")
    assert len(said) == 2
