"""Datasets: validated line by line, in memory that does not grow with the file.

`validate` reads a dataset as a stream of bytes and writes what Bedrock is to judge, in exactly the
documented format, with an index beside it by which scores find their records again.

One module per concern: `lines` cuts bytes into lines, `jsonline` turns a line into fields,
`judge_format` holds one format's rules (another format is another such module, behind the protocol
in `record`), `seen` tells equal records apart, `validation` drives, `report` is what comes of it.
Nothing here knows S3: the callers bring streams.
"""
