"""`checks`: requests that decide whether a release goes live."""

from typing import Annotated, ClassVar

from pydantic import Field

from infra.settings.fields.numbers import Integer
from infra.settings.fields.remote_paths import UrlQuery
from infra.settings.fields.section import Section


class Check(Section):
    """A request that a release must answer as expected, before and after it goes live.

    The health path only shows that the application answers. A check shows that it answers with the
    right page.
    """

    example: ClassVar[str] = """
"checks": [
    {"path": "/", "contains": "Welcome"},
    {"path": "/admin", "status": 401},  # must not be open to everybody
],
"""

    path: UrlQuery
    """Path of the GET request. It may have a query."""
    status: Annotated[Integer, Field(ge=100, le=599)] = 200
    """Expected HTTP status of the answer."""
    contains: str = ""
    """Text that the body of the answer must contain. Empty: any body is correct."""
