"""The site, as visitors get it."""

from pyinfra.api import deploy

from infra.operations import slipway


@deploy("Site")
def ask() -> None:
    """Every name answers: a deploy that ends well has seen it."""
    slipway.ensure(
        name="Ask the site by every name",
        question="site-state",
        wanted={"serves": True, "tried": True},
        action="site-ensure",
        told="site-remarks",
    )
