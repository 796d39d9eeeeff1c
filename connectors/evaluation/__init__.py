"""Judges deliveries from outside: through the wheel, HTTP and OpenAPI alone, with no code of the agents."""
