"""Builds the tested files into an artefact, installs it afresh, starts it, and offers it."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from connectors.artefacts import ArtefactStore
from connectors.sandbox.launch import write_files
from schemas.artefacts import Build, BuildFile, SourceBundle
from schemas.errors import WorkError
from schemas.specification import Specification
from streams.agents.deployment.bill_of_materials import bill_of_materials
from streams.agents.deployment.documents import (
    Identity,
    checksum_list,
    constraints,
    delivery_document,
    dockerfile,
)
from streams.agents.deployment.installation import check_service, installed
from streams.agents.deployment.wheel import Wheel, build_wheel, with_version

NAME = "deterministic/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is to be built.

    Attributes:
        specification: what the service is.
        requirement: words that it comes from.
        sources: files of the service, its page and its tests.
        identity: how the build is called.
    """

    specification: Specification
    requirement: str
    sources: SourceBundle
    identity: Identity


def build(order: Order, store: ArtefactStore) -> Build:
    """Builds, checks and offers the artefact; the same order gives the same wheel.

    Raises:
        WorkError: the wheel cannot be built or installed, or the service does not start or lacks
            an operation or the page. Nothing is offered then.
        SetupError: the machine cannot make an environment.
    """
    package = order.specification.package
    sources = with_version(order.sources, package, order.identity.version)
    wheel = build_wheel(sources)
    _require_clean(wheel, package)
    with installed(wheel) as installation:
        operations = [operation.name for operation in order.specification.operations]
        health_seconds = check_service(installation, package, operations)
        papers = {
            "Dockerfile": dockerfile(package, wheel.name),
            "constraints.txt": constraints(installation.distributions, package),
            "sbom.cdx.json": bill_of_materials(installation.distributions, package, _digest(wheel.content)),
        }
    files = _publish(order, store, sources, wheel, papers)
    return Build(
        package=package,
        version=order.identity.version,
        folder=store.folder_name(order.identity.delivery_id, order.identity.attempt),
        wheel=wheel.name,
        wheel_sha256=_digest(wheel.content),
        files=files,
        install_seconds=round(installation.seconds, 3),
        health_seconds=round(health_seconds, 3),
    )


def discard(delivery_id: str, attempt: int, store: ArtefactStore) -> bool:
    """No longer offers the build; False where there was none."""
    return store.discard(delivery_id, attempt)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _require_clean(wheel: Wheel, package: str) -> None:
    """A wheel holds the package alone: its tests would be installed beside everybody's."""
    with zipfile.ZipFile(BytesIO(wheel.content)) as archive:
        tops = {name.split("/", 1)[0] for name in archive.namelist()}
    foreign = sorted(top for top in tops if top != package and not top.endswith(".dist-info"))
    if foreign or package not in tops:
        raise WorkError(
            f"building {wheel.name}",
            why=f"it holds {', '.join(foreign) or 'no package'} at the top, not just {package}",
            todo="Name the package in [tool.hatch.build.targets.wheel].",
        )


def _publish(
    order: Order, store: ArtefactStore, sources: SourceBundle, wheel: Wheel, papers: Mapping[str, str]
) -> tuple[BuildFile, ...]:
    identity = order.identity
    with store.publishing(identity.delivery_id, identity.attempt) as folder:
        (folder / wheel.name).write_bytes(wheel.content)
        for name, text in papers.items():
            (folder / name).write_text(text, encoding="utf-8", newline="\n")
        write_files(sources, folder / "source")
        checksums = {file.path: file.sha256 for file in _files_in(folder)}
        document = delivery_document(identity, order.specification, order.requirement, wheel.name, checksums)
        (folder / "delivery.json").write_text(document, encoding="utf-8", newline="\n")
        checksums["delivery.json"] = _digest(document.encode("utf-8"))
        (folder / "SHA256SUMS").write_text(checksum_list(checksums), encoding="utf-8", newline="\n")
        return _files_in(folder)


def _files_in(folder: Path) -> tuple[BuildFile, ...]:
    found = []
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        content = path.read_bytes()
        name = path.relative_to(folder).as_posix()
        found.append(BuildFile(path=name, sha256=_digest(content), size=len(content)))
    return tuple(found)
