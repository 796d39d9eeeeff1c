"""What runs the system: the local broker, database and processes."""
