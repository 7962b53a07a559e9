"""What is written down. In clear stand only platform, kind, times, counts, states and keyed fingerprints.

stores    Store, Grant
rows      Row and one class per kind; Sequence, which numbers changes and receipts
inbox     Delivery: verified, sealed, waiting to be applied
runs      Run: one sync of one kind of one store
duties    Duty: what must be erased or answered, by when; Receipt; Report
ledger    Annal: what the ledger of erasures must know; AuditEntry: who touched a store
sharing   Consent, Share: what a merchant agreed to, which processor holds something
exports   Export, ExportPart: everything of a store in one file, for its merchant
people    Person, Removal, Ticket, SpentProof: who opens the app, and what opens a page once
feedkeys  FeedKey, FeedRead, FeedCopy: who reads, how often, who holds copies
videos    Video, VideoSource, VideoFile, VideoPart: what a pipeline made of a store
push      Endpoint, Notice: whom we tell, and what we told
"""

from connectors.models.duties import Duty, DutyState, Receipt, Report
from connectors.models.exports import Export, ExportPart, ExportState
from connectors.models.feedkeys import FeedCopy, FeedKey, FeedRead
from connectors.models.inbox import Delivery, DeliveryState
from connectors.models.ledger import Annal, AuditEntry
from connectors.models.people import Person, Removal, SpentProof, Ticket
from connectors.models.push import Endpoint, Notice, NoticeState
from connectors.models.rows import Bar, OfferRow, ProductRow, Row, SaleRow, Sequence, StoreRow
from connectors.models.runs import Run, RunMode, RunState
from connectors.models.sharing import Consent, Share
from connectors.models.stores import Grant, Store, StoreState
from connectors.models.videos import Video, VideoFile, VideoPart, VideoSource, VideoState
from connectors.work.rows import Job

__all__ = [
    "Annal",
    "AuditEntry",
    "Bar",
    "Consent",
    "Delivery",
    "DeliveryState",
    "Duty",
    "DutyState",
    "Endpoint",
    "Export",
    "ExportPart",
    "ExportState",
    "FeedCopy",
    "FeedKey",
    "FeedRead",
    "Grant",
    "Job",
    "Notice",
    "NoticeState",
    "OfferRow",
    "Person",
    "ProductRow",
    "Receipt",
    "Removal",
    "Report",
    "Row",
    "Run",
    "RunMode",
    "RunState",
    "SaleRow",
    "Sequence",
    "Share",
    "SpentProof",
    "Store",
    "StoreRow",
    "StoreState",
    "Ticket",
    "Video",
    "VideoFile",
    "VideoPart",
    "VideoSource",
    "VideoState",
]
