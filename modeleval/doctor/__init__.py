"""What is wrong with a deployment, or its account, and the exact fix: one module per check."""
