"""nginx' own answers: who gets a page, and who JSON."""

import re

import pytest
from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header

from infra.settings import answers
from tests.support.nginx import DEFAULTS, base_file, nginx_conf, routes_conf, values

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"


def kind(accept: str) -> str:
    """What nginx' map makes of the header."""
    [block] = re.findall(
        r"map \$http_accept \$answer_kind {(.*?)^    }",
        nginx_conf(DEFAULTS),
        re.MULTILINE | re.DOTALL,
    )
    patterns = re.findall(r'"~\*(.*)" (\w+);', block)
    assert len(patterns) == len(answers.KINDS)
    found = (kind for pattern, kind in patterns if re.search(pattern, accept, re.IGNORECASE))
    return next(found, "json")


@pytest.mark.parametrize(
    "accept",
    [
        BROWSER,
        "text/html, application/json;q=0.9, */*;q=0.1",
        "text/*",
        "text/html;q=0.5",
        "",
        "*/*",
        "application/json",
        "application/problem+json, text/html;q=0.9",
        "text/html, application/json",
        "text/html;q=0, application/json;q=0",
        "application/*",
        "image/avif,image/webp,*/*;q=0.8",
    ],
)
def test_a_page_is_for_those_for_whom_the_application_has_one(accept: str) -> None:
    wanted = parse_accept_header(accept, MIMEAccept)
    json = max(wanted["application/problem+json"], wanted["application/json"])
    assert kind(accept) == ("html" if wanted["text/html"] > json else "json")


def test_every_server_has_a_page_for_each_of_nginx_s_own_errors() -> None:
    told = {words.split()[0] for words in values(base_file(DEFAULTS, "errors.conf"), "error_page")}
    told |= {
        word for words in values(routes_conf(DEFAULTS), "error_page") for word in words.split()
    }
    assert {str(status) for status in answers.PROBLEMS} <= told
    for text, count in ((nginx_conf(DEFAULTS), 2), (routes_conf(DEFAULTS), 1)):
        assert len(re.findall("include .*/pages.conf", text)) == count
