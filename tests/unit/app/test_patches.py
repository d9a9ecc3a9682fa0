"""What the application replaces in other libraries, or uses though it is private, is as it was.

Each is written for one minor version. When that moves, check what the test names, then change the
version here and in pyproject.toml.
"""

from __future__ import annotations

import inspect
import tomllib
from importlib.metadata import version

import pytest
import rq_dashboard
from prometheus_client import values
from rq_dashboard import web

from app.extensions import rq_dashboard_patches
from tests.support.processes import ROOT

CHECKED = {
    "rq-dashboard": (
        "0.9",
        "app/extensions/rq_dashboard_patches.py: the names in rq_dashboard.web, the one script"
        " that is no file, and whether a page still needs a looser policy",
    ),
    "prometheus-client": (
        "0.26",
        "app/multiprocess_metrics.py: values.ValueClass and values.MultiProcessValue",
    ),
}


@pytest.mark.parametrize("library", CHECKED)
def test_the_installed_version_is_the_one_that_was_checked(library: str) -> None:
    checked, what = CHECKED[library]
    minor = ".".join(version(library).split(".")[:2])
    assert minor == checked, f"{library} is {version(library)} now. Check {what}."


@pytest.mark.parametrize("library", CHECKED)
def test_no_other_minor_version_can_be_locked(library: str) -> None:
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text())["dependency-groups"]
    assert f"{library}=={CHECKED[library][0]}.*" in groups["app"]


def test_rq_dashboard_has_the_names_that_are_replaced() -> None:
    source = inspect.getsource(web)
    for use in ("config.serializer", "Job.fetch(", "Worker.all(", "requeue_job(", "from_url("):
        assert use in source
    assert rq_dashboard.blueprint.name == rq_dashboard_patches.BLUEPRINT


def test_prometheus_client_has_the_names_that_are_replaced() -> None:
    assert "process_identifier" in inspect.signature(values.MultiProcessValue).parameters
    assert hasattr(values, "ValueClass")
