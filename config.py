"""pyinfra's own configuration, which it reads first."""

import sys
from pathlib import Path

from pyinfra import config

sys.path.insert(0, str(Path(__file__).resolve().parent))  # before any installed `infra` or `app`
config.SUDO = True  # the login user becomes root

# pyinfra takes a missing inventory for one without hosts, and ends well.
for _word in sys.argv[1:]:
    if _word.endswith(".py") and not Path(_word).exists():
        sys.exit(f"there is no file {_word}")
