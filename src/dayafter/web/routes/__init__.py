"""What answers at which address: pages for people, an interface for programs, files to take away."""
