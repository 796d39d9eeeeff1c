"""Starts a generated service in the sandbox and asks it what it offers."""

from connectors.service_runner.runner import openapi_of

__all__ = ["openapi_of"]
