"""The last step of a deploy: it ends well when the site answers, and says why when it does not."""

import pytest

from infra.onhost import layout
from infra.onhost.command import Failure
from infra.onhost.site import memory, verify
from tests.support.onhost import DOMAIN, Host
from tests.support.onhost.servers import always
from tests.unit.infra.onhost.site.conftest import served

BROKEN = f"https://{DOMAIN}/healthz: answered 502"


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verify, "MEND_SECONDS", 2)
    monkeypatch.setattr(verify, "POLL_SECONDS", 0.05)


def test_a_site_that_answers_is_asked_once_more_by_no_deploy(host: Host) -> None:
    host.program("systemctl")
    with served(host, always(200)) as (there, _):
        assert verify.state(there) == {"serves": True, "tried": False}
        verify.ensure(there)
        assert verify.state(there) == {"serves": True, "tried": True}
        verify.check(there)
    assert host.called() == []


def test_what_the_watchdog_mends_is_waited_for(host: Host) -> None:
    host.program("systemctl")
    with served(host, lambda number, _: (502 if number < 5 else 200, b"")) as (there, _):
        verify.ensure(there)
    assert host.called() == [f"systemctl start {layout.WATCHDOG_UNIT}"]


def test_what_nobody_mends_ends_the_deploy_with_the_reason_and_what_to_do(host: Host) -> None:
    host.program("systemctl")
    with served(host, always(502)) as (there, _):
        assert verify.state(there)["serves"] is False
        for ask in (verify.ensure, verify.check):
            with pytest.raises(Failure) as told:
                ask(there)
            first, what, remedy = str(told.value).splitlines()
            assert first == "the site does not answer as it should:"
            assert what.strip() == BROKEN
            assert remedy.strip().startswith("to do: ")


def test_what_a_deploy_says_of_ports_that_no_container_reached(host: Host) -> None:
    assert verify.remarks(host) == ""
    memory.remember_reached(host, {"443": False, "80": True, "way out": False})
    assert "does not reach port 443 of it" in verify.remarks(host)
