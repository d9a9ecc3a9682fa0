"""Which suites a run takes: by words, by what was changed, or by the commit."""

from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from tests.tiers import ALL, PARTS, SOURCES, SUITES, Source, Suite

ROOT = Path(__file__).resolve().parents[2]
BY_NAME = {suite.name: suite for suite in SUITES}


class UnknownSuiteError(Exception):
    """A word that names no suite."""


def owners(path: str) -> list[str]:
    """Name the suites that a file belongs to."""
    return [
        suite.name
        for suite in SUITES
        if any(path == tests or path.startswith(f"{tests}/") for tests in suite.tests)
    ]


def source(path: str) -> Source | None:
    """Find the line of the table that a file is of."""
    return next((s for s in SOURCES if any(fnmatchcase(path, glob) for glob in s.globs)), None)


def touched(path: str) -> set[str]:
    """Name the suites that a change of a file can break."""
    found = source(path)
    return {"unit", *owners(path), *(ALL if found is None else found.suites)}


def deployed(path: str) -> bool:
    """Say whether a change of a file can change what a deploy puts on a host."""
    found = source(path)
    return found is None or found.deployed


def parts(suites: Iterable[Suite], count: int) -> list[set[str]]:
    """Divide suites into parts that take about as long as each other."""
    found = [(0, set[str]()) for _ in range(count)]
    for suite in sorted(suites, key=lambda suite: (-suite.budget, suite.name)):
        seconds, names = min(found, key=lambda part: part[0])
        found[found.index((seconds, names))] = (seconds + suite.budget, names | {suite.name})
    return [names for _, names in found]


def part_of(commit: str) -> set[str]:
    """Choose a part of the slow rest by a commit's hash, so that each has its turn."""
    slow = parts((suite for suite in SUITES if suite.tier == 4), PARTS)
    return slow[int(commit, 16) % PARTS]


def choose(words: Sequence[str], changed: Iterable[str], commit: str) -> list[Suite]:
    """Choose suites in the order of the table; only those whose tests are there.

    Raises UnknownSuiteError.
    """
    if not words:
        names = {suite.name for suite in SUITES if suite.tier <= 3} | part_of(commit)
    else:
        names = set().union(*(named(word, changed) for word in words))
    return [suite for suite in SUITES if suite.name in names and is_there(suite)]


def named(word: str, changed: Iterable[str]) -> set[str]:
    """Name the suites that a word stands for."""
    if word == "all":
        return set(ALL)
    if word == "changed":
        return set().union(*(touched(path) for path in changed))
    if word in BY_NAME:
        return {word}
    raise UnknownSuiteError(
        f"{word!r} is not a suite; the suites are all, changed, {', '.join(BY_NAME)}"
    )


def is_there(suite: Suite) -> bool:
    """Say whether this checkout has a suite's tests."""
    return all((ROOT / tests).exists() for tests in suite.tests)
