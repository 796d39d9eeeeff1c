"""Testing Engineer: backend and frontend -> tests, really run, with coverage."""
