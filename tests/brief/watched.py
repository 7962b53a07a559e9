"""A brief over real HTTP of a store that was installed and read, whatever its platform."""

from typing import Any

import requests

from connectors import feedkeys
from tests.journeys.merchant import Merchant


def read(merchant: Merchant, app_url: str) -> dict[str, Any]:
    """Return the store's brief as a renderer gets it."""
    token = feedkeys.make(f"brief-{merchant.last_call}", "videos").token
    headers = {"Authorization": f"Bearer {token}"}
    address = f"{app_url}/feed/v1/stores/{merchant.store.ref}/brief"
    answer = get(address, headers=headers)
    assert answer.status_code == 200, answer.text
    made: dict[str, Any] = answer.json()
    return made


def get(address: str, **options: Any) -> requests.Response:
    """Return what an address answers, wherever it leads."""
    with requests.Session() as session:
        session.trust_env = False
        return session.get(address, timeout=60, **options)


def leads_to_pictures_until_leaving(merchant: Merchant, app_url: str) -> None:
    """Follow every link of a brief to the platform, and nowhere once the merchant has left."""
    made = read(merchant.come(), app_url)
    assert made["products"]
    assert all(each["price_text"] for each in made["products"])
    links = [picture["fetch"] for each in made["products"] for picture in each["pictures"]]
    assert links
    for link in links:
        picture = get(link)
        assert picture.status_code == 200
        assert picture.headers["Content-Type"].startswith("image/")
        assert not picture.url.startswith(app_url)
    merchant.leave()
    assert {get(link, allow_redirects=False).status_code for link in links} == {404}


def returns_to_the_shelf(merchant: Merchant, app_url: str) -> None:
    """Show a product that was sold out when it was first seen once it can be bought, and say why."""
    merchant.come()
    sandbox, shop = merchant.sandbox, merchant.shop
    made = sandbox.create_product(shop, title="Returning crate", handle="returning-crate", stock=0)
    merchant.settle()
    assert "Returning crate" not in {each["title"] for each in read(merchant, app_url)["products"]}
    sandbox.change_product(shop, str(made["id"]), stock=9)
    merchant.settle()
    (crate,) = (each for each in read(merchant, app_url)["products"] if each["title"] == "Returning crate")
    assert "back_in_stock" in crate["reasons"]
    assert crate["badge"]
