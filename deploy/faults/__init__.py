"""Fault runs: the real system under load while its parts are killed, paused and restarted by a plan."""
