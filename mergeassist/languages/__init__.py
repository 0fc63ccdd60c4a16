"""Languages as data, and syntax trees on demand."""
