"""certbot: what it knows of the certificate, and its commands.

It is never run to find out whether there is something to do: that is told from its files.
"""

import time
from collections.abc import Iterable
from urllib.parse import urlsplit

from ..command import Failure, run, say
from ..config import Host, is_address
from ..services import openssl
from . import lineage, store, unfinished

# In certbot's log alone; what it prints is worded for people, and differs by command.
UNKNOWN_TO_CA = "accountDoesNotExist"  # the CA says so
NO_FILES = "AccountNotFound"  # the account that the certificate was ordered with has no files


def matches(host: Host) -> bool:
    """Whether there is a certificate of these names, from this CA, of this key type and profile."""
    conf = lineage.renewal(host)
    chain = lineage.directory(host) / store.CHAIN
    if not conf.exists() or not chain.exists():
        return False
    wanted = host.config.certificate
    saved = renewal_parameters(conf.read_text().splitlines())
    return (
        saved.get("server") == wanted.acme_directory
        and saved.get("key_type") == wanted.key_type
        and saved.get("preferred_profile", "") in {wanted.profile, wanted.profile or "None"}
        and openssl.read(chain).names == set(host.config.names)
    )


def renewal_parameters(lines: Iterable[str]) -> dict[str, str]:
    """The `key = value` lines of certbot's renewal configuration."""
    pairs = (line.partition(" = ") for line in lines)
    return {key.strip(): value.strip() for key, separator, value in pairs if separator}


def ask(host: Host) -> None:
    """Has certbot issue or renew as its files call for. Raises Failure with what certbot said."""
    unfinished.clear(host)
    lineage.mend(host)
    fitting = matches(host)
    directory = host.config.certificate.acme_directory
    names = ", ".join(host.config.names)
    if fitting:
        say(f"asking {directory} whether to renew the certificate for {names}")
    else:
        say(f"asking {directory} for a certificate for {names}")
    command = renew_command(host) if fitting else issue_command(host, force=_known(host))
    for last in (False, False, True):
        try:
            _run(host, command)
        except Failure:
            lost = _lost_account(host)
            if last or not lost:
                raise
            if lost == UNKNOWN_TO_CA:
                say("the CA no longer knows this host's account: registering a new one")
                forget_account(host)
            command = issue_command(host, force=_known(host))
        else:
            return


def _lost_account(host: Host) -> str:
    """The reason in certbot's log why the account of the last run cannot be used; or empty."""
    file = host.layout.certbot_log
    log = file.read_text(errors="replace") if file.exists() else ""
    return next((reason for reason in (UNKNOWN_TO_CA, NO_FILES) if reason in log), "")


def _known(host: Host) -> bool:
    return lineage.directory(host).exists()


def _run(host: Host, command: list[str]) -> None:
    # What the CA found amiss stands on its standard output.
    run(*command, env={"REQUESTS_CA_BUNDLE": str(host.layout.ca_bundle)}, both=True)


def issue_command(host: Host, *, force: bool) -> list[str]:
    """certbot's command for a new certificate, or, forced, for one on other terms."""
    wanted = host.config.certificate
    options = {
        "--email": wanted.email,
        "--server": wanted.acme_directory,
        "--webroot-path": str(host.layout.webroot),
        "--cert-name": host.config.domain,
        "--key-type": wanted.key_type,
        "--deploy-hook": f"{host.layout.command} certificate-install",
    }
    command = [*_program(host, "certonly"), "--agree-tos", "--webroot"]
    command += [word for option in options.items() for word in option]
    for name in host.config.names:
        command += ["--ip-address" if is_address(name) else "--domain", name]
    if wanted.profile:
        command += ["--preferred-profile", wanted.profile]
    if wanted.external_account:
        command += ["--config", str(host.layout.external_account)]
    if force:  # the settings may even want a test certificate in place of a trusted one
        command += ["--force-renewal", "--renew-with-new-domains", "--break-my-certs"]
    return command


def _program(host: Host, verb: str) -> list[str]:
    """certbot, apart from the host's own: neither waits for the other's lock."""
    folders = {
        "--config-dir": host.layout.letsencrypt,
        "--work-dir": host.layout.certbot_work,
        "--logs-dir": host.layout.certbot_logs,
    }
    options = [word for option, path in folders.items() for word in (option, str(path))]
    return [str(host.layout.certbot / "bin" / "certbot"), verb, "--non-interactive", *options]


def renew_command(host: Host) -> list[str]:
    """certbot's command that renews when the CA's advice or the lifetime says so."""
    words = ("--no-random-sleep-on-renew", "--cert-name", host.config.domain)
    return [*_program(host, "renew"), *words]


def forget_account(host: Host) -> None:
    """Puts the account at this CA aside, so that certbot registers another."""
    where = urlsplit(host.config.certificate.acme_directory)
    folder = host.layout.letsencrypt / "accounts" / where.netloc / where.path.strip("/")
    if folder.exists():
        folder.rename(folder.with_name(f"{folder.name}.lost-{time.time_ns()}"))
