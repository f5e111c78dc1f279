"""One module for each source of events or displacement; `dayafter.events.registry` lists them."""
