"""Who opens the app at a store with many users, and what opens a page one time only."""

from django.db import models

from connectors.models.stores import Store


class Person(models.Model):
    """One user of a store: no name, only that they were here, and whether it is theirs."""

    store = models.ForeignKey(Store, models.CASCADE)
    epoch = models.PositiveIntegerField()
    # Keyed with the store's key, of the platform's own id of them.
    fingerprint = models.BinaryField(max_length=16)
    owner = models.BooleanField(default=False)
    seen_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["store", "epoch", "fingerprint"], name="one_person_per_store"),
        ]

    def __str__(self) -> str:
        return f"person {self.pk}"


class Removal(models.Model):
    """A person whom the merchant removed: what they were given before opens nothing any more."""

    store = models.ForeignKey(Store, models.CASCADE)
    epoch = models.PositiveIntegerField()
    # As the person's.
    fingerprint = models.BinaryField(max_length=16)
    # By the platform's clock, as the proofs that are compared with it.
    removed_at = models.DateTimeField()

    class Meta:
        indexes = [
            # Looked for at each proof; those that no proof is older than are swept.
            models.Index(fields=["store", "fingerprint"], name="removal_of_person"),
            models.Index(fields=["removed_at"], name="removal_by_time"),
        ]

    def __str__(self) -> str:
        return f"removal {self.pk}"


class Ticket(models.Model):
    """What takes a browser away from an address that holds a proof: spent once, known by its hash alone.

    It stays until its session ends, so that who comes a second time is told so in the platform's frame.
    """

    digest = models.BinaryField(max_length=32, unique=True)
    platform = models.CharField(max_length=16)
    store = models.ForeignKey(Store, models.CASCADE)
    epoch = models.PositiveIntegerField()
    # With the person goes what they were given.
    person = models.ForeignKey(Person, models.CASCADE, null=True)
    expires_at = models.DateTimeField()
    session_ends_at = models.DateTimeField()
    spent_at = models.DateTimeField(null=True)
    # The platform's address of the store: who may frame the page hangs on it.
    sealed = models.BinaryField()

    class Meta:
        indexes = [
            # Those whose session is over are swept.
            models.Index(fields=["session_ends_at"], name="ticket_by_end"),
        ]

    def __str__(self) -> str:
        return f"ticket {self.pk}"


class SpentProof(models.Model):
    """A proof of the platform's that is good one time: the same one again opens nothing."""

    platform = models.CharField(max_length=16)
    # Keyed hash of the platform's id of the proof.
    fingerprint = models.BinaryField(max_length=16)
    # Which of the platform's callbacks it came to; empty when it opened a page.
    callback = models.CharField(max_length=16)
    expires_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["platform", "fingerprint"], name="one_proof_once"),
        ]
        indexes = [
            # Those that no clock would take any more are swept.
            models.Index(fields=["expires_at"], name="proof_by_end"),
        ]

    def __str__(self) -> str:
        return f"proof {self.pk}"
