"""pyinfra's own configuration, which it reads first."""

import sys
from pathlib import Path

import pyinfra_cli.cli
from pyinfra import config

sys.path.insert(0, str(Path(__file__).resolve().parent))  # before any installed `infra` or `app`
config.SUDO = True  # the login user becomes root

_files = [word for word in sys.argv[1:] if word.endswith(".py")]
for _file in _files:
    if not Path(_file).exists():  # pyinfra takes a missing inventory for one without hosts
        sys.exit(f"there is no file {_file}")
if _files and {Path(_file).name for _file in _files[1:]} <= {"status.py", "history.py"}:
    # These change nothing: nobody need confirm that.
    pyinfra_cli.cli._do_confirm = lambda msg: True  # noqa: ARG005
    if "--json" in sys.argv:  # programs want the answers, and no account of changes
        from infra import show

        show.as_json = True
        pyinfra_cli.cli.print_run_json = show.document
