"""One service as a process: `python -m streams.runtime.agent <service>`.

It has a source of records, an inbox (a Faust agent), work loops where the service works, and an outbox
relay. SIGTERM drains:
no more records are taken, present work ends, and what is not done stays in the queue.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass

import faust
import structlog

from connectors.kafka.breaker_events import BreakerRecorder
from connectors.logs import configure_logs
from connectors.postgres.roles import schema_of, service_url
from connectors.schema_registry import codec_for
from connectors.settings import Settings, settings
from schemas.errors import BadInputError, SetupError
from streams.agents.registry import DEAD_LETTER_OWNER, DECIDERS, topics_of, versions_of
from streams.agents.workers import worker_of
from streams.core.worker import Worker
from streams.runtime.faust_app import BatchChannel, faust_app
from streams.runtime.inbox import Inbox
from streams.runtime.outbox import Relay
from streams.runtime.pages import add_pages
from streams.runtime.record_source import Batch, RecordSource
from streams.runtime.store import EventStore
from streams.runtime.worker import WorkLoop

_DRAIN_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Service:
    """The parts of one service's process."""

    app: faust.App
    store: EventStore
    source: RecordSource
    relay: Relay
    work_loops: tuple[WorkLoop, ...]


def build(name: str, config: Settings, worker: Worker | None = None) -> Service:
    """Put the parts of a service together; nothing is started.

    Args:
        worker: does the service's work in place of its own one.

    Raises:
        BadInputError: there is no service of that name.
    """
    decider = DECIDERS.get(name)
    if decider is None:
        raise BadInputError(
            f"Starting the service '{name}'",
            why="there is no such service",
            todo=f"Use one of: {', '.join(DECIDERS)}",
        )
    brokers, database_url = _endpoints(config)
    url, codec = service_url(database_url, name), codec_for(config)
    store = EventStore(url, schema_of(name))
    inbox = Inbox(decider, store, codec, writes_dead_letters=name == DEAD_LETTER_OWNER)
    relay = Relay(name, store, codec, brokers, url)
    loops = tuple(
        WorkLoop(
            decider,
            worker or worker_of(name, config),
            store,
            codec,
            url,
            limit_seconds=config.work_limit_seconds,
        )
        for _ in range(
            config.work_parallelism if any(v.work_starts_with for v in versions_of(decider)) else 0
        )
    )

    def handle(batch: Batch) -> None:
        if inbox.handle(batch.records, batch.starts):
            for loop in loops:
                loop.wake()

    app = faust_app(name=name, web_port=config.http_port, data_folder=config.home / "faust" / name)
    channel = BatchChannel(app)
    channel.on_batch(f"{name}-inbox", handle)
    source = RecordSource(name, brokers, topics_of(decider), store.positions, channel.deliver)
    service = Service(app, store, source, relay, loops)
    add_pages(app, name, store, source, relay)
    _bind(service)
    return service


def _endpoints(config: Settings) -> tuple[str, str]:
    if not config.kafka_brokers or not config.database_url:
        raise SetupError(
            "Starting a service",
            why="KAFKA_BROKERS or DATABASE_URL is not set",
            todo="Start the system with: streamwright up",
        )
    return config.kafka_brokers, config.database_url


def _bind(service: Service) -> None:
    """Start and stop the threads with the Faust app."""

    async def start_threads() -> None:
        # Without a Kafka consumer of its own, Faust does not open its channels by itself.
        service.app.flow_control.resume()
        service.source.start()
        service.relay.start()
        for loop in service.work_loops:
            loop.start()

    service.app.task(start_threads)

    def stop_threads(*_: object, **__: object) -> None:
        service.source.stop(_DRAIN_SECONDS)
        for loop in service.work_loops:
            loop.stop(_DRAIN_SECONDS)
        service.relay.stop(_DRAIN_SECONDS)

    service.app.on_before_shutdown.connect(stop_threads)


def run(name: str, config: Settings, worker: Worker | None = None) -> None:
    """Run a service until SIGTERM or SIGINT; does not return.

    Raises:
        BadInputError: there is no service of that name.
        SetupError: the configuration names no broker or no database.
    """
    configure_logs(config.log_level)
    service = build(name, config, worker)
    BreakerRecorder(config.kafka_brokers, codec_for(config), name).start()
    structlog.get_logger().info("service starts", service=name, port=config.http_port)
    runner = faust.Worker(service.app, loglevel="WARNING", redirect_stdouts=False, quiet=True)
    runner.execute_from_commandline()


def main(arguments: list[str]) -> None:
    """Run the service that the only argument names."""
    if len(arguments) != 1:
        raise SystemExit(f"usage: python -m streams.runtime.agent <{'|'.join(DECIDERS)}>")
    try:
        run(arguments[0], settings())
    except (BadInputError, SetupError) as error:
        raise SystemExit(str(error)) from error


if __name__ == "__main__":
    main(sys.argv[1:])
