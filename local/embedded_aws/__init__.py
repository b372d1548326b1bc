"""The embedded AWS: MiniStack with the mends its gaps need, and stand-ins in front of it.

Runs in an environment of its own, because MiniStack pins its botocore. It shares no code with the
project it serves: the stand-ins are written from botocore's service model and the AWS
documentation alone, so that an error in the project is not repeated here.
"""
