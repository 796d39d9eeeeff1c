"""Takes secrets out of texts that are logged or recorded."""

from __future__ import annotations

import re
from collections.abc import Iterable

REDACTED = "[secret]"
_SHORTEST = 6
_SECRETS = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)"
    r"|\b(?:sk|pk|rk|xox[abps]|gh[opsu])[-_][A-Za-z0-9_\-]{12,}"
    r"|\bgithub_pat_\w{20,}"
    r"|\bAKIA[A-Z0-9]{16}\b"
    r"|\beyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]{5,}"
    r"|(?<=bearer )[\w.~+/-]{12,}=*"
    r"|(?<=://)[^\s/:@]+:[^\s/@]+(?=@)",
    re.DOTALL | re.IGNORECASE,
)


def without_secrets(text: str, secrets: Iterable[str] = ()) -> str:
    """The text with `REDACTED` in place of these secrets, and of what looks like a key or like a password.

    Half characters, which no event can hold, become question marks.

    Args:
        secrets: those known; shorter ones than six characters are no secrets.
    """
    for secret in secrets:
        if len(secret) >= _SHORTEST:
            text = text.replace(secret, REDACTED)
    return _SECRETS.sub(REDACTED, text).encode(errors="replace").decode()
