"""Why an image could not be built: the reason first, then what to do, then the last lines.

The output is docker buildx' with `--progress plain`: `#7 1.234 ` stands before what a step says.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from ..plain import plain
from . import python_errors

SHOWN_LINES = 15
DASHES = "------"
PREFIX = re.compile(r"^(#\d+ )?(\d+\.\d+ )?")
OWN_DOCKERFILE = "build it in a Dockerfile of your own (docs/bring-your-own-app.md)"


@dataclass(frozen=True)
class Known:
    """A line that says why, and what it means for who uses Slipway."""

    pattern: re.Pattern[str]
    reason: str
    """With the groups of the pattern by their numbers."""
    advice: str


KNOWN = (
    Known(
        re.compile(r"Because (\S+) has no (usable )?wheels"),
        r"there is no wheel of \1 for the image's Python and this machine",
        "lock a version that has one, or allow app.compile;"
        " app.build_packages installs the Debian packages that a compiler needs",
    ),
    Known(
        re.compile(r"(?:Failed to build|Failed to download and build) `([^`]+)`"),
        r"\1 has no wheel, and could not be compiled",
        "install the Debian packages with the headers that it needs by app.build_packages",
    ),
    Known(
        re.compile(r"Hash mismatch for `?([^`]+)`?"),
        r"\1 is not the file that the lock names: its hash differs",
        "make the lock file in app.requirements anew, and look at what has changed",
    ),
    Known(
        re.compile(r"no trusted hash was provided for: `([^`]+)`"),
        r"the lock file in app.requirements lacks a hash of \1",
        "make the lock anew, with all packages that it needs",
    ),
    Known(
        re.compile(r"invalid peer certificate"),
        "the build does not trust the package index's certificate",
        "behind a proxy that looks into TLS, name its CA in extra_ca_certificates",
    ),
    Known(
        re.compile(r"error sending request for url \((\S+)\)"),
        r"the build cannot reach \1",
        "look at the network and the name servers of the host, then deploy again",
    ),
    Known(
        re.compile(r"ERROR: No matching distribution found for (\S+)"),
        r"there is no wheel of \1 for the image's Python and this machine",
        "only wheels are installed, since the image has no compiler: lock a version that has one,"
        f" or {OWN_DOCKERFILE}; app.system_packages installs the Debian packages it needs",
    ),
    Known(
        re.compile(r"ERROR: Could not find a version that satisfies the requirement (\S+)"),
        r"there is no wheel of \1 for the image's Python and this machine",
        f"lock a version that has one, or {OWN_DOCKERFILE}",
    ),
    Known(
        re.compile(r"ERROR: THESE PACKAGES DO NOT MATCH THE HASHES"),
        "a package is not the one that the lock file names: its hash differs",
        "make the lock file in app.requirements anew, and look at what has changed",
    ),
    Known(
        re.compile(r"ERROR: (In --require-hashes mode|Hashes are required).*"),
        "the lock file in app.requirements lacks versions or hashes",
        "make it by uv pip compile --generate-hashes (docs/bring-your-own-app.md)",
    ),
    Known(
        re.compile(r"E: (Unable to locate package|Package) '?([^' ]+).*"),
        r"Debian has no package \2",
        "correct app.system_packages",
    ),
    Known(
        re.compile(r"no space left on device", re.IGNORECASE),
        "the disk of the host is full",
        "make room: docker builder prune --all removes what earlier builds have left",
    ),
    Known(
        re.compile(r"ERROR: (failed to solve|failed to build): (\S+): failed to resolve source.*"),
        r"the base image \2 could not be had",
        "look at docker.base_image, at docker.registry_mirror, and whether the host reaches it",
    ),
    Known(
        re.compile(
            r"NewConnectionError|ConnectTimeoutError|NameResolutionError|W: Failed to fetch \S+"
        ),
        "the build cannot reach the package index or Debian's mirror",
        "look at the network and the name servers of the host, then deploy again",
    ),
    Known(
        re.compile(r"CERTIFICATE_VERIFY_FAILED"),
        "the build does not trust the package index's certificate",
        "behind a proxy that looks into TLS, name its CA in extra_ca_certificates",
    ),
    Known(
        re.compile(r"BrokenReferenceError: (.*)"),
        r"a static file names another that is not there: \1",
        "correct the name in the application's static folder",
    ),
)


def explained(output: Iterable[str]) -> str:
    """What a person sees of a build that failed."""
    lines = [
        PREFIX.sub("", line).rstrip() for whole in output for line in plain(whole).splitlines()
    ]
    said = [line for line in lines if line and not line.startswith(("CANCELED", "DONE", "CACHED"))]
    reason, advice = _known(said) or _unknown(said)
    # Below a line of dashes buildx says it again, with the Dockerfile around it.
    own = said[: said.index(DASHES)] if DASHES in said else said
    shown = [f"  {line}" for line in own[-SHOWN_LINES:]]
    todo = [f"What to do: {advice}"] if advice else []
    return "\n".join([f"the image could not be built: {reason}", *todo, "The last lines:", *shown])


def _known(said: list[str]) -> tuple[str, str] | None:
    for known in KNOWN:
        for line in reversed(said):
            if found := known.pattern.search(line):
                return found.expand(known.reason), known.advice
    return None


def _unknown(said: list[str]) -> tuple[str, str]:
    if error := python_errors.last(said):
        return error.summary, ""
    errors = [line for line in said if re.match(r"(ERROR|error|E|fatal): ", line)]
    return (errors or said or ["docker said nothing"])[-1], ""
