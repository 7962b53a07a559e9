"""The feed over HTTP: `/feed/v1/...`, JSON for who holds a key.

urls      the addresses
base      what every address shares
reads     stores, products, changes
briefs    the brief
auth      the key of a request
query     parameters, checked
answers   JSON out; errors as JSON
"""
