"""The platforms, each under its name: a new one is a folder and a line here."""

from connectors.platforms.base import Platform
from connectors.platforms.bigcommerce import BigCommerce
from connectors.platforms.shopify import Shopify
from connectors.platforms.wix import Wix

PLATFORMS: dict[str, Platform] = {
    "shopify": Shopify(),
    "bigcommerce": BigCommerce(),
    "wix": Wix(),
}
