"""mergeassist: a merge assistant for git that merges code and models."""

__version__ = "0.1.0"
