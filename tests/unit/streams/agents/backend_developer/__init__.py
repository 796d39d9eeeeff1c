"""Tests of the Backend Developer: services are written, started and asked."""
