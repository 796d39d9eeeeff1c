"""Postgres: roles, schemas, migrations and connections."""
