"""The sandbox: pretends to be the platforms over real HTTP, as far as Minta can see them.

Start it with `manage.py sandbox` or, without Django, `python -m connectors.sandbox`; both say one line,
`sandbox listening on http://127.0.0.1:9401`. One process plays one platform (`--platform`); everything lives
in memory. Tests and the demo use `control.Sandbox` and `running.running_sandbox`, nothing else of it;
`Sandbox.settings()` tells the variables that Minta must be given.

    played.py                                    what a platform is to the frame
    platforms.py                                 the platforms by name
    server controls courier faults ledger clock  the frame, the same for all
    catalogue pictures                           the goods that every store can be filled with
    shopify/ ...                                 one platform each

Of Shopify, a store stands at `http://127.0.0.1:9401/{shop}` with its full domain:

    /                                            the stores, for a browser (on every platform)
    /store/{handle}/apps/minta                   the admin page with the app in its iframe
    /store/{handle}/oauth/install                ?optional_scopes=a,b: the merchant grants optional scopes
    /{shop}/admin/oauth/authorize                consent page; `auto=1` consents at once
    /{shop}/admin/oauth/access_token             tokens: exchange, code, refresh, migration
    /{shop}/admin/api/{version}/graphql.json     Admin GraphQL, 2026-10 and 2026-07
    /_files/... and /_cdn/...                    bulk results; pictures, the stand-in for App Bridge

The control API, JSON in and out (GET takes a query string, POST a JSON object; what goes wrong is a 400
with `error`):

    GET    /_sandbox/settings                    the variables that Minta must be given
    GET    /_sandbox/stores                      all stores with their state
    POST   /_sandbox/stores                      {handle, orders?, products?}: open a store
    GET    /_sandbox/clock                       {now, timestamp}
    POST   /_sandbox/clock                       {seconds, stamps?}: push the clock ahead (clock.py)
    GET POST DELETE /_sandbox/faults             list; add one (see faults.py); clear
    GET DELETE /_sandbox/requests                ?since&kind&store&status...: the requests that came; forget
    GET    /_sandbox/deliveries                  ?since&store&topic: webhooks with their attempts
    POST   /_sandbox/deliveries/flush            wait until all that is due was tried
    POST   /_sandbox/deliveries/hold             keep new webhooks back
    POST   /_sandbox/deliveries/release          {order: as_held | reversed | shuffled}
    POST   /_sandbox/deliveries/again            {number}: the same webhook once more
    POST   /_sandbox/deliveries/retries          {retries?, gaps?}: how often, and with growing gaps or not

of Shopify alone (shopify/world.py):

    POST   /_sandbox/bulk                        how bulk operations go from now on (shopify/bulk.py: Plan)
    POST   /_sandbox/app                         {url, secrets, scopes, topics, customer_level...}

and of one store, `/_sandbox/stores/{shop}`; played.py says which of these every platform has:

    GET  (itself) | products | orders | discounts | personal
    GET  load {embedded?}     the signed address with which the admin opens the app
    GET  id-token {user?}     a session token
    POST install {scopes?} | uninstall | scopes {scopes} | tokens/expire {refresh?} | bucket/drain
    POST shop {field: value} (closed_with_status: 402, 403, 404 or 423 shuts it)
    POST product/create | product/change | product/delete {id}
    POST order/create | order/change | order/delete {id}
    POST discount/create | discount/end | discount/delete {id}
    POST customers/redact | customers/data_request {customer?}
    POST webhook {topic, id? | body? | raw?, twist?}   any webhook, twisted (shopify/webhooks.py, Twist)

What it keeps of a request is its path, its operation, the fields asked and a fingerprint of its token.
"""
