"""The query API over the read models: `python -m projections.api`."""
