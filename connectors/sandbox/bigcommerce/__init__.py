"""BigCommerce as the sandbox plays it: login origin, API origin and control panel on one address."""
