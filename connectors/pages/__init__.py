"""What people and platforms load: the merchant's page, the deliveries' door, the operator's addresses.

entry      `/{platform}/...`: let a person in, or say what to do
webhooks   `/webhooks/{platform}/`: take a delivery
operators  `/healthz`, `/readyz`, `/metrics`
answers    every HTML answer with its content policy
cookies    the two signed cookies of merchants who are not in a frame
held       the page "What Minta holds"
notices    small pages: what happened, and what to do
holdings   what is held of one store, clause by clause
items      the leaves of the policy beside what is held in them
lists      the newest records as lines of small tables
activity   what was done with it: reads, syncs, answers, receipts
rights     what a merchant does there: each a POST with a proof
choices    what may be done, and how each stands
downloads  a merchant's export
leaving    how an erasure stands, without a login
sending    what is long, whole or a range of it
values     how one value of a record is shown
metrics    the counts as Prometheus text
"""
