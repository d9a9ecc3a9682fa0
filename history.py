"""The releases of each host: who made what live, when, how long it took, and how it ended."""

from infra import show

show.answer("history")
