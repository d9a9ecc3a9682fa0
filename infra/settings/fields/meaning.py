"""What a value must be, in words: a refusal and the reference say it."""

import re
from dataclasses import dataclass

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema


@dataclass(frozen=True)
class Meaning:
    """What a value must be, as the reference says it."""

    words: str


@dataclass(frozen=True)
class Pattern(Meaning):
    """Text that the regular expression matches as a whole; a refusal says its meaning."""

    pattern: str

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self.check, handler(source))

    def check(self, value: str) -> str:
        """The value. Raises ValueError when it does not match."""
        if not re.fullmatch(self.pattern, value):
            raise ValueError(f"must be {self.words.replace('`', '')}")
        return value
