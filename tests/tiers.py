"""Which tests there are, what they may cost, and which files they can be broken by."""

from dataclasses import dataclass, field
from enum import Enum


class Stand(Enum):
    """What a suite runs on."""

    HERE = "this machine alone"
    FIRST = "a host that is deployed to for the first time, or a copy of one"
    COPY = "a copy of the saved deployed host, named after the suite"
    OWN = "hosts that the tests boot themselves"


@dataclass(frozen=True)
class Suite:
    """Tests that run one after another, in a pytest process of their own."""

    name: str
    tier: int  # 1 unit, 2 a deploy, 3 from the saved host, 4 the slow rest; 5 only by its name
    budget: int  # seconds on two cores, the host included
    tests: tuple[str, ...]  # folders and files that belong to no other suite
    stand: Stand = Stand.HERE
    needs: tuple[str, ...] = ()  # functions of bin/test that install it
    steps: tuple[str, ...] = ()  # commands of a shell before pytest
    options: tuple[str, ...] = ()  # for pytest; also tests of other suites, run once more
    environment: dict[str, str] = field(default_factory=dict)


LANES = 2  # suites of the tiers 3 and 4 that run side by side
PARTS = 5  # into which the slow rest is divided; a run without words takes one of them

STYLE = (
    "ruff check",
    "ruff format --check",
    "mypy",
    "shellcheck bin/* .ci/* infra/operations/*.sh",
)
DEPLOY = "pyinfra tests/inventory.py deploy.py -y"
LOAD = "python3 -m tests.bench.releases $TEST_HOST"


SUITES = (
    Suite("unit", 1, 260, ("tests/unit",), needs=("redis_server",), steps=STYLE,
          options=("--numprocesses", "2")),
    Suite("host", 2, 240, ("tests/host", "tests/browser", "tests/faults/test_deploy_again.py"),
          Stand.FIRST, needs=("redis_server", "chromium")),
    Suite("releases", 3, 900, ("tests/faults/releases",), Stand.COPY),
    Suite("refusals", 3, 400, ("tests/faults/refusals",), Stand.COPY),
    Suite("verbs", 3, 400, ("tests/faults/verbs",), Stand.COPY),
    Suite("interrupted", 3, 600, ("tests/faults/interrupted",), Stand.COPY),
    Suite("operation", 3, 900, ("tests/faults/operation",), Stand.COPY),
    Suite("environment", 4, 500, ("tests/faults/environment",), Stand.COPY),
    Suite("gunicorn", 4, 90, (), Stand.COPY, steps=(DEPLOY,), options=("tests/host",),
          environment={"TEST_SETTINGS": '{"web": {"server": "gunicorn"}}'}),
    Suite("graders", 4, 240, ("tests/graders",), Stand.COPY, needs=("graders",)),
    Suite("certificates", 4, 600, ("tests/faults/certificates",), Stand.OWN),
    Suite("blank", 4, 400, ("tests/faults/blank",), Stand.OWN),
    Suite("histories", 4, 600, ("tests/faults/histories",), Stand.OWN),
    Suite("jobs", 4, 120, (), needs=("redis_server",), options=("tests/unit", "-m", "slow")),
    Suite("steady-rq", 4, 420, ("packages/steady-rq/tests",), needs=("redis_server",)),
    Suite("lab", 4, 180, ("tests/lab",), Stand.OWN),
    Suite("second-app", 4, 300, ("tests/second_app",), Stand.OWN),
    Suite("applications", 4, 900, ("tests/applications",), Stand.OWN),
    Suite("development", 4, 200, ("tests/development",), Stand.OWN),
    Suite("upgrade", 4, 360, ("tests/upgrade",), Stand.OWN),
    Suite("operators", 4, 900, ("tests/faults/operators",), Stand.COPY),
    # They take long, and have not been green in one piece yet: by their names, for now.
    Suite("processes", 5, 1200, ("tests/faults/processes",), Stand.COPY),
    Suite("breakages", 5, 1800, ("tests/breakages",), Stand.COPY),
    Suite("watchdog", 5, 1500, ("tests/faults/watchdog",), Stand.COPY),
    Suite("noticed", 5, 1200, ("tests/faults/noticed",), Stand.COPY),
    Suite("traffic", 5, 900, ("tests/faults/traffic",), Stand.COPY),
    # Measures and asserts nothing.
    Suite("bench", 5, 900, (), Stand.COPY, steps=(LOAD,)),
)  # fmt: skip

ALL = tuple(suite.name for suite in SUITES if suite.tier < 5)
HOSTED = tuple(name for name in ALL if name not in {"unit", "jobs", "steady-rq"})
DEPLOYED = tuple(name for name in HOSTED if name != "lab")
TESTED = ("host", "gunicorn", "second-app", "upgrade")  # they run tests/host


@dataclass(frozen=True)
class Source:
    """Files that the same suites can be broken by; the unit tests can be by any."""

    globs: tuple[str, ...]  # `*` stands for slashes, too
    suites: tuple[str, ...]
    deployed: bool = False  # a deploy puts them, or what they say, on the host under test


# The first line that matches a file counts. What no line matches can break all, and is deployed.
SOURCES = (
    Source(("*.md", "LICENSE", "docs/*", ".editorconfig", ".gitignore", ".gitattributes",
            ".pre-commit-config.yaml", ".github/*", ".gitlab-ci.yml", ".ci/*"), ()),
    # The tests
    Source(("tests/unit/*", "tests/support/*"), ("jobs",)),
    Source(("tests/faults/*/*", "tests/faults/test_*", "tests/breakages/*",
            "tests/browser/*", "tests/graders/*",
            "tests/applications/*", "tests/development/*", "tests/second_app/*", "tests/lab/*",
            "tests/upgrade/*"),
           ()),  # their own suite
    Source(("tests/faults/served.py",), ("operation", "certificates")),
    Source(("tests/faults/*",), DEPLOYED),
    Source(("tests/host/*",), TESTED),
    Source(("tests/bench/*",), ()),
    Source(("tests/inventory.py", "tests/demo.py"), DEPLOYED, deployed=True),
    Source(("tests/deployed.py", "tests/site.py"), DEPLOYED),
    Source(("tests/conftest.py", "tests/__init__.py", "tests/tiers.py", "tests/suites/*",
            "bin/test", "bin/venv", "pyproject.toml", "requirements/dev.txt"), ALL),
    # The lab
    Source(("lab/*", "bin/lab"), HOSTED, deployed=True),
    # What a deploy puts on a host
    Source(("infra/onhost/alerts/*", "infra/onhost/status/*", "systemd/slipway-alert*"),
           ("host", "operation", "noticed", "certificates", "upgrade", "watchdog"),
           deployed=True),
    Source(("infra/onhost/certificates/*", "infra/certificate.py"),
           ("host", "operation", "certificates", "blank", "upgrade"), deployed=True),
    Source(("infra/show.py", "maintenance.py", "rollback.py", "run.py", "bin/slipway"),
           ("host", "releases", "verbs", "interrupted", "operation", "upgrade"), deployed=True),
    Source(("compose/development.yaml",), ("development",)),
    Source(("packages/*/tests/*",), ("steady-rq",)),
    Source(("packages/*",), (*DEPLOYED, "jobs", "steady-rq"), deployed=True),
    Source(("app/*",), (*DEPLOYED, "jobs"), deployed=True),
    Source(("compose/*", "images/*", "infra/*", "nginx/*", "redis/*", "systemd/*",
            "config.py", "deploy.py", "group_data/*", "requirements/acceptance.txt",
            "requirements/certbot.txt", "requirements/deploy.txt", "requirements/gunicorn.txt",
            "requirements/jobs.txt", "requirements/uv.txt", "requirements/uwsgi.txt",
            "requirements/development.txt"), DEPLOYED, deployed=True),
    # What only people use
    Source(("requirements/graders.txt",), ("graders",)),
    Source(("inventory.py",), ("upgrade",)),
    Source(("bin/demo", "bin/lock"), ()),
)  # fmt: skip
