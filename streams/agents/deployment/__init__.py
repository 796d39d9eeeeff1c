"""Deployment: tested files -> a wheel with SBOM and checksums that installs and answers."""
