"""`checks`: requests that decide whether a release goes live."""

from typing import Annotated, ClassVar

from pydantic import Field

from infra.settings.fields.section import Section
from infra.settings.fields.types import Integer, UrlQuery


class Check(Section):
    """A request that a release must answer as expected, before and after traffic moves to it.

    The health path only says that the application can serve. A check says that it serves the
    right page.
    """

    example: ClassVar[str] = """
"checks": [
    {"path": "/", "contains": "Welcome"},
    {"path": "/admin", "status": 401},
],
"""

    path: UrlQuery
    """Path to ask by GET, with a query if you want."""
    status: Annotated[Integer, Field(ge=100, le=599)] = 200
    """Expected status of the answer."""
    contains: str = ""
    """Text that the body of the answer must contain."""
