"""The claims of the seed essay as experiments: the page of the documentation."""
