"""What is inside an event. Two families, of which one shape holds both: older events are flat, domain events
name their entity and wrap it in what has become of it.
"""

from connectors.platforms.wix.wire.answers import Time, Wire


class Entity(Wire):
    """What is read of an entity: `productId` of a stock item, `status` of an installation."""

    product_id: str | None = None
    status: str | None = None


class Created(Wire):
    entity: Entity | None = None
    entity_as_json: str | None = None


class Updated(Wire):
    current_entity: Entity | None = None
    current_entity_as_json: str | None = None


class Deleted(Wire):
    deleted_entity: Entity | None = None
    deleted_entity_as_json: str | None = None


class Action(Wire):
    body: Updated | None = None
    body_as_json: str | None = None


class Changed(Wire):
    language: str | None = None


class Change(Wire):
    properties: Changed | None = None


class Body(Wire):
    """An event's body, of either family."""

    # Domain events
    id: str | None = None
    entity_id: str | None = None
    event_time: Time | None = None
    entity_event_sequence: str | int | None = None
    triggered_by_anonymize_request: bool | None = None
    created_event: Created | None = None
    updated_event: Updated | None = None
    deleted_event: Deleted | None = None
    action_event: Action | None = None
    # Older events
    product_id: str | None = None
    external_id: str | None = None
    event: Change | None = None
