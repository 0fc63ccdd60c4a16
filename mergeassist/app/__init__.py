"""Use cases: what the commands and the driver do."""
