"""Everything that talks to git."""
