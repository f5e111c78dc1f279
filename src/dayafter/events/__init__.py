"""Events and displacement that others recorded: read, checked, placed, counted by unit and month."""
