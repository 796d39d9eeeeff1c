"""The read side: read models, the projector, and the query API."""
