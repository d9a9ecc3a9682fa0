"""Commands that reach sh on a host unchanged, whatever shell its user logs in with.

sshd gives each command to the login shell. csh reads a line break or a `!` between quotes in its
own way, and fish a backslash. Any shell may print a greeting before the command's own output.
"""

import base64
import gzip
import re
from collections.abc import Iterable

MARKER = "slipway-answers:"  # a greeting stands before it, the answer after it
# Between single quotes, sh, csh and fish read such text alike.
ALIKE = re.compile(r"[^'!\\\n]*")
LONGEST_WORD = 8000  # csh of BSD refuses words of 8192 characters
DECODE = '_s=$(echo {code} | base64 -d{unpack}) && eval "$_s"'


class LoginShellError(Exception):
    """The login shell ran no command."""


def portable(script: str) -> str:
    """The script for sh, written so that every login shell passes it on unchanged.

    Standard input and exit code stay those of the script.
    """
    if ALIKE.fullmatch(script) and len(script) < LONGEST_WORD:
        return script
    code = base64.b64encode(script.encode()).decode()
    if len(code) < LONGEST_WORD // 2:
        return DECODE.format(code=code, unpack="")
    code = base64.b64encode(gzip.compress(script.encode(), mtime=0)).decode()
    return DECODE.format(code=code, unpack=" | gzip -d")


def asked(script: str) -> str:
    """The script for sh, portable, and with a line that tells its answer from a greeting."""
    return portable(f"echo {MARKER}; {script}")


def answered(output: Iterable[str]) -> list[str]:
    """The lines that a script printed, without a greeting before them.

    Raises LoginShellError when the script never ran.
    """
    lines = list(output)
    if MARKER not in lines:
        said = " ".join(lines).strip() or "nothing"
        raise LoginShellError(f"the login shell ran no command; it said: {said}")
    return lines[lines.index(MARKER) + 1 :]
