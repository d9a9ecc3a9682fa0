"""Paths on the host, in containers and in URLs."""

from typing import Annotated

from infra.settings.fields.meaning import Pattern

HostFolder = Annotated[
    str,
    Pattern(
        "an absolute path of letters, digits and `. _ -`, without `..`, like `/srv/docker`",
        r"(/(?!\.\.?(/|$))[A-Za-z0-9_.-]+)+",
    ),
]
ContainerPath = Annotated[
    str,
    Pattern(
        "an absolute path of letters, digits and `. _ -`, without `..`, like `/srv/data`",
        r"(/(?!\.\.?(/|$))[A-Za-z0-9_.-]+)+",
    ),
]
VolumePath = Annotated[
    str,
    Pattern(
        "a path in the source, like `instance`, or an absolute path below `/srv` or `/data`,"
        " but not in `/srv/app`",
        r"(/(srv(?!/app(/|$))|data)/)?(?!\.\.?(/|$))[A-Za-z0-9_.-]+"
        r"(/(?!\.\.?(/|$))[A-Za-z0-9_.-]+)*",
    ),
]
UrlPath = Annotated[
    str,
    Pattern("a URL path of letters, digits and `. _ - /`, like `/healthz`", r"/[\w./-]*"),
]
UrlQuery = Annotated[str, Pattern("a URL path without spaces, like `/search?q=x`", r"/\S*")]
UrlPrefix = Annotated[
    str, Pattern("a URL path without a `/` at its end, like `/metrics`", r"(/[\w.-]+)+")
]
UrlFolder = Annotated[
    str,
    Pattern(
        "a URL path that begins and ends with `/`, like `/static/`",
        r"(/[A-Za-z0-9_-][A-Za-z0-9_.-]*)+/",
    ),
]
SocketFolder = Annotated[
    HostFolder,
    Pattern(
        "the path of a folder below `/run` or `/var/run` that is not Slipway's or Docker's, like"
        " `/run/postgresql`",
        r"(/var)?/run/(?!(secrets|web|health|docker|containerd|systemd|slipway[^/]*)(/|$)).+",
    ),
]
