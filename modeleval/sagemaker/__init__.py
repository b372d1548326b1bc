"""SageMaker: requests and responses, and nothing of the workflow."""
