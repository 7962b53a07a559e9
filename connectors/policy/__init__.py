"""The policy as data: clauses, purposes, processors, and the records whose every leaf names its clause.

    clauses    the merchant row of the policy, in its order and words
    leaves     the annotation of a leaf; how to walk the leaves of a record and cut it by purpose
    records    StoreInfo, Product, Sale, Offer
    retention  how long each thing is kept, and why
    sharing    what each processor may be given, and why
    register   every clause, leaf and platform source beside each other, proved complete
    rendering  the register as text, page and JSON

Standard library only.
"""
