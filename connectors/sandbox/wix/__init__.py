"""Wix: an API of one origin for all sites, where a token says which site is meant.

platform.py     everything in memory, and what happens between app and sites
app.py          the app as it is registered, its installation on a site; permissions.py, quota.py
signing.py      what Wix signs
site.py         a site; things.py its goods, sales.py its sales, seeding.py, orders.py and offers.py make them
asking.py       the query language; refusals.py how Wix refuses
bodies/         what Wix answers; api/ what can be asked; routes.py where the paths lead
webhooks.py     how an event travels; events.py which events tell of what
changes.py      what owners and buyers do
dashboard.py    the owner's side in a browser
controls.py     the control API of a site; telling.py what it tells

What it adds to the controls that every platform has, of a site:

    GET  load {who?, age_seconds?}      who: owner, visitor, demo
    POST install {scopes?, copies?} | clone {handle?} | site/delete | scopes {scopes}
    POST catalog {version}              V1_CATALOG, V3_CATALOG, STORES_NOT_INSTALLED; V1 to V3 migrates
    POST anonymize {order | product | discount, deleted?}
    POST order/event {id, slug?}        an order's event, subscribed to or not
    POST webhook {topic, body? | raw?, twist?}
    POST quota/spend                    nothing is left of this minute

and of the app: `POST app` (url, secrets, scopes, topics, content_type, mask, claims, whole_as) and
`POST quota` {per_minute}. `--set catalog=V1_CATALOG` and `--set per_minute=100000` say it from the start.
"""
