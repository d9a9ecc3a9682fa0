"""A build that failed, by what pip, apt and buildx say: the reason first, and what to do."""

import pytest

from infra.onhost.diagnosis import builds

PIP = """\
#11 [venv 4/4] RUN --mount=type=secret,id=ca_bundle pip install --only-binary :all:
#11 3.120 Collecting flask==3.1.2
#11 4.511 ERROR: Could not find a version that satisfies the requirement uwsgi==2.0.31 (from versions: none)
#11 4.512 ERROR: No matching distribution found for uwsgi==2.0.31
#11 ERROR: process "/bin/sh -c pip" did not complete successfully: exit code: 1
------
 > [venv 4/4] RUN --mount=type=secret,id=ca_bundle pip install --only-binary :all::
4.512 ERROR: No matching distribution found for uwsgi==2.0.31
------
Dockerfile:24
ERROR: failed to solve: process "/bin/sh -c pip" did not complete successfully: exit code: 1
"""  # noqa: E501  as pip says it


@pytest.mark.parametrize(
    ("output", "reason", "advice"),
    [
        ("#9 1.0   cause: Because http-ece==1.2.1 has no usable wheels and you require"
         " http-ece==1.2.1, we can conclude that your requirements are unsatisfiable.",
         "there is no wheel of http-ece==1.2.1 for", "app.compile"),
        ("#9 1.0   x Failed to build `psycopg2==2.9.9`", "psycopg2==2.9.9 has no wheel",
         "app.build_packages"),
        ("#9 1.0 error: Hash mismatch for `flask==3.0.3`", "flask==3.0.3 is not the file",
         "app.requirements"),
        ("#9 1.0 error: Hash-checking is required, but no trusted hash was provided for:"
         " `werkzeug`",
         "lacks a hash of werkzeug", "make the lock anew"),
        ("#9 1.0   Caused by: invalid peer certificate: UnknownIssuer", "does not trust",
         "extra_ca_certificates"),
        (PIP, "there is no wheel of uwsgi==2.0.31 for", "app.system_packages"),
        ("#9 0.9 E: Unable to locate package graphvizz", "Debian has no package graphvizz",
         "correct app.system_packages"),
        ("#9 0.9 E: Package 'nope' has no installation candidate", "Debian has no package nope",
         "correct app.system_packages"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.",
         "its hash differs", "app.requirements"),
        ("ERROR: In --require-hashes mode, all requirements must have their versions pinned with"
         " ==. These do not:", "lacks versions or hashes", "--generate-hashes"),
        ("ERROR: failed to solve: debian:trixie-slimm: failed to resolve source metadata for"
         " docker.io/library/debian:trixie-slimm: not found",
         "the base image debian:trixie-slimm could not be had", "docker.base_image"),
        ("#5 ERROR: write /x: no space left on device", "the disk of the host is full", "prune"),
        ("#5 1.0 __main__.BrokenReferenceError: logo.svg is named and not there",
         "a static file names another that is not there: logo.svg is named and not there",
         "static folder"),
    ],
)  # fmt: skip
def test_the_reason_stands_first_and_what_to_do_second(
    output: str, reason: str, advice: str
) -> None:
    first, second, *rest = builds.explained(output.splitlines()).splitlines()
    assert first.startswith("the image could not be built: ")
    assert reason in first
    assert second.startswith("What to do: ")
    assert advice in second
    assert rest[0] == "The last lines:"
    assert len(rest) <= 16


def test_an_error_that_is_not_known_is_told_as_it_is() -> None:
    told = builds.explained(["#7 0.5 fatal: no such thing", "#7 DONE 0.6s"]).splitlines()
    assert told[0] == "the image could not be built: fatal: no such thing"
    assert told[1] == "The last lines:"


def test_an_exception_of_the_application_is_told_with_its_place() -> None:
    log = [
        "#9 0.1 Traceback (most recent call last):",
        '#9 0.1   File "/srv/app/static_files.py", line 3, in <module>',
        "#9 0.1     1 / 0",
        "#9 0.1 ZeroDivisionError: division by zero",
    ]
    told = builds.explained(log).splitlines()[0]
    assert told.endswith("ZeroDivisionError: division by zero (/srv/app/static_files.py, line 3)")


def test_a_build_without_a_word_is_told_so() -> None:
    assert builds.explained([]).startswith("the image could not be built: docker said nothing")
