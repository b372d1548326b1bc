"""What kinds share that score responses which were collected before, without Bedrock's limits."""
