"""What the look of each minute remembers, and what it has told."""

import pytest

from infra.onhost.attention import Attention
from infra.onhost.site import memory, watch
from infra.onhost.site.memory import Memory, Noticed
from tests.support.onhost import Host

NOW = 1_800_000_000.0  # 2027-01-15 08:00:00 UTC
DOWN = {"site app.example.org": Attention("https://app.example.org/: answered 502", "deploy")}
FULL = {"disk /var/lib/slipway": Attention("the disk is full", "make room")}


def told(known: Memory, found: dict[str, Attention], now: float) -> list[str]:
    """The subjects of the alerts of one look."""
    return [subject for _, subject, _ in watch.note(known, found, now)]


def test_an_alert_says_when_it_began_and_what_to_do() -> None:
    [(name, subject, text)] = watch.note(Memory(), DOWN, NOW)
    assert name == "slipway-site-site-app.example.org-began"
    assert subject == "https://app.example.org/: answered 502"
    assert text.splitlines() == [
        "Began: 2027-01-15 08:00:00 UTC",
        "To do: deploy",
        "",
        "On the host: slipway status",
    ]


def test_an_alert_says_when_it_ended() -> None:
    known = Memory()
    watch.note(known, DOWN, NOW)
    assert watch.note(known, {}, NOW + 300) == []
    [(name, subject, text)] = watch.note(known, {}, NOW + 360)
    assert name == "slipway-site-site-app.example.org-ended"
    assert subject == "over: https://app.example.org/: answered 502"
    assert text.splitlines() == [
        "Began: 2027-01-15 08:00:00 UTC",
        "Ended: 2027-01-15 08:05:00 UTC, after 5 minutes",
    ]
    assert known.noticed == {}


def test_what_lasts_is_told_once_and_what_comes_and_goes_is_one() -> None:
    known = Memory()
    said = [told(known, DOWN, NOW + 60 * minute) for minute in range(3)]
    said += [told(known, {}, NOW + 180), told(known, DOWN, NOW + 220)]
    said += [told(known, DOWN | FULL, NOW + 280)]
    assert [len(one) for one in said] == [1, 0, 0, 0, 0, 1]
    assert known.noticed["site app.example.org"].since == NOW


def test_what_lasts_is_shown_as_it_is_now() -> None:
    known = Memory()
    watch.note(known, DOWN, NOW)
    other = Attention("https://app.example.org/: answered 500", "read its log")
    watch.note(known, {"site app.example.org": other}, NOW + 60)
    assert known.noticed["site app.example.org"].attention == other


@pytest.fixture
def remembered(host: Host) -> Host:
    """A host whose last look has found two things."""
    noticed = {
        "container 0123": Noticed("web ran out of memory", "raise web.memory", NOW),
        "site app.example.org": Noticed("answered 502", "deploy", NOW),
    }
    memory.save(host, Memory(NOW, noticed, {"until": NOW}))
    return host


def test_it_is_remembered_until_the_next_look(remembered: Host) -> None:
    known = memory.load(remembered)
    assert known.looked == NOW
    assert known.containers == {"until": NOW}
    assert known.noticed["container 0123"].attention.text == "web ran out of memory"


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"noticed": {"a": {}}}', "\0"])
def test_what_cannot_be_read_is_forgotten(host: Host, content: str) -> None:
    host.layout.noticed.write_text(content)
    assert memory.load(host) == Memory()


def test_the_status_shows_what_it_does_not_look_at_itself(remembered: Host) -> None:
    texts = [one.text for one in watch.others(remembered).values()]
    assert "web ran out of memory" in texts
    assert "answered 502" not in texts


def test_a_look_that_is_long_ago_is_told(host: Host) -> None:
    memory.save(host, Memory(NOW - 1e9))
    one = watch.others(host)["look"]
    assert one.text == "nobody has asked the site since 1995-05-09 06:13:20 UTC"
    assert "slipway-site.timer" in one.remedy
