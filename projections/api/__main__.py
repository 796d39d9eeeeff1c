"""Run the query API: `python -m projections.api`."""

from __future__ import annotations

import signal

import structlog
import uvicorn

from connectors.kafka.breaker_events import BreakerRecorder
from connectors.logs import configure_logs
from connectors.schema_registry import codec_for
from connectors.settings import settings
from projections.api.app import create_app

_DRAIN_SECONDS = 5


def main() -> None:
    """Serve until SIGTERM or SIGINT."""
    config = settings()
    configure_logs(config.log_level)
    if not config.database_url:
        raise SystemExit(
            "Starting the query API: DATABASE_URL is not set. Start the system with: streamwright up"
        )
    if config.kafka_brokers:
        BreakerRecorder(config.kafka_brokers, codec_for(config), "query-api").start()
    server = uvicorn.Server(
        uvicorn.Config(
            create_app(config),
            host=config.http_host,
            port=config.api_port,
            log_level="warning",
            access_log=False,
            timeout_graceful_shutdown=_DRAIN_SECONDS,
        )
    )
    # The server ends in good order by itself, and then hands the signal on to these.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)
    socket = server.config.bind_socket()
    structlog.get_logger("api").info("started", port=socket.getsockname()[1])
    server.run(sockets=[socket])


if __name__ == "__main__":
    main()
