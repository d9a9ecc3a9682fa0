"""certbot: what it knows of the certificate, and its commands.

It is never run to find out whether there is something to do: that is told from its files.
"""

import time
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import urlsplit

from .. import layout
from ..command import Failure, run, say
from ..config import HostConfig, is_address
from ..services import openssl
from . import store

# In certbot's log alone; what it prints is worded for people, and differs by command.
LOST = "accountDoesNotExist"  # the CA says so
MISSING = "AccountNotFound"  # nothing is there of the account that the certificate was ordered with


def lineage(config: HostConfig) -> Path:
    """The directory of the certificate that certbot holds."""
    return layout.LETSENCRYPT / "live" / config.domain


def matches(config: HostConfig) -> bool:
    """Whether there is a certificate of these names, from this CA, of this key type and profile."""
    conf = layout.LETSENCRYPT / "renewal" / f"{config.domain}.conf"
    chain = lineage(config) / store.CHAIN
    if not conf.exists() or not chain.exists():
        return False
    wanted = config.certificate
    saved = renewal_parameters(conf.read_text().splitlines())
    return (
        saved.get("server") == wanted.acme_directory
        and saved.get("key_type") == wanted.key_type
        and saved.get("preferred_profile", "") in {wanted.profile, wanted.profile or "None"}
        and openssl.read(chain).names == set(config.names)
    )


def renewal_parameters(lines: Iterable[str]) -> dict[str, str]:
    """The `key = value` lines of certbot's renewal configuration."""
    pairs = (line.partition(" = ") for line in lines)
    return {key.strip(): value.strip() for key, separator, value in pairs if separator}


def ask(config: HostConfig) -> None:
    """Has certbot issue or renew as its files call for. Raises Failure with what certbot said."""
    fitting = matches(config)
    directory = config.certificate.acme_directory
    names = ", ".join(config.names)
    if fitting:
        say(f"asking {directory} whether {names} is due for renewal")
    else:
        say(f"asking {directory} for a certificate for {names}")
    command = renew_command(config) if fitting else issue_command(config, force=_known(config))
    for last in (False, False, True):
        try:
            _run(command)
        except Failure:
            if last or not _account_is_gone(config):
                raise
            command = issue_command(config, force=_known(config))
        else:
            return


def _account_is_gone(config: HostConfig) -> bool:
    """Whether the last run failed for that; one that the CA does not know is put aside."""
    said = layout.CERTBOT_LOG.read_text(errors="replace") if layout.CERTBOT_LOG.exists() else ""
    if LOST in said:
        say("the CA does not know this host's account any more: registering another")
        forget_account(config)
    return LOST in said or MISSING in said


def _known(config: HostConfig) -> bool:
    return lineage(config).exists()


def _run(command: list[str]) -> None:
    # What the CA found amiss stands on its standard output.
    run(*command, env={"REQUESTS_CA_BUNDLE": str(layout.CA_BUNDLE)}, both=True)


def issue_command(config: HostConfig, *, force: bool) -> list[str]:
    """certbot's command for a new certificate, or, forced, for one on other terms."""
    wanted = config.certificate
    command = [_program(), "certonly", "--non-interactive",
               "--agree-tos", "--email", wanted.email, "--server", wanted.acme_directory,
               "--webroot", "--webroot-path", str(layout.WEBROOT), "--cert-name", config.domain,
               "--key-type", wanted.key_type,
               "--deploy-hook", f"{layout.COMMAND} certificate-install"]  # fmt: skip
    for name in config.names:
        command += ["--ip-address" if is_address(name) else "--domain", name]
    if wanted.profile:
        command += ["--preferred-profile", wanted.profile]
    if wanted.external_account:
        command += ["--config", str(layout.EXTERNAL_ACCOUNT)]
    if force:  # the settings may even want a test certificate in place of a trusted one
        command += ["--force-renewal", "--renew-with-new-domains", "--break-my-certs"]
    return command


def _program() -> str:
    return str(layout.CERTBOT / "bin" / "certbot")


def renew_command(config: HostConfig) -> list[str]:
    """certbot's command that renews when the CA's advice or the lifetime says so."""
    return [_program(), "renew", "--non-interactive",
            "--no-random-sleep-on-renew", "--cert-name", config.domain]  # fmt: skip


def forget_account(config: HostConfig) -> None:
    """Puts the account at this CA aside, so that certbot registers another."""
    where = urlsplit(config.certificate.acme_directory)
    folder = layout.LETSENCRYPT / "accounts" / where.netloc / where.path.strip("/")
    if folder.exists():
        folder.rename(folder.with_name(f"{folder.name}.lost-{time.time():.0f}"))
