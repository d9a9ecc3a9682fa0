"""`python -m infra.settings.reference` writes docs/settings.md."""

from infra.checkout import CHECKOUT
from infra.settings.reference.document import FILE, document

FILE.write_text(document(), encoding="utf-8")
print(FILE.relative_to(CHECKOUT))
