"""The application of these tests is another one, which has no page of the example's."""

import pytest


@pytest.fixture(autouse=True)
def whole() -> None:
    """In place of the one that asks the example how it is."""
