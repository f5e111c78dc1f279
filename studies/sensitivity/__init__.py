"""Which inputs move the answer on the worked case: the page of the documentation."""
