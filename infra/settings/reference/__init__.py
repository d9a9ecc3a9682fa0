"""The settings reference, docs/settings.md, made from the model."""
