"""What stands on a host, in the order in which it is put there."""

from pyinfra import host

from infra import base, certificate, docker, preflight, programs, release, secrets, timers, trust
from infra.settings import load_host

settings = load_host(host)

distribution = preflight.check(settings)
docker.engine(settings=settings, distribution=distribution)
trust.extra_ca_certificates(settings=settings)
docker.current()
programs.installed(settings=settings)
secrets.present(settings=settings)
certificate.prepared(settings=settings)
base.running(settings=settings)
certificate.renewable()
timers.running()  # before what may be refused: they look after the rest all the same
release.current(settings=settings)
certificate.trusted()
