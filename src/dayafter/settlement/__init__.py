"""Which deals bargaining would bring, which would be accepted, and which would hold."""
