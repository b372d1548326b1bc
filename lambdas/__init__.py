"""One module per workflow step: parse the event, call modeleval, return."""
