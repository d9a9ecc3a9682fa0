"""Checks across sections: values that are right alone, and wrong together.

Each raises FieldError with the path of the setting to change.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path

from infra.onhost.config import is_address
from infra.onhost.credentials import environment
from infra.settings import capacity, operators_certificate
from infra.settings.fields.numbers import megabytes
from infra.settings.fields.section import FieldError
from infra.settings.sections.app import REDIS_URL, RESERVED_VARIABLES, App, secret_variable
from infra.settings.sections.certificate import Certificate
from infra.settings.sections.nginx import Nginx
from infra.settings.sections.processes import Process
from infra.settings.sections.web import Web

LINE_END = b"\r\n"  # an editor's, at the end of a secret's file


def check_variables(
    app: App, processes: Mapping[str, Process], secrets: Iterable[str], *, redis: bool
) -> None:
    """The application's environment replaces no variable that Slipway sets, but for Redis' URL."""
    reserved = RESERVED_VARIABLES | {secret_variable(name) for name in secrets}
    told: dict[str, Collection[str]] = {"app.environment": app.environment}
    told |= {f"processes.{name}.environment": one.environment for name, one in processes.items()}
    for path, given in told.items():
        if taken := sorted((reserved if redis else reserved - {REDIS_URL}) & set(given)):
            raise FieldError(path, f"remove {', '.join(taken)}: Slipway sets it itself")
    if taken := sorted((reserved - {REDIS_URL}) & set(app.secrets_in_environment)):
        reason = f"remove {', '.join(taken)}: Slipway sets it itself"
        raise FieldError("app.secrets_in_environment", reason)
    if twice := sorted(set(app.environment) & set(app.secrets_in_environment)):
        reason = f"remove {', '.join(twice)}: app.secrets_in_environment sets it, too"
        raise FieldError("app.environment", reason)


def check_redis(app: App, processes: Mapping[str, Process], *, redis: bool) -> None:
    """Jobs of RQ have a Redis: the host's, or another one that a variable names."""
    elsewhere = {*app.environment, *app.secrets_in_environment}
    for name, one in processes.items():
        known = REDIS_URL in elsewhere | set(one.environment)
        if one.kind == "queue" and one.used_library == "rq" and not (redis or known):
            reason = f"must be True for the process {name}, which runs jobs of RQ"
            raise FieldError("redis.enabled", reason)


def check_secrets_in_environment(
    app: App, secrets: Collection[str], given: Mapping[str, Path]
) -> None:
    """Variables name secrets that there are, and that a variable can hold."""
    for variable, template in app.secrets_in_environment.items():
        path = f"app.secrets_in_environment.{variable}"
        known = {}
        for name in environment.names(template):
            if name not in secrets:
                raise FieldError(
                    path, f"there is no secret {name}: add it to secrets or app.generated_secrets"
                )
            known[name] = given[name].read_bytes().rstrip(LINE_END) if name in given else b""
        try:
            environment.value(template, known)
        except ValueError as error:
            names = ", ".join(known)
            raise FieldError(path, f"cannot contain {names}: the value {error}") from None


def check_health_path(app: App, nginx: Nginx) -> None:
    """The health check, which asks through nginx, gets an answer."""
    if app.health_path in nginx.private_paths:
        raise FieldError(
            "app.health_path", "must not be in nginx.private_paths: the health check asks nginx"
        )


def check_protocol(app: App, web: Web) -> None:
    """Slipway's own servers are spoken to as they speak."""
    of_server = "uwsgi" if web.server == "uwsgi" else "http"
    if web.spoken != of_server and not web.command and not app.own_dockerfile:
        raise FieldError(
            "web.protocol",
            f"must be {of_server} for {web.server}: set web.server, or web.command for another",
        )


def check_tmp(app: App, web: Web) -> None:
    """What /tmp may hold in memory is less than the container may take."""
    if not app.tmp_on_disk and megabytes(app.tmp) >= megabytes(web.memory):
        raise FieldError(
            "app.tmp", f"must be less than web.memory ({web.memory}): /tmp is in the memory"
        )


def check_paths(app: App, nginx: Nginx, processes: Mapping[str, Process]) -> None:
    """A server's path is nobody else's."""
    taken = {app.static_url: "app.static_url"}
    taken |= {f"{path}/": "nginx.private_paths" for path in nginx.private_paths}
    for name, one in processes.items():
        if one.path in taken:
            raise FieldError(f"processes.{name}.path", f"is also in {taken[one.path]}")


def check_acceptance(app: App, domain: str) -> None:
    """Acceptance tests have a name to ask."""
    if app.acceptance and is_address(domain):
        raise FieldError("app.acceptance", "cannot be used when domain is an IP address")


def check_aliases(domain: str, aliases: Sequence[str]) -> None:
    """Each alias is another name, and redirects to a name."""
    if len({domain, *aliases}) != 1 + len(aliases):
        raise FieldError("aliases", "each alias must differ from domain and from the other aliases")
    if aliases and is_address(domain):
        raise FieldError("aliases", "cannot be used when domain is an IP address")


def check_certificate_files(certificate: Certificate, names: Sequence[str]) -> None:
    """The operator's certificate is valid for this site."""
    if certificate.source == "files" and certificate.chain and certificate.key:
        operators_certificate.check(certificate.chain, certificate.key, names)


def check_capacity(nginx: Nginx) -> None:
    """What nginx may hold at the same time fits into its memory and its spool."""
    if capacity.bodies(nginx) < capacity.BODIES_IN_SPOOL:
        needed = capacity.BODIES_SHARE * capacity.BODIES_IN_SPOOL * megabytes(nginx.body_size)
        raise FieldError(
            "nginx.spool",
            f"must be at least {needed}m: a fourth of it is for {capacity.BODIES_IN_SPOOL} bodies"
            " of nginx.body_size",
        )
    if capacity.connections(nginx) < capacity.LEAST_CONNECTIONS:
        raise FieldError(
            "nginx.memory",
            f"must be at least {capacity.least_memory(nginx)}m"
            f" for {nginx.requests} requests at the same time (nginx.requests)",
        )
