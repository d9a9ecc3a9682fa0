"""The operator's application, as its source shows it: where its code is, what it is made of.

The source is read and never imported: it runs on the host alone.
"""
