"""The lab itself, with real hosts: none of them can move the clock that it shares with all."""

import pytest

from tests.lab.conftest import Lab

pytestmark = pytest.mark.lab
SET_TIME = 1 << 25  # CAP_SYS_TIME, as linux/capability.h numbers it

# Sets the clock to what it shows and the kernel's time zone to what it is: nothing would move.
# timedatectl does the second: at the first such call after a boot the kernel moves its clock.
ATTEMPTS = """
import ctypes, time

def attempt(name, call):
    try:
        call()
    except PermissionError:
        print(name, "refused")

def set_zone():
    zone = (ctypes.c_int * 2)()
    libc = ctypes.CDLL(None, use_errno=True)
    assert libc.gettimeofday(None, ctypes.byref(zone)) == 0
    if libc.settimeofday(None, ctypes.byref(zone)):
        raise OSError(ctypes.get_errno(), "settimeofday")

attempt("clock", lambda: time.clock_settime(time.CLOCK_REALTIME, time.time()))
attempt("zone", set_zone)
"""


def test_no_process_of_a_host_may_ever_set_the_clock(lab: Lab, one: str) -> None:
    bounds = lab.ssh(one, "sudo sh -c 'cat /proc/[0-9]*/status' | grep ^CapBnd").splitlines()
    assert len(bounds) > 5
    assert [line for line in bounds if int(line.split()[1], 16) & SET_TIME] == []


def test_root_of_a_host_is_refused_when_it_sets_the_clock(lab: Lab, one: str) -> None:
    lab.ssh(one, f"cat >clock.py <<'E'\n{ATTEMPTS}\nE\n")
    assert lab.ssh(one, "sudo python3 clock.py").splitlines() == ["clock refused", "zone refused"]
