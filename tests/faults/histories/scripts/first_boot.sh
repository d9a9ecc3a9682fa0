#!/bin/sh
# A host in its first minutes: apt at work, dpkg interrupted, no IPv6, a strict umask, own names.
set -eu
mkdir -p /etc/systemd/system/service.d /var/lib/dpkg/updates
printf '[Service]\nRestrictAddressFamilies=~AF_INET6\n' >/etc/systemd/system/service.d/no-ipv6.conf
echo 'session optional pam_umask.so umask=0077' >>/etc/pam.d/common-session
echo 'session optional pam_umask.so umask=0077' >>/etc/pam.d/common-session-noninteractive
echo "127.0.1.1 $(hostname).slipway.test $(hostname)" >>/etc/hosts
sed -n '/^Package: hostname$/,/^$/p' /var/lib/dpkg/status |
    sed 's/^Status: .*/Status: install ok unpacked/' >/var/lib/dpkg/updates/0000
systemctl daemon-reload
cat >/run/hold.py <<'PYTHON'
import fcntl, time
kept = [open(path, "w") for path in ("/var/lib/apt/lists/lock", "/var/lib/dpkg/lock-frontend")]
for file in kept:
    fcntl.lockf(file, fcntl.LOCK_EX)
time.sleep(40)
PYTHON
systemd-run --quiet --unit=apt-daily-stand-in python3 /run/hold.py
