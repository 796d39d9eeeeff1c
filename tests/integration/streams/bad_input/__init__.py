"""Bad and hostile input, end to end."""
