"""The base of every section of the settings, and the refusal of a value in it."""

from typing import ClassVar

from pydantic import BaseModel, ConfigDict


class FieldError(ValueError):
    """A refused setting: its path, counted from the section that raises, and the reason."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(reason)
        self.path = path


class Section(BaseModel):
    """A part of the settings: an unknown key is refused, and nothing changes after the start."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    example: ClassVar[str]
    """Lines of the `settings` dict for docs/settings.md; a test loads them."""
