"""One way to break a deployed host by hand, and what must happen then."""

from dataclasses import dataclass

LOOK = "tests/host/test_inspection.py"


@dataclass(frozen=True)
class Breakage:
    """A row of the table. An expression that is empty says that its column does not apply."""

    name: str
    """A sentence: what somebody did."""
    breaks: str
    """Commands of a root shell on the host."""
    whole: str
    """A command of the host that fails while it is broken, and succeeds when it is mended."""
    said: str = ""
    """A regular expression for what names it, in tests/host, in the status and in an alert."""
    named: bool = True
    """By tests/host."""
    shown: bool = True
    """By `slipway status`."""
    mended: bool = True
    """By a deploy."""
    noticed: bool = True
    """By the host itself, within ten minutes: an alert, or it is whole again."""
    touches: str = ""
    """Words; rows that share one are not tried at once."""
    alone: bool = False
    """Nothing else can be tried at the same time."""
    reboots: bool = False
    """The host restarts before anybody looks."""
    undo: str = ""
    """Commands that mend what no deploy can, before the next one."""
    test: str = LOOK
    """The tests of the host that name it."""


def rounds(rows: list[Breakage]) -> list[list[Breakage]]:
    """The rows in groups that can be tried at once, those for themselves first."""
    found: list[list[Breakage]] = []
    for row in sorted(rows, key=lambda row: not (row.alone or row.reboots)):
        place = next((group for group in found if fits(row, group)), None)
        if place is None:
            found.append([row])
        else:
            place.append(row)
    return found


MOST = 9  # in a round: an alert has room for so many lines


def fits(row: Breakage, group: list[Breakage]) -> bool:
    """Whether a row can be tried with these."""
    alone = any(one.alone or one.reboots for one in [row, *group])
    taken = {word for one in group for word in one.touches.split()}
    return not alone and taken.isdisjoint(row.touches.split()) and len(group) < MOST
