"""Conflict to candidate resolutions."""
