"""The lab itself, with real hosts: what scripts rely on."""

from pathlib import Path

import pytest

from lab import processes
from lab.machines import boot
from tests.lab.conftest import TWO, Lab

pytestmark = pytest.mark.lab


def boot_id(lab: Lab, name: str) -> str:
    return lab.ssh(name, "cat /proc/sys/kernel/random/boot_id")


def test_a_blank_host_is_a_plain_debian_13_that_runs_well(lab: Lab, one: str) -> None:
    assert lab.ssh(one, "systemctl is-system-running --wait") == "running"
    assert "VERSION_CODENAME=trixie" in lab.ssh(one, "cat /etc/os-release")
    assert lab.ssh(one, "hostname") == one
    assert lab.ssh(one, "id -un; id -u; sudo -n id -u").split() == ["debian", "1000", "0"]
    assert lab.ssh(one, "sudo passwd -S root").split()[1] == "L"
    assert lab.ssh(one, "command -v docker curl || echo none") == "none"


def test_a_host_lets_a_plain_user_have_port_80(lab: Lab, one: str) -> None:
    setting = "net.ipv4.ip_unprivileged_port_start=80"
    assert lab.ssh(one, f"sudo sysctl -w {setting}").endswith("= 80")


def test_a_host_gets_packages_from_debian(lab: Lab, one: str) -> None:
    lab.ssh(one, "sudo apt-get update -q")


def test_the_assignments_name_files_that_are_there(lab: Lab, one: str) -> None:
    env = lab.env(one)
    assert env["LAB_DOMAIN"] == f"{one}.slipway.test"
    assert "CERTIFICATE" in Path(env["LAB_CA"]).read_text()
    assert "CERTIFICATE" in Path(env["LAB_EXTRA_CA"]).read_text()
    assert f"Host {one}\n" in Path(env["LAB_SSH_CONFIG"]).read_text()


def test_an_exit_code_is_passed_on(lab: Lab, one: str) -> None:
    lab.run("ssh", one, "exit 7", code=7)


def test_a_running_host_is_said_to_be_so_at_once(lab: Lab, one: str) -> None:
    before = boot.boot_id(lab.clone, one)
    assert "running already" in lab.run("up", one).stderr
    assert boot.boot_id(lab.clone, one) == before


def test_names_resolve_on_the_host(lab: Lab, one: str) -> None:
    address = lab.env(one)["LAB_ADDRESS"]
    for name in (f"{one}.slipway.test", f"www.{one}.slipway.test"):
        assert lab.ssh(one, f"getent ahostsv4 {name}").split()[0] == address


@pytest.mark.parametrize("service", ["LAB_ACME", "LAB_STAGING", "LAB_MIRROR"])
def test_the_services_are_trusted_by_the_extra_ca(lab: Lab, one: str, service: str) -> None:
    env = lab.env(one)
    path = "/v2/library/debian/tags/list" if service == "LAB_MIRROR" else ""
    lab.run("ssh", one, f"cat >extra.pem <<'E'\n{Path(env['LAB_EXTRA_CA']).read_text()}\nE\n")
    ask = "import ssl, sys, urllib.request as u; print(u.urlopen(sys.argv[1], context=ssl."
    ask += "create_default_context(cafile='extra.pem')).read().decode())"
    answer = lab.ssh(one, f'python3 -c "{ask}" {env[service]}{path}')
    assert ("trixie-slim" if service == "LAB_MIRROR" else "newOrder") in answer


def test_a_reboot_brings_a_new_boot(lab: Lab, one: str) -> None:
    before = boot_id(lab, one)
    lab.run("reboot", one)
    assert boot_id(lab, one) != before


def test_a_reboot_from_inside_brings_the_host_back_too(lab: Lab, one: str) -> None:
    before = boot_id(lab, one)

    def answers() -> str | None:
        return boot.boot_id(lab.clone, one)

    lab.begin("ssh", one, "sudo systemctl reboot").wait()  # it may be cut off, or not
    assert processes.wait_until(lambda: answers() not in (None, before), boot.LIMIT, 0.5)


def test_two_hosts_can_be_made_at_once_and_are_listed(lab: Lab, one: str) -> None:
    runs = [lab.begin("up", TWO), lab.begin("up", "labtest-three")]
    assert [run.wait(300) for run in runs] == [0, 0]
    rows = [line.split() for line in lab.run("list").stdout.splitlines()]
    assert {row[0] for row in rows} == {one, TWO, "labtest-three"}
    assert {row[1] for row in rows} == {"running"}
    assert len({row[2] for row in rows}) == 3
    lab.run("down", "labtest-three")


def test_two_hosts_do_not_stop_each_others_services(lab: Lab, one: str) -> None:
    lab.run("up", TWO)
    lab.ssh(one, "sudo systemd-run -q --unit same sleep 600")
    lab.ssh(TWO, "sudo systemd-run -q --unit same sleep 600 && sudo systemctl stop same")
    assert lab.ssh(one, "systemctl is-active same") == "active"


def test_a_saved_host_comes_back_under_a_new_identity(lab: Lab, one: str) -> None:
    lab.ssh(one, "echo kept >file")
    lab.run("save", one, "labtest-kept")
    assert f"{one}.slipway.test" in lab.run("list").stdout.split("labtest-kept", 1)[1]
    lab.run("up", "labtest-copy", "--from", "labtest-kept")
    assert lab.ssh("labtest-copy", "cat file") == "kept"
    assert lab.ssh("labtest-copy", "hostname") == "labtest-copy"
    for unique in ("/etc/machine-id", "/etc/ssh/ssh_host_ed25519_key.pub"):
        assert lab.ssh("labtest-copy", f"cat {unique}") != lab.ssh(one, f"cat {unique}")
    original, copy = lab.env(one), lab.env("labtest-copy")
    assert copy["LAB_DOMAIN"] == original["LAB_DOMAIN"]
    where = f"getent ahostsv4 {copy['LAB_DOMAIN']}"
    assert lab.ssh(one, where).split()[0] == copy["LAB_ADDRESS"]
    lab.run("down", "labtest-copy")
    assert lab.ssh(one, where).split()[0] == original["LAB_ADDRESS"]
    lab.run("forget", "labtest-kept")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("up", "Not_A_Name"), 1),
        (("up", "labtest-x", "--from", "labtest-never-saved"), 1),
        (("ssh", "labtest-unknown", "true"), 1),
        (("env", "labtest-unknown"), 1),
        (("reboot", "labtest-unknown"), 1),
        (("save", "labtest-unknown"), 1),
        (("down", "labtest-unknown"), 0),
        (("forget", "labtest-unknown"), 0),
    ],
)
def test_a_wrong_name_is_answered_in_one_line(
    lab: Lab, one: str, words: tuple[str, ...], code: int
) -> None:
    done = lab.run(*words, code=code)
    assert len(done.stderr.splitlines()) == 1
    assert done.stderr.startswith("lab: ")
    assert boot.is_running(lab.clone, one)
