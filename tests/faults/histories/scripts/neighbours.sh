#!/bin/sh
# A host that others use: their configuration of Docker, certbot, services, language and accounts.
set -eu
export DEBIAN_FRONTEND=noninteractive LC_ALL=C
mkdir -p /etc/docker /srv/docker
cat >/etc/docker/daemon.json <<'JSON'
{"data-root": "/srv/docker", "mtu": 1400, "bip": "10.77.0.1/24", "log-driver": "json-file",
 "default-address-pools": [{"base": "10.78.0.0/16", "size": 24}]}
JSON
systemctl restart docker
server=$(sed -n 's/^nameserver //p' /etc/resolv.conf)
apt-get -qq --yes install --no-install-recommends certbot nftables systemd-resolved locales >/dev/null
mkdir -p /etc/systemd/resolved.conf.d
printf '[Resolve]\nDNS=%s\nLLMNR=yes\n' "$server" >/etc/systemd/resolved.conf.d/lab.conf
systemctl restart systemd-resolved
echo 'de_DE.UTF-8 UTF-8' >/etc/locale.gen
locale-gen >/dev/null
echo 'LANG=de_DE.UTF-8' >/etc/default/locale
mkdir -p /etc/letsencrypt/renewal
printf '[renewalparams]\nauthenticator = standalone\n' >/etc/letsencrypt/renewal/mail.example.org.conf
systemctl enable --quiet --now certbot.timer
systemd-run --quiet --unit=neighbour python3 -m http.server 9000
systemd-run --quiet --unit=broken false
