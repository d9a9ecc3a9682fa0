"""Start what stopped and restart what hangs, since Docker leaves killed and unhealthy alone."""
