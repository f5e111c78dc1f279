"""What writes the generated files of the repository: `python -m tools.regenerate`."""
