"""The door for people: the dashboard page, which Wix opens in a frame with the signed instance.

There is no consent page and no script of Wix's: the proof is in the address, or in the header of a fetch, and
a reload brings the same one. Whoever is not an owner of the site has no business here; a proof of more than a
day is mended by opening the app again (https://dev.wix.com, security and privacy best practice).
"""

from datetime import datetime, timedelta
from typing import Final

from connectors.errors import Forbidden, Malformed, Unverified
from connectors.platforms.opening import Admitted, Arrival, Credentials
from connectors.platforms.wix.ids import instance_id
from connectors.platforms.wix.signed import Instance, read_instance

#: How old a proof may be. Wix refuses a change on an older one.
LONGEST_AGE: Final = timedelta(days=1)
#: How far Wix's clock may be before ours.
LEEWAY: Final = timedelta(minutes=5)


def enter(arrival: Arrival, credentials: Credentials, now: datetime) -> Admitted:
    """Admit an owner of the site that the signed instance names.

    Raises Unverified when it is missing, wrong or too old, Malformed when the request cannot be read,
    Forbidden for whoever is no owner, and for a demo, which is no store.
    """
    if arrival.path:
        raise Malformed("path: none of ours")
    proof = arrival.bearer if arrival.bearer is not None else _in_query(arrival)
    signed = read_instance(proof, credentials.client_secrets)
    _check_age(signed, now)
    if signed.permissions != "OWNER":
        raise Forbidden("only the site's owner may open Minta")
    if signed.demo_mode:
        raise Forbidden("a demo is no store")
    return Admitted(shop=instance_id(signed.instance_id), proof=proof, proved_at=signed.sign_date)


def _in_query(arrival: Arrival) -> str:
    given = [value for name, value in arrival.query if name == "instance"]
    if len(given) > 1:
        raise Malformed("query: a parameter comes twice")
    if not given:
        raise Unverified("there is no signed instance")
    return given[0]


def _check_age(signed: Instance, now: datetime) -> None:
    if signed.sign_date > now + LEEWAY:
        raise Unverified("instance: signed in the future")
    if signed.sign_date < now - LONGEST_AGE:
        raise Unverified("instance: signed more than a day ago; open the app again")
