"""Facts about many files in one remote command: a round trip costs more than a digest."""

import re
import shlex
from collections.abc import Iterable

from infra.facts.fact import Fact

DIGEST = re.compile("([0-9a-f]{64})  (.*)")


class FileStates(Fact[dict[str, str]]):
    """The state of each path that exists: `mode:uid:gid:` and its SHA-256, or `directory`."""

    default = dict

    def command(self, paths: tuple[str, ...]) -> str:
        """Two programs for any number of paths."""
        quoted = " ".join(shlex.quote(path) for path in paths)
        return (
            f"stat --format '%a:%u:%g:%F|%n' -- {quoted} 2>/dev/null;"
            # With --zero, a backslash in a name is not written as two. What is missing is no error.
            f" sha256sum --zero -- {quoted} 2>/dev/null | tr '\\0' '\\n'; true"
        )

    def process(self, output: Iterable[str]) -> dict[str, str]:
        """States by path; the digest of a file takes the place of its type."""
        states: dict[str, str] = {}
        for line in output:
            if found := DIGEST.fullmatch(line):
                digest, path = found.groups()
                owner = states[path].rsplit(":", 1)[0]
                states[path] = f"{owner}:{digest}"
            else:
                state, _, path = line.partition("|")
                states[path] = state
        return states
