"""`up`: start broker, database and processes on this machine, where they do not run yet."""

from __future__ import annotations

from rich.text import Text

from connectors.command_line.terminal import AsJson, Terminal


def up(json: AsJson = False) -> None:
    """Start the system, or see that it runs; again after a change of code or settings."""
    from connectors.settings import settings
    from deploy.local.system import up as start

    terminal = Terminal(json)
    running = start(settings(), terminal.progress.print)
    terminal.answer(
        {
            "kafka_brokers": running.settings.kafka_brokers,
            "api_url": running.api_url,
            "broker": running.kind,
            "home": running.settings.home,
            "started": running.started,
            "seconds": running.seconds,
        },
        Text(
            f"The system runs ({running.seconds} s). Broker: {running.settings.kafka_brokers}; "
            f"queries: {running.api_url}; data and logs: {running.settings.home}"
        ),
    )
