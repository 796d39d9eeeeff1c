"""Kafka: topics, publishing of user events, and reading of the log."""
