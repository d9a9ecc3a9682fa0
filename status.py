"""Everything on one screen: release, containers, certificate, jobs, disk, memory, what is amiss."""

from infra import show

show.answer("status")
