"""What the kinds have in common that SageMaker evaluates, each by one pipeline execution."""
