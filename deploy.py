"""What stands on a host, in the order in which it is put there."""

from pyinfra import host

from infra import (
    base,
    certificate,
    docker,
    preflight,
    programs,
    release,
    secrets,
    site,
    timers,
    trust,
)
from infra.inspection import converge
from infra.operations import deploy_lock
from infra.origin import operator
from infra.settings import load_host

settings = load_host(host)
packages = preflight.check(settings)

deploy_lock.take(name="Take the deploy lock", by=operator())
converge.write_manifest(settings=settings)
docker.install(settings=settings, packages=packages)
trust.add_authorities(settings=settings)
docker.start()
programs.install(settings=settings)
docker.give_way_out()
secrets.provide(settings=settings)
certificate.prepare(settings=settings)
base.apply(settings=settings)
certificate.install_certbot(settings=settings)
timers.start()  # before what may be refused: they look after the rest all the same
release.go_live(settings=settings)
certificate.obtain()
converge.mend_differences()
site.ask()
