"""What `lambda-scorer` is made of: batches of records, the scorer's replies, and asking it.

document    what a suite says
batches     records as the scorer sees them, so many at a time
replies     what it answers, read so that nothing odd becomes a score
asking      one batch after another, each answer kept, until time is up
collecting  from the kept answers to record scores
"""
