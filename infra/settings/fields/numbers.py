"""Whole numbers, and sizes of memory and files."""

from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

from infra.settings.fields.meaning import Meaning, Pattern

LEAST_MEMORY = 6  # megabytes: Docker gives no container less


def _integer(value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError("must be a whole number")  # noqa: TRY004  pydantic reports ValueError only
    return value


def _cpus(value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0.05 <= value <= 64:
        raise ValueError("must be a number of processors from 0.05 to 64, like 0.5")
    return value


def _memory(value: str) -> str:
    if megabytes(value) < LEAST_MEMORY:
        raise ValueError(f"must be {LEAST_MEMORY}m or more: Docker gives no container less")
    return value


Integer = Annotated[int, BeforeValidator(_integer), Meaning("a whole number")]
Port = Annotated[Integer, Field(ge=80, le=65535)]
Processes = Annotated[Integer, Field(ge=1, le=64)]
Seconds = Annotated[Integer, Field(ge=1, le=86400)]
Cpus = Annotated[
    float, BeforeValidator(_cpus), Meaning("a number of processors from 0.05 to 64, like `0.5`")
]
Size = Annotated[
    str, Pattern("a size in megabytes or gigabytes, like `256m` or `1g`", r"[1-9][0-9]{0,6}[mg]")
]
Memory = Annotated[Size, AfterValidator(_memory)]


def megabytes(size: str) -> int:
    """The megabytes of a size like 256m or 1g."""
    return int(size[:-1]) * (1024 if size.endswith("g") else 1)
