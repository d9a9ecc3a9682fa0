"""Reading the figures that the application shows to Prometheus."""

from __future__ import annotations

from prometheus_client.parser import text_string_to_metric_families


def figure(text: str, name: str, **labels: str) -> float:
    samples = [s for family in text_string_to_metric_families(text) for s in family.samples]
    return sum(s.value for s in samples if s.name == name and labels.items() <= s.labels.items())
