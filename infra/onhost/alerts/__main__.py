"""What units run to send alerts, and to look after the watchdog.

usage: python3 -m onhost.alerts tell NAME | guard
"""

import sys

from ..layout import LAYOUT
from . import guard, send


def main(words: list[str]) -> int:
    """Runs one of the two; 0, or 1 after a line that says what failed."""
    try:
        match words:
            case ["tell", name]:
                send.tell(LAYOUT, name)
                # systemd looks for it: a program that was emptied ends well, too.
                (LAYOUT.alerted / f"{name}.done").touch()
            case ["guard"]:
                guard.look(LAYOUT)
            case _:
                send.say(__doc__ or "")
                return 2
    except send.NotSentError as error:
        send.say(str(error))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
