#!/bin/sh
# Docker as Docker's own packages put it: Debian's files in packages of these names, already at work.
set -eu
export DEBIAN_FRONTEND=noninteractive LC_ALL=C
apt-get -qq update
folder=$(mktemp -d)
cd "$folder"
apt-get -qq download docker.io docker-cli docker-compose docker-buildx
rename() { # Debian's package, Docker's, version, what it takes the place of
    dpkg-deb -R "$1"_*.deb "$2"
    sed -i "s/^Package: .*/Package: $2/; s/^Version: .*/Version: $3/; s/^Source: .*//; /^$/d
        s/docker-cli[^,]*,/docker-ce-cli,/; /^\(Recommends\|Suggests\|Breaks\|Replaces\|Provides\|Conflicts\):/d" \
        "$2/DEBIAN/control"
    printf 'Conflicts: %s\nReplaces: %s\n' "$1" "$1" >>"$2/DEBIAN/control"
    dpkg-deb -Zgzip -z1 --build "$2" "$2.deb" >/dev/null
}
rename docker.io docker-ce 5:26.1.5-1~debian.13~trixie
rename docker-cli docker-ce-cli 5:26.1.5-1~debian.13~trixie
rename docker-compose docker-compose-plugin 2.26.1-1~debian.13~trixie
rename docker-buildx docker-buildx-plugin 0.13.1-1~debian.13~trixie
apt-get -qq --yes install --no-install-recommends ./docker-ce.deb ./docker-ce-cli.deb \
    ./docker-compose-plugin.deb ./docker-buildx-plugin.deb iptables >/dev/null
