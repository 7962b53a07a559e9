"""Sharing: what processors are given of a store once its merchant consents, and how it is erased there again.

    asking      who holds something, the duties to erase it there, and how far each is
    consents    give, withdraw, given: nothing goes anywhere before the merchant has said so in this epoch
    cutting     what a processor may be given of a record, and nothing else
    places      where a processor was when it was given something: it is erased there and nowhere else
    shares      look and send: written down before it is sent
    ending      end: erase at a processor, look, and go on until nothing is there
    again       a last look, a day behind an absence that a call may have outrun
    tending     take up what lost its job

Locks are taken in this order: store, duties, shares. No lock is held while a processor thinks: what is sent
and erased for one store at one processor goes through jobs of one lock.
"""

from connectors.sharing.asking import ask_all, standings, unsettled

__all__ = ["ask_all", "standings", "unsettled"]
