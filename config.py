"""pyinfra's own configuration, which it reads first."""

import sys
from pathlib import Path

from pyinfra import config

sys.path.insert(0, str(Path(__file__).resolve().parent))  # before any installed `infra` or `app`
config.SUDO = True  # the login user becomes root
