"""A stand-in for the evaluation jobs of Amazon Bedrock's control plane.

As strict as the service, or stricter; README.md lists where. It acts through the passed role alone:
its S3 calls are signed with that role's session and go through the same door as everyone's.
"""
