"""The papers that go with a wheel: delivery.json, Dockerfile, pinned versions and checksums."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import Distribution

from packaging.utils import canonicalize_name

from schemas.specification import Specification, Story

_DOCKERFILE = """\
# syntax=docker/dockerfile:1
FROM python:3.11-slim AS build
COPY {wheel} constraints.txt /tmp/
RUN python -m venv /opt/service \\
 && /opt/service/bin/pip install --no-cache-dir --constraint /tmp/constraints.txt /tmp/{wheel}

FROM python:3.11-slim
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin service \\
 && install -d -o service -g service /data
COPY --from=build /opt/service /opt/service
USER 10001
WORKDIR /data
VOLUME /data
ENV PATH=/opt/service/bin:$PATH PYTHONUNBUFFERED=1 DATABASE_URL=sqlite:////data/{package}.db
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s --retries=3 \\
  CMD ["python", "-c", "import urllib.request; \\
urllib.request.urlopen('http://127.0.0.1:8000/health', timeout=2)"]
ENTRYPOINT ["python", "-m", "{package}"]
CMD ["--host", "0.0.0.0", "--port", "8000"]
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """What a build is called.

    Attributes:
        delivery_id: delivery it comes from.
        attempt: attempt of the delivery.
        version: version of the wheel.
    """

    delivery_id: str
    attempt: int
    version: str


def dockerfile(package: str, wheel: str) -> str:
    """An image of the service: slim, not as root, with a health check."""
    return _DOCKERFILE.format(package=package, wheel=wheel)


def constraints(distributions: Sequence[Distribution], service: str) -> str:
    """The exact versions that were installed and checked, but the service itself."""
    own = canonicalize_name(service)
    pins = {canonicalize_name(dist.name): dist.version for dist in distributions}
    return "".join(f"{name}=={pins[name]}\n" for name in sorted(pins) if name != own)


def _story(story: Story) -> dict[str, object]:
    criteria = [
        {"id": criterion.id, "given": criterion.given, "when": criterion.when, "then": criterion.then}
        for criterion in story.criteria
    ]
    return {
        "id": story.id,
        "role": story.role,
        "goal": story.goal,
        "benefit": story.benefit,
        "criteria": criteria,
    }


def delivery_document(
    identity: Identity,
    specification: Specification,
    requirement: str,
    wheel: str,
    checksums: Mapping[str, str],
) -> str:
    """delivery.json: what was asked for, what was built, and the checksum of every file."""
    document = {
        "delivery_id": identity.delivery_id,
        "attempt": identity.attempt,
        "name": specification.name,
        "package": specification.package,
        "version": identity.version,
        "summary": specification.summary,
        "requirement": requirement,
        "wheel": wheel,
        "wheel_sha256": checksums[wheel],
        "stories": [_story(story) for story in specification.stories],
        "checksums": dict(sorted(checksums.items())),
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def checksum_list(checksums: Mapping[str, str]) -> str:
    """SHA256SUMS, as `sha256sum --check` reads it."""
    return "".join(f"{digest}  {path}\n" for path, digest in sorted(checksums.items()))
