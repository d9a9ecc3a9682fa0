"""A place for programs that a fact's command finds first."""

from pathlib import Path

import pytest


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """A directory that is first on the PATH."""
    folder = tmp_path / "programs"
    folder.mkdir()
    return folder
