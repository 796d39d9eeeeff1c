"""Which licences a bill of materials names, and which of them are not allowed. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping

UNKNOWN = "not told"
_NOT_ALLOWED = ("AGPL", "GPL", "SSPL", "BUSL")


def licences_in(bill_of_materials: str) -> dict[str, str]:
    """The licence of each component of a CycloneDX document in JSON, `UNKNOWN` where it tells none."""
    components = json.loads(bill_of_materials).get("components", [])
    return {component["name"]: _licence_of(component) for component in components}


def not_allowed(licences: Mapping[str, str]) -> list[str]:
    """Components whose licence is not allowed or not told, sorted."""
    return sorted(
        name for name, licence in licences.items() if licence == UNKNOWN or licence.startswith(_NOT_ALLOWED)
    )


def _licence_of(component: Mapping[str, object]) -> str:
    told = component.get("licenses")
    for choice in told if isinstance(told, list) else []:
        named = choice.get("license", {})
        text = choice.get("expression") or named.get("id") or named.get("name")
        if text:
            return str(text)
    return UNKNOWN
