"""Where this checkout is on the operator's machine."""

from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
