"""Merkle tree hash of RFC 6962, section 2.1, over leaves that come one by one. SHA-256. Pure."""

from __future__ import annotations

import hashlib

HASH_BYTES = 32
_LEAF, _NODE = b"\x00", b"\x01"


def leaf_hash(data: bytes) -> bytes:
    """Hash of a leaf; the prefix keeps it apart from a node's."""
    return hashlib.sha256(_LEAF + data).digest()


def _node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(_NODE + left + right).digest()


class MerkleTree:
    """The tree's right edge, which is all that is needed to add leaves and to tell the root.

    Attributes:
        size: number of leaves.
    """

    def __init__(self) -> None:
        self.size = 0
        # Roots of the whole subtrees from left to right; their sizes are the powers of two in `size`.
        self._subtrees: list[bytes] = []

    def add(self, leaf: bytes) -> None:
        """Add the hash of a leaf."""
        subtrees, whole = self._subtrees, self.size
        while whole & 1:
            leaf = _node_hash(subtrees.pop(), leaf)
            whole >>= 1
        subtrees.append(leaf)
        self.size += 1

    def root(self) -> bytes:
        """Root over all leaves so far."""
        if not self._subtrees:
            return hashlib.sha256(b"").digest()
        root = self._subtrees[-1]
        for left in reversed(self._subtrees[:-1]):
            root = _node_hash(left, root)
        return root
