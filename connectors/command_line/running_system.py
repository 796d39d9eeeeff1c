"""The broker and database that a command works on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connectors.command_line.terminal import Terminal

if TYPE_CHECKING:
    from connectors.settings import Settings


def running_settings(terminal: Terminal, *, with_processes: bool = False) -> Settings:
    """The settings with broker and database named; local ones are started where none are set.

    Args:
        with_processes: start the processes of the local system, too.

    Raises:
        SetupError: they cannot be started.
    """
    from connectors.settings import settings

    config = settings()
    if config.kafka_brokers and config.database_url:
        return config
    from deploy.local.system import servers_up, up

    if with_processes:
        return up(config, terminal.progress.print).settings
    return servers_up(config, terminal.progress.print)
