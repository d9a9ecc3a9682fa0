"""What programs say, as text: nothing in it that a terminal would obey."""

import re

# Escape sequences (ECMA-48: CSI, OSC and its like, others), then the other control characters.
CONTROLS = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b[\]PX^_].*?(?:\x07|\x1b\\|$)|\x1b[ -/]*[0-~]?"
    r"|[\x00-\x08\x0b-\x1f\x7f-\x9f]",
    re.MULTILINE,
)
RETURNS = re.compile(r"\r+\n?")  # a bar of progress writes over its line


def plain(text: str) -> str:
    """The text without colours, moves and titles; a tab stays a tab.

    The journal keeps a line with such characters as data, and shows its size in its place.
    """
    return CONTROLS.sub("", RETURNS.sub("\n", text))
