"""What is deployed: one thin stack that composes one construct per concern."""
