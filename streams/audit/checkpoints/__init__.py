"""Checkpoints of the log, kept outside it: they show that a record was altered, dropped or inserted."""
