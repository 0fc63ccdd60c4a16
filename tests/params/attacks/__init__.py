"""Hostile and damaged files, made by code so that nothing dangerous is committed."""
