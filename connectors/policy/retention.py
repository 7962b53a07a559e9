"""How long each thing is kept, why, and whether it holds a merchant's value: the one place that says so.

`connectors.retention` carries out what is a merchant's; whatever else is forgotten by its own place takes its
days from here.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final


@dataclass(frozen=True)
class Period:
    """How long one thing is kept: `days` from an event, or only until an event; `end` says it in words.

    `value`: whether it holds, sealed, what is a merchant's. What does not holds references, times, counts,
    states and keyed fingerprints alone.
    """

    key: str
    title: str
    end: str
    why: str
    value: bool
    days: int | None = None

    @property
    def time(self) -> timedelta:
        """Its days; raises ValueError where an event alone ends it."""
        if self.days is None:
            raise ValueError(f"{self.key} is kept until an event")
        return timedelta(days=self.days)

    @property
    def words(self) -> str:
        """How long, for people: `90 days after it was made`."""
        return self.end if self.days is None else f"{self.days} days after {self.end}"


def _until(key: str, title: str, end: str, why: str, *, value: bool) -> Period:
    return Period(key, title, f"until {end}", why, value)


def _for(days: int, key: str, title: str, end: str, why: str, *, value: bool) -> Period:
    return Period(key, title, end, why, value, days)


STORE: Final = _until(
    "store", "Store information", "the next reading replaces it", "the account and the videos", value=True
)
PRODUCT: Final = _until(
    "product", "Products", "the platform deletes it", "videos show what can be bought", value=True
)
SALE: Final = _for(
    90,
    "sale",
    "Sales",
    "it was made",
    "videos show what sold in the last 60 days; the rest lets a merchant compare two months",
    value=True,
)
OFFER: Final = _until(
    "offer", "Offers", "the platform deletes it", "videos show what is offered now", value=True
)
GRANT: Final = _until(
    "grant", "The platform's tokens for us", "the uninstall", "reading the store needs them", value=True
)
VIDEO: Final = _until(
    "video",
    "Videos",
    "the merchant or the pipeline withdraws it, or 50 newer ones or 2 GB of them push it out",
    "the merchant plays and downloads them",
    value=True,
)
VIDEO_GONE: Final = _for(
    30,
    "video_gone",
    "That there was a video that was withdrawn or failed",
    "it ended; its bytes are removed at once",
    "the pipeline and the merchant see what became of it",
    value=False,
)
REPORT: Final = _for(
    60,
    "report",
    "Answers to customers' data requests",
    "it was written",
    "the merchant passes it on to the customer, who is answered within 45 days at most",
    value=True,
)
EXPORT: Final = _for(
    7, "export", "Exports for the merchant", "it was asked for", "time enough to fetch it", value=True
)
EVENT: Final = _for(
    30,
    "event",
    "Webhooks that could not be applied yet",
    "it came; one that is applied or refused is emptied at once",
    "a store that refuses us for longer is read anew when it does not any more",
    value=True,
)
TICKET: Final = _until(
    "ticket",
    "Tickets that open a page",
    "its session is over, within an hour",
    "who may frame the page hangs on it",
    value=True,
)
CURSOR: Final = _until(
    "cursor",
    "Places in a reading, and files of a platform's export",
    "the reading is over, within a day",
    "a reading that was cut goes on where it was",
    value=True,
)
DELIVERY: Final = _for(
    60,
    "delivery",
    "Ids of webhooks, without what they said",
    "it came",
    "the same one again changes nothing; platforms repeat for two days at most",
    value=False,
)
RUN: Final = _for(
    14,
    "run",
    "How readings went",
    "it ended; the newest good one of each kind stays",
    "counts that people look at when something is missing",
    value=False,
)
PROOF: Final = _for(
    3,
    "proof",
    "Proofs that were used, and people who were removed",
    "it was used",
    "no proof opens anything twice; no platform's is good for longer",
    value=False,
)
PERSON: Final = _for(
    180,
    "person",
    "People who opened the app, as keyed fingerprints",
    "they were last seen",
    "what they were given ends when the platform removes them",
    value=False,
)
FEED_READ: Final = _for(
    400,
    "feed_read",
    "How many records were read for a purpose on a day",
    "that day",
    "the merchant sees what the data was used for, over a year",
    value=False,
)
NOTICE: Final = _for(
    30,
    "notice",
    "What the pipeline was told, in ids",
    "it was told",
    "it can be sent once more to who missed it",
    value=False,
)
JOB: Final = _for(
    14,
    "job",
    "Background work that was given up; what is done goes after a day",
    "it ended",
    "an operator sees why",
    value=False,
)
BAR: Final = _until(
    "bar",
    "That a record must not come back, as a keyed fingerprint",
    "the installation ends",
    "a platform may show for long what it had redacted",
    value=False,
)
PLACE: Final = _until(
    "place",
    "That a record is gone: a number without content",
    "the store is erased",
    "who mirrors the feed learns that it is gone",
    value=False,
)
CONSENT: Final = _until(
    "consent",
    "Which processor a merchant has agreed to, and which holds something",
    "the installation ends",
    "it proves that nothing was passed on without a word, and finds what must be erased there",
    value=False,
)
AUDIT: Final = _until(
    "audit",
    "The log of who did what to a store",
    "the installation ends",
    "each entry holds the one before: without its beginning it proves nothing",
    value=False,
)
RECEIPT: Final = _until(
    "receipt",
    "Duties, receipts, and which key of the feed had copies",
    "the installation ends",
    "they prove that what was asked was done",
    value=False,
)
LEDGER: Final = _until(
    "ledger",
    "The ledger of erasures, and the ids of destroyed keys",
    "the installation ends",
    "a database put back from a backup learns from it what must not come back",
    value=False,
)

PERIODS: Final[tuple[Period, ...]] = (
    STORE,
    PRODUCT,
    SALE,
    OFFER,
    GRANT,
    VIDEO,
    VIDEO_GONE,
    REPORT,
    EXPORT,
    EVENT,
    TICKET,
    CURSOR,
    DELIVERY,
    RUN,
    PROOF,
    PERSON,
    FEED_READ,
    NOTICE,
    JOB,
    BAR,
    PLACE,
    CONSENT,
    AUDIT,
    RECEIPT,
    LEDGER,
)
#: The same by key.
PERIOD: Final = {each.key: each for each in PERIODS}
#: Why a sale is not kept that is older than that when it is read: as the counts of a reading name it.
OLDER: Final = "older than kept"

#: How long a record is kept, by its kind.
KEPT: Final[dict[str, str]] = {
    "store": STORE.words,
    "product": PRODUCT.words,
    "sale": (
        f"{SALE.words}, unless the platform says before that it was deleted, a customer's erasure names it,"
        " or the store is erased; one that the platform merely no longer shows stays until then"
    ),
    "offer": OFFER.words,
}

ALSO_KEPT: Final = (
    "The answer to a customer's data request, which lists the named sales that are held, is sealed and stays"
    f" on the merchant's page for {REPORT.days} days. A customer's erasure takes its sales out of it, and the"
    " store's erasure removes it."
)

OLD_SALES: Final = (
    f"A sale that is more than {SALE.days} days old when it is read is passed over before it is sealed, and"
    f' the reading counts it as refused, "{OLDER}". Shopify is asked for sales of 60 days alone: it shows no'
    " others without a scope that nothing here needs. BigCommerce and Wix are asked for all: each says how"
    " many there are of all, and a reading of some could not be proved to be whole."
)

WHEN_IT_IS_OVER: Final = (
    "What is over its time is removed once a day, in an installed store whether its platform answers or not;"
    " where that was a merchant's, a signed receipt says what it was and how much. A store in quarantine has"
    " the shorter clock of its erasure."
)

WHEN_THE_MERCHANT_LEAVES: Final = (
    "At the uninstall the store goes into quarantine, where nothing opens it. It is erased when the platform"
    " asks for it, or 48 hours after the uninstall (`MINTA_QUARANTINE_HOURS`): the store's key is destroyed,"
    " so that no backup opens either, and every row is removed. Whatever has read records from the feed is"
    " asked to delete its copies and to confirm it; when all have, a signed receipt says so. A merchant who"
    " installs anew before that is asked what shall become of the time before. Who keeps it gets the videos,"
    f" and the sales of the last {SALE.days} days that the platform no longer shows: they are opened once and"
    " sealed for the new installation. All else is read again, and the rest of what was held is erased at"
    " once, with a receipt. Who starts clean has all of it erased at once. Without a word nothing of it is"
    " opened, and it is erased on its clock. A platform's redaction goes before a merchant's wish to keep. A"
    " store whose platform has refused us for 90 days (`MINTA_SILENT_DAYS`) counts as uninstalled."
)
