"""A host with an application that reads its secrets from variables, as others write them."""

from pathlib import Path
from typing import Any

import pytest

from tests.faults.conftest import Target

FOLDER = Path(__file__).parent
APP: dict[str, Any] = {
    "source": str(FOLDER / "app"),
    "requirements": str(FOLDER / "requirements.txt"),
    "generated_secrets": [],
    "secrets_in_environment": ["secret_key"],
}


def serve(target: Target, app: dict[str, Any] | None = None, **settings: Any) -> str:
    """Deploys the application with these settings; what the deploy says."""
    done = target.deploy(app=APP | (app or {}), **settings)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def served(target: Target) -> Target:
    """The application as it is deployed with few settings."""
    serve(target)
    return target
