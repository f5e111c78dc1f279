"""The case format: what people write, read strictly, with every fault and where it is."""
