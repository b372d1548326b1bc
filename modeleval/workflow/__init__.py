"""What the steps of the two state machines do; each may run twice."""
