"""The algebra of merging: standard library only."""
