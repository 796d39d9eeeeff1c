"""The local broker, database and processes, for one machine."""
