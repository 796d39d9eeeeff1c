"""What is in the service: a CycloneDX bill of materials of what was really installed."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import Distribution

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.contact import OrganizationalEntity
from cyclonedx.model.license import License
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from streams.agents.deployment.wheel import SOURCE_DATE_EPOCH

_LONGEST_LICENCE = 100


def _licence(distribution: Distribution) -> License | None:
    """The SPDX expression or identifier where there is one, else the trove classifier's words."""
    metadata = distribution.metadata.json
    text = str(metadata.get("license_expression") or metadata.get("license") or "")
    if not text or len(text) > _LONGEST_LICENCE or "\n" in text:
        named = [line for line in metadata.get("classifier", []) if line.startswith("License ::")]
        text = named[-1].rsplit(" :: ", 1)[-1] if named else ""
    return LicenseFactory().make_from_string(text) if text else None


def _component(distribution: Distribution, kind: ComponentType, sha256: str = "") -> Component:
    name = canonicalize_name(distribution.name)
    url = PackageURL("pypi", name=name, version=distribution.version)
    licence = _licence(distribution)
    return Component(
        type=kind,
        name=name,
        version=distribution.version,
        purl=url,
        bom_ref=url.to_string(),
        licenses=[licence] if licence else [],
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=sha256)] if sha256 else [],
    )


def _needs(distribution: Distribution) -> set[str]:
    wanted = (Requirement(line) for line in distribution.requires or [])
    return {
        canonicalize_name(requirement.name)
        for requirement in wanted
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""})
    }


def bill_of_materials(distributions: Sequence[Distribution], service: str, sha256: str) -> str:
    """CycloneDX 1.6 JSON: the service, all that was installed with it, and who needs whom.

    Args:
        distributions: everything in the environment, the service too.
        service: distribution name of the service.
        sha256: digest of its wheel.
    """
    own = canonicalize_name(service)
    components: dict[str, Component] = {}
    for distribution in distributions:
        name = canonicalize_name(distribution.name)
        kind, digest = (ComponentType.APPLICATION, sha256) if name == own else (ComponentType.LIBRARY, "")
        components[name] = _component(distribution, kind, digest)
    bom = Bom(
        serial_number=uuid.uuid5(uuid.NAMESPACE_OID, sha256),
        components=[component for name, component in components.items() if name != own],
    )
    bom.metadata.timestamp = datetime.fromtimestamp(SOURCE_DATE_EPOCH, tz=UTC)
    bom.metadata.component = components[own]
    bom.metadata.supplier = OrganizationalEntity(name="streamwright")
    for distribution in distributions:
        needed = [components[name] for name in sorted(_needs(distribution)) if name in components]
        bom.register_dependency(components[canonicalize_name(distribution.name)], needed)
    return JsonV1Dot6(bom).output_as_string(indent=2) + "\n"
