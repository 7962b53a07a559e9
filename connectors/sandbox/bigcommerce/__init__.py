"""BigCommerce as the sandbox plays it: login origin, API origin and control panel on one address.

    /store/{handle}/apps/minta          ?user: the control panel with the app in its iframe, or its consent
    /oauth2/token                       a code for a token, once
    /app/{client_id}/install            ?store: an install that begins outside; /succeeded and /failed end it
    /stores/{hash}/v2|v3/...            the REST API (api/endpoint.py lists what there is, with its scope)
    /_cdn/s-{hash}/images/stencil/...   pictures

A store is known by its hash or its handle. Every store counts its things from the same numbers, so that two
stores have products of the same id. What the platform's word is not certain about is played one way: a token
that died because of the owner's new address is refused with 403, every other with 401; what is archived stays
in the list of orders, as deleted; a parameter that v3 does not know is refused with 422; `hash` of a webhook
is over its body alone, so that two events of one second about one thing share it; a signature's time is that
of the event, at a retry too.

Not played: the list of blocked domains, `store/hook/deliveryException`, GraphQL, `/v3/payments/methods` and
everything else that only shoppers' values would come from, but for an order's shipping addresses.
"""
