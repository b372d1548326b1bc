"""From one dataset format to another, where the meaning allows it.

`example` is what all formats have in common, `readers` and `writers` bring a line to it and from
it, `losses` counts what a format has no room for, `conversion` drives.
"""
