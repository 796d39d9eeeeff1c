"""Audit of the recorded log by the same pure deciders that wrote it: verify, replay, causes."""
