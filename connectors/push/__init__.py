"""Push: the pipeline's endpoints are told, in a few words, what happens; what it is they fetch from the feed.

    notices.py     `announce`, `announce_change`: what is to be told, written in the caller's transaction
    sending.py     `send`: what is due at one endpoint, each attempt written down before it is made
    wire.py        one request: to a checked address, over TLS, by a deadline
    addresses.py   which addresses may be told at all
    signing.py     secrets and signatures, as Standard Webhooks say (https://www.standardwebhooks.com)
    endpoints.py   make, disable, enable, rotate, remove, replay, tend

docs/push.md is the outside.
"""

from connectors.push.notices import announce, announce_change

__all__ = ["announce", "announce_change"]
