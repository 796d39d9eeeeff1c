"""Where builds are kept and offered."""

from connectors.artefacts.store import ArtefactStore

__all__ = ["ArtefactStore"]
