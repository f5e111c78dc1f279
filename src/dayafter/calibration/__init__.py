"""What a case's own record says about the simulation's parameters, and what it does not.

`observed` cuts a record of events into place-months by regime and class; `likelihood` weighs parameters by it, with the
events that nobody recorded and the drift of the background filtered out; `sampling` draws from the posterior; `fit`
puts them together; `returns` looks at displacement. The posterior itself is `dayafter.priors.posterior`.
"""
