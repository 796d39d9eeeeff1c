"""Taking advisory locks from a session whose process gives no sign of life.

A lock ends with its session, so a killed process frees its locks at once. One that is frozen, or whose
machine is cut off, would keep them until it wakes up or TCP gives up. A holder therefore makes a query on
the session of its lock at least every `SIGN_OF_LIFE_SECONDS`; who waits for the lock ends a session that
has made none for `SILENT_SECONDS`. The server's own notes are the heartbeat: there is no table of leases,
and the clocks of the machines do not matter. What the holder does when it wakes up must change nothing;
that is for the user of the lock to see to.
"""

from __future__ import annotations

from typing import Any

from psycopg import Connection, Cursor, Error

SIGN_OF_LIFE_SECONDS = 1.0
SILENT_SECONDS = 10.0

# The two halves of a lock's key: of one bigint (objsubid 1), or of two ints (objsubid 2).
_END = (
    "SELECT pg_terminate_backend(activity.pid) FROM pg_locks AS held JOIN pg_stat_activity AS activity"
    " USING (pid) WHERE held.locktype = 'advisory' AND held.granted AND activity.pid <> pg_backend_pid()"
    " AND activity.datname = current_database() AND activity.usename = current_user"
    " AND held.database = activity.datid AND held.objsubid = %(parts)s"
    " AND activity.state_change < clock_timestamp() - make_interval(secs => %(silent)s)"
)
_BY_NAME = " AND (held.classid::bigint << 32 | held.objid::bigint) = hashtextextended(%(name)s, 0)"
_BY_FIRST = " AND held.classid::bigint = (%(first)s::bigint & 4294967295)"


def show_life(connection: Connection[Any]) -> bool:
    """Make a query on the session that holds a lock; whether the session, and so the lock, is still there."""
    try:
        connection.execute("SELECT")
    except Error:
        return False
    return True


def end_silent_holder(connection: Connection[Any], name: str) -> bool:
    """End the session that holds the lock `hashtextextended(name, 0)`, if it is silent; whether it was.

    Raises:
        psycopg.Error: the database does not answer.
    """
    found = connection.execute(_END + _BY_NAME, {"parts": 1, "silent": SILENT_SECONDS, "name": name})
    return found.rowcount > 0


def end_silent_holders(cursor: Cursor[Any], first: int) -> int:
    """End silent sessions that hold a lock of two ints of which this is the first; gives their number.

    Raises:
        psycopg.Error: the database does not answer.
    """
    cursor.execute(_END + _BY_FIRST, {"parts": 2, "silent": SILENT_SECONDS, "first": first})
    return cursor.rowcount
