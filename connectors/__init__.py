"""Edges: Kafka, Postgres, the schema registry, the sandbox, artefacts and the command line."""
