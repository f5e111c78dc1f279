"""Results held against numbers that others computed."""
