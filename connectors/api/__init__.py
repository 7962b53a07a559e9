"""The feed over HTTP: `/feed/v1/...`, JSON for who holds a key.

urls      the addresses
views     one class per address: what is asked for, the verb, the answer
auth      the key of a request
query     parameters, checked
answers   JSON out; errors as JSON
"""
