"""DynamoDB: runs, their jobs and their scores."""
