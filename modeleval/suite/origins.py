"""The three ways in which a suite comes."""

DEPLOYED = "deployed"
FROM_S3 = "s3"
INLINE = "inline"
