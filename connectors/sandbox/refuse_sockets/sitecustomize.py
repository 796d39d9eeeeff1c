"""Loaded by Python at start where the kernel offers no namespace: refuses every way out of the process.

Only Python code is held back; the outcome of the run says that this weaker wall was used.
"""

import os
import socket
import sys

LOOPBACK_ALLOWED = os.environ.get("SANDBOX_LOOPBACK") == "1"
LOOPBACK_HOSTS = ("127.0.0.1", "localhost", "::1")


def _refuse(event: str, arguments: tuple[object, ...]) -> None:
    if event == "socket.__new__":
        family = arguments[1]
        if family != socket.AF_UNIX and not LOOPBACK_ALLOWED:
            raise PermissionError(f"the sandbox refuses a socket of family {family!r}")
    elif event in ("socket.connect", "socket.bind", "socket.sendto", "socket.getaddrinfo"):
        address = arguments[0] if event == "socket.getaddrinfo" else arguments[1]
        host = address[0] if isinstance(address, tuple) and address else address
        if not (LOOPBACK_ALLOWED and host in LOOPBACK_HOSTS):
            raise PermissionError(f"the sandbox refuses the address {address!r}")
    elif event.startswith("ctypes.dlopen"):
        raise PermissionError("the sandbox refuses to load native code by ctypes")


sys.addaudithook(_refuse)
