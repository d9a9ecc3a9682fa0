from __future__ import annotations

import pytest

from app.sign_in.forms import own_path


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example",
        "/\\evil.example",
        "https://evil.example",
        "\\\\evil.example",
        "evil",
        "",
        "/\t/evil.example",
        "/a\r\nLocation: x",
        "javascript:alert(1)",
        "/\N{FULLWIDTH SOLIDUS}evil",
    ],
)
def test_no_link_can_make_signing_in_lead_to_another_site(target: str) -> None:
    assert own_path(target) is None
