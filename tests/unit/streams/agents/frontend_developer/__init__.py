"""The Frontend Developer's engine."""
