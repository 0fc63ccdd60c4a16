"""What people see: rich is imported here only, and only when something is shown."""
