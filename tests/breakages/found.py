"""What happened to each breakage, and the table of it."""

from dataclasses import dataclass, field

from tests.breakages.breakage import Breakage

COLUMNS = ("named", "shown", "mended", "noticed")
HEADS = ("named by `tests/host`", "shown by `status`", "mended by a deploy", "noticed by itself")
INTRODUCTION = """# What is found and mended

`bin/test breakages` breaks a deployed host in each of these ways, and writes this table.

- **Named by `tests/host`**: `.venv/bin/pytest tests/host` fails, and says what differs.
- **Shown by `status`**: `bin/slipway status` has a line of attention, or fails with the reason.
- **Mended by a deploy**: the next deploy ends without an error. After it, nothing differs.
- **Noticed by itself**: within ten minutes the host sends an alert, or it has mended itself.

A column that does not apply is empty: no deploy opens a firewall or makes room on a disk, and
nobody can ask a host that reboots.

"""


@dataclass
class Found:
    """What was found of one breakage; None where nobody has looked."""

    row: Breakage
    broken: bool = False
    columns: dict[str, bool | None] = field(default_factory=lambda: dict.fromkeys(COLUMNS))
    told: str = ""
    """What was said where a column failed."""

    @property
    def missing(self) -> list[str]:
        """The columns that apply and do not hold."""
        return [name for name in COLUMNS if getattr(self.row, name) and not self.columns[name]]


def table(found: list[Found]) -> str:
    """The table as Markdown, with a line for each breakage and the sums at its end."""
    lines = [f"| Breakage | {' | '.join(HEADS)} |", "|---|---|---|---|---|"]
    for one in found:
        marks = [mark(one, name) for name in COLUMNS]
        lines.append(f"| {one.row.name} | {' | '.join(marks)} |")
    sums = [total(found, name) for name in COLUMNS]
    lines.append(f"| **{len(found)} in all** | {' | '.join(sums)} |")
    return "\n".join(lines) + "\n"


def mark(found: Found, column: str) -> str:
    """yes, no, or nothing where the column does not apply."""
    if not getattr(found.row, column):
        return ""
    return "yes" if found.columns[column] else "no"


def total(found: list[Found], column: str) -> str:
    """How many of those that the column applies to."""
    applies = [one for one in found if getattr(one.row, column)]
    return f"{sum(bool(one.columns[column]) for one in applies)} of {len(applies)}"
