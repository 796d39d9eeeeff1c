"""Disks that are really full, and then are not."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from deploy.faults.disks import can_mount, mounted

pytestmark = pytest.mark.skipif(not can_mount(), reason="this user may not mount file systems here")


def test_given_a_full_disk_when_written_then_there_is_no_room_until_it_is_freed(tmp_path: Path) -> None:
    with mounted([tmp_path / "disk"]) as (disk,):
        kept = disk.folder / "kept"
        kept.write_bytes(bytes(1_000_000))

        disk.fill()

        with pytest.raises(OSError) as refused:
            (disk.folder / "new").write_bytes(bytes(4_096))
        assert refused.value.errno == errno.ENOSPC
        assert kept.read_bytes() == bytes(1_000_000)
        disk.free()
        assert (disk.folder / "new").write_bytes(bytes(10_000_000)) == 10_000_000
    assert not kept.exists()
