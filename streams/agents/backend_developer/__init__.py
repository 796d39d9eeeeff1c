"""Backend Developer: specification -> a FastAPI service that starts."""
