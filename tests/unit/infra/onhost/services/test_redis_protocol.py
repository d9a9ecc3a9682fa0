"""The protocol of Redis as the host's programs speak it, byte by byte."""

import io
from typing import Any

import pytest

from infra.onhost.services import redis


class Stream(io.BytesIO):
    """Keeps what is written apart from what is read."""

    written = b""

    def write(self, data: Any) -> int:
        self.written += data
        return len(data)


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        (b"+OK\r\n", "OK"),
        (b":-3\r\n", -3),
        (b"$4\r\n\xc3\xa9\r\n\r\n", "é\r\n"),
        (b"$0\r\n\r\n", ""),
        (b"$-1\r\n", ""),
        (b"*0\r\n", []),
        (b"*-1\r\n", []),
        (b"*3\r\n$1\r\na\r\n:1\r\n*1\r\n+b\r\n", ["a", 1, ["b"]]),
    ],
)
def test_the_protocol_is_spoken_in_bytes(answer: bytes, found: object) -> None:
    stream = Stream(answer + b"+NEXT\r\n")
    assert redis.command(stream, "GET", "é") == found
    assert stream.written == b"*2\r\n$3\r\nGET\r\n$2\r\n\xc3\xa9\r\n"
    assert stream.readline() == b"+NEXT\r\n"


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (b"-ERR not now\r\n", "ERR not now"),
        (b"*2\r\n+a\r\n-ERR nested\r\n", "ERR nested"),
        (b"", "the connection was closed"),
        (b"$5\r\nabc", "the connection was closed"),
        (b"*2\r\n+a\r\n", "the connection was closed"),
    ],
)
def test_an_error_and_half_an_answer_are_none(answer: bytes, told: str) -> None:
    with pytest.raises(ValueError, match=f"^{told}$"):
        redis.command(Stream(answer), "PING")
