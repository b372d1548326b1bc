"""Record scores and what is made of them. Knows no service, no dataset and no kind."""
