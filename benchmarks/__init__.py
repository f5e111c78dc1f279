"""Times and memory, printed and never tested: `make bench`."""
