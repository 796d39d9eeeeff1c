"""Keys that seal personal data in events, and the erasing of data by deleting its key."""
