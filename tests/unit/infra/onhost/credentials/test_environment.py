"""Variables made of templates and secrets: whole, in a form that compose reads."""

import pytest

from infra.onhost.credentials import environment

SECRETS = {"a": b"pa$$ \"word\" 'x' \\ \\n\nend", "b": b"plain", "bad": b"\xff", "zero": b"a\0b"}


@pytest.mark.parametrize(
    ("template", "value"),
    [
        ("{b}", "plain"),
        ("{a}", "pa$$ \"word\" 'x' \\ \\n\nend"),
        ("<{b}|{b}> {{b}}", "<plain|plain> {b}"),
        ("redis://:{b}@redis:6379/0", "redis://:plain@redis:6379/0"),
        ("https://{b}:{a}@h", "https://plain:pa%24%24%20%22word%22%20%27x%27%20%5C%20%5Cn%0Aend@h"),
        ("key {a}", "key pa$$ \"word\" 'x' \\ \\n\nend"),
    ],
)
def test_a_template_gives_the_value(template: str, value: str) -> None:
    assert environment.value(template, SECRETS) == value


@pytest.mark.parametrize("template", ["{", "}", "{}", "{0}", "{a.b}", "{a!r}", "{a:>9}", "{A}"])
def test_what_is_no_name_in_braces_is_refused(template: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        environment.names(template)


@pytest.mark.parametrize(
    ("template", "reason"),
    [("{bad}", "is not UTF-8 text"), ("{zero}", "has a byte 0"), ("{b}" * 20001, "is longer")],
)
def test_what_no_variable_can_hold_is_refused_without_its_value(template: str, reason: str) -> None:
    with pytest.raises(ValueError, match=f"the variable X cannot be made: {reason}"):
        environment.text({"X": template}, SECRETS)


def test_each_variable_is_one_line_in_double_quotes_without_anything_to_expand() -> None:
    found = environment.text({"X": "{a}", "A": "{b}"}, SECRETS)
    assert found == b'A="plain"\nX="pa\\$\\$ \\"word\\" \'x\' \\\\ \\\\n\\nend"\n'
