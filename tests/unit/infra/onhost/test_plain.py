"""What programs say becomes text: words and lines stay, what a terminal would obey goes."""

import pytest

from infra.onhost.plain import plain


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ("\x1b[1;31mERROR\x1b[0m: no", "ERROR: no"),
        ("\x1b[38;2;255;0;0mred\x1b[m", "red"),
        ("\x1b]0;a title\x07words", "words"),
        ("\x1b]8;;https://example.org\x1b\\a link\x1b]8;;\x1b\\", "a link"),
        ("\x1b(Bplain\x1b[?25h", "plain"),
        ("10%\r50%\r100%\n", "10%\n50%\n100%\n"),
        ("a line\r\nanother", "a line\nanother"),
        ("a\tb\x00c\x08d\x7f\x9be", "a\tbcde"),
        ("Grüße, 漢字 \N{SNOWMAN}", "Grüße, 漢字 \N{SNOWMAN}"),
        ("\x1b]without an end\nnext", "\nnext"),
        ("cut off \x1b", "cut off "),
    ],
)
def test_words_and_lines_stay(said: str, text: str) -> None:
    assert plain(said) == text
