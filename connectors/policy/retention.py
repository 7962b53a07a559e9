"""How long a record is kept, by kind, and what happens to all of them when a merchant leaves."""

KEPT: dict[str, str] = {
    "store": "until the next reading replaces it",
    "product": "until the platform deletes it",
    "sale": (
        "until the platform says that it was deleted, a customer's erasure names it, or the store is erased;"
        " one that the platform merely no longer shows stays until then"
    ),
    "offer": "until the platform deletes it",
}

ALSO_KEPT = (
    "The answer to a customer's data request, which lists the named sales that are held, is sealed and stays"
    " on the merchant's page for 60 days. A customer's erasure takes its sales out of it, and the store's"
    " erasure removes it."
)

WHEN_THE_MERCHANT_LEAVES = (
    "At the uninstall the store goes into quarantine, where nothing opens it but the merchant's return in"
    " time. It is erased when the platform asks for it, or 48 hours after the uninstall"
    " (`MINTA_QUARANTINE_HOURS`): every row is removed, the store's key is destroyed, so that no backup opens"
    " either. Whatever has read records from the feed is asked to delete its copies and to confirm it; when"
    " all have, a signed receipt says so. A merchant who installs anew before that keeps the sales that the"
    " platform no longer shows: they are opened once and sealed for the new installation. All else is read"
    " again, and the rest of what was held is erased at once, with a receipt. A store whose platform has"
    " refused us for 90 days (`MINTA_SILENT_DAYS`) counts as uninstalled."
)
