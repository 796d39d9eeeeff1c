"""Generated pages, used in a real browser over the really running service."""
