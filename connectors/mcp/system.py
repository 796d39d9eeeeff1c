"""The running system that the tools talk to: the log by Kafka, the read models by the query API."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from urllib.parse import quote

from connectors.query_api import ask, ask_text, query_calls
from connectors.resilience.outgoing import Outgoing
from connectors.resilience.policy import policy_of
from connectors.settings import Settings
from connectors.user_requests import publish_request
from schemas.errors import SetupError


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the system is: settings with the brokers named, and the query API's address."""

    settings: Settings
    api_url: str


class System:
    """A system that is found, or started, when the first tool needs it."""

    def __init__(self, find: Callable[[], Addresses], user: str = "") -> None:
        """
        Args:
            find: gives the addresses, and starts what does not run. Called again after a failure.
            user: in whose name the tools ask, '' if not known.
        """
        self._find = find
        self._user = user
        self._found: Addresses | None = None
        self._calls: Outgoing | None = None
        self._lock = Lock()

    @property
    def settings(self) -> Settings:
        """Settings with the addresses of the brokers.

        Raises:
            SetupError: the system cannot be started.
        """
        return self._addresses().settings

    def ask(self, path: str, parameters: Mapping[str, Sequence[str]] | None = None) -> dict[str, object]:
        """What the query API answers; arguments and errors as `connectors.query_api.ask`."""
        addresses = self._addresses()
        try:
            return ask(addresses.api_url, path, parameters or {}, self._query_calls(addresses))
        except SetupError:
            self._found = None
            raise

    def ask_text(self, path: str) -> str:
        """The text that the query API answers."""
        addresses = self._addresses()
        return ask_text(addresses.api_url, path, self._query_calls(addresses))

    def publish(self, payload: object, delivery_id: str = "") -> dict[str, object]:
        """Publish what the user asks for; tells its delivery, id, type and position."""
        settings = self._addresses().settings
        return publish_request(settings, payload, user=self._user, delivery_id=delivery_id).plain()

    @property
    def user(self) -> str:
        """In whose name the tools ask."""
        return self._user

    def _addresses(self) -> Addresses:
        with self._lock:
            if self._found is None:
                self._found = self._find()
            return self._found

    def _query_calls(self, addresses: Addresses) -> Outgoing:
        with self._lock:
            if self._calls is None:
                self._calls = query_calls(policy_of(addresses.settings))
            return self._calls


def path_of(delivery_id: str, *parts: str) -> str:
    """Path of a delivery or a part of it below /api/v1; whatever it is made of stays one segment each."""
    return "/".join(["deliveries", *(quote(part, safe="") for part in (delivery_id, *parts))])
