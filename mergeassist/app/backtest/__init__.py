"""Redo this repository's own merges and compare with what people committed."""
