"""Frontend Developer: backend -> an accessible page over its API."""
