"""`python -m dayafter`."""

from dayafter.cli import main

if __name__ == "__main__":
    main()
