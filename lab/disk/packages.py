"""Debian packages: those this machine needs, and newer ones unpacked beside it."""

import os
import shutil
import subprocess
from pathlib import Path

from lab.processes import run, run_long
from lab.progress import LabError, stage

NEEDED = {
    "systemd-container": "systemd-nspawn",
    "mmdebstrap": "mmdebstrap",
    "iproute2": "ip",
    "nftables": "nft",
    "dnsmasq-base": "dnsmasq",
    "btrfs-progs": "btrfs",
    "skopeo": "skopeo",
    "openssl": "openssl",
    "openssh-client": "ssh-keygen",
}
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
SBIN = ("/usr/local/sbin", "/usr/sbin", "/sbin")


def add_sbin_to_path() -> None:
    """Find administrators' programs even where PATH is a plain user's."""
    here = os.environ.get("PATH", "/usr/bin:/bin").split(":")
    os.environ["PATH"] = ":".join([*here, *(folder for folder in SBIN if folder not in here)])


def install_missing() -> None:
    """Install what the lab runs and this machine has not got yet."""
    found = os.environ["PATH"].split(":")
    missing = [
        package
        for package, program in NEEDED.items()
        if not any((Path(folder) / program).exists() for folder in found)
    ]
    if not KEYRING.exists():
        missing.append("debian-archive-keyring")
    if missing:
        with stage(f"installing {', '.join(missing)}"):
            apt_get("update", "-qq")
            apt_get("install", "-qq", "-y", "--no-install-recommends", *missing)


def apt_get(*arguments: str) -> None:
    """Run apt-get with nobody to answer it; another apt-get is waited for."""
    # No pipe and no death with us: a half-done dpkg would be worse than one that ends alone.
    log = Path("/var/log/slipway-lab-apt.log")
    command = ("apt-get", "-o", "DPkg::Lock::Timeout=300", *arguments)
    with log.open("ab") as out:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            check=False,
            env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"},
        )
    if done.returncode:
        raise LabError(f"apt-get {arguments[0]} failed, see {log}")


def debian_mirror() -> str:
    """Read from this machine's apt where Debian's packages are."""
    listed = run("apt-get", "indextargets", "--format", "$(LABEL) $(REPO_URI)", "Label: Debian")
    for line in listed.splitlines():
        label, _, uri = line.partition(" ")
        if label == "Debian":
            return uri
    raise LabError("apt has no Debian mirror on this machine: use Debian, and run apt-get update")


def unpack(wanted: dict[str, str], folder: Path) -> None:
    """Unpack packages of other suites, {package: suite}, without installing them."""
    # An apt of its own: the machine's lists, pins and sources stay as they are.
    mirror = debian_mirror()
    suites = sorted(set(wanted.values()))
    apt = folder / "apt"
    (apt / "lists/partial").mkdir(parents=True)
    (apt / "archives/partial").mkdir(parents=True)
    sources = apt / "sources.list"
    sources.write_text("".join(f"deb [signed-by={KEYRING}] {mirror} {s} main\n" for s in suites))
    options = (
        f"Dir::State={apt}",
        f"Dir::Cache={apt}",
        f"Dir::Etc::sourcelist={sources}",
        "Dir::Etc::sourceparts=/dev/null",
        "Dir::Etc::preferencesparts=/dev/null",
        "APT::Sandbox::User=root",
    )
    base = ["apt-get", *(word for option in options for word in ("-o", option))]
    log = apt / "log"
    run_long(*base, "update", log=log)
    run_long("env", "-C", apt, *base, "download", *(f"{p}/{s}" for p, s in wanted.items()), log=log)
    for package in apt.glob("*.deb"):
        run("dpkg", "-x", package, folder)
    shutil.rmtree(apt)
