"""Payloads of all events, one module for each topic."""
