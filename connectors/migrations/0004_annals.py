"""Annals of what a database from before the ledger knows already; they are carried to it by the first flush."""

import json

from django.db import migrations

BATCH = 500
TIMES = ("asked_at", "due_at", "deadline_at", "unreadable_at", "emptied_at", "sent_at", "confirmed_at", "done_at")
TOLD = ("ref", "kind", "subject", "platform", "cause", "asked_by", "law", "state", "reason", "counts", "key_id")


def _text(body):
    return json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _at(moment):
    return {"at": moment.isoformat()}


def _of_store(models, store):
    """Yield what there is to say of a store, epoch by epoch."""
    ref = store.ref
    duties = list(models("Duty").objects.filter(kind="erase.store", store_ref=ref).order_by("epoch", "pk"))
    copies = list(models("FeedCopy").objects.filter(store_ref=ref).select_related("key").order_by("epoch", "pk"))
    epochs = {store.epoch} | {each.epoch for each in (*duties, *copies)}
    shop = {"platform": store.platform, "fingerprint": bytes(store.fingerprint).hex()}
    for epoch in sorted(epochs - {0}):
        yield "installed", epoch, shop | _at(store.installed_at or store.created_at)
        here = [each for each in copies if each.epoch == epoch]
        for copy in here:
            yield "held", epoch, _key(copy) | _at(copy.first_at)
        for duty in duties:
            if duty.epoch == epoch and duty.state != "done":
                clock = {name: getattr(duty, name).isoformat() for name in TIMES[:3]}
                told = {"duty": duty.ref, "platform": duty.platform, "cause": duty.cause}
                told |= {"asked_by": duty.asked_by, "law": duty.law}
                yield "left", epoch, told | clock | _at(duty.asked_at)
                if duty.state != "asked":
                    yield "erasing", epoch, {"duty": duty.ref} | _at(duty.asked_at)
        for copy in here:
            if copy.confirmed_at:
                yield "confirmed", epoch, _key(copy) | {"by": copy.confirmed_by} | _at(copy.confirmed_at)
    bars = list(models("Bar").objects.filter(store=store).order_by("pk"))
    for start in range(0, len(bars), BATCH):
        some = bars[start : start + BATCH]
        named = [bytes(each.fingerprint).hex() for each in some]
        yield "barred", store.epoch, {"kind": "sale", "fingerprints": named} | _at(some[-1].barred_at)


def _key(copy):
    return {"key": copy.key.name, "mark": copy.key.digest, "purpose": copy.key.purpose}


def _of_receipt(receipt):
    duty = receipt.duty
    times = {name: getattr(duty, name).isoformat() for name in TIMES if getattr(duty, name)}
    told = {name: getattr(duty, name) for name in TOLD} | times
    body = {"number": receipt.number, "body": receipt.body, "signature": receipt.signature, "duty": told}
    return body | _at(duty.done_at or duty.asked_at)


def seed(apps, schema_editor):
    def models(name):
        return apps.get_model("connectors", name)

    def entries():
        for store in models("Store").objects.order_by("pk").iterator():
            for kind, epoch, body in _of_store(models, store):
                yield kind, store.ref, epoch, body
        for key in models("FeedKey").objects.exclude(revoked_at=None).order_by("pk").iterator():
            told = {"key": key.name, "mark": key.digest, "purpose": key.purpose}
            yield "revoked", "", 0, told | _at(key.revoked_at)
        for receipt in models("Receipt").objects.select_related("duty").order_by("number").iterator():
            yield "receipt", receipt.store_ref, receipt.duty.epoch, _of_receipt(receipt)

    Annal, batch = models("Annal"), []
    for kind, ref, epoch, body in entries():
        batch.append(Annal(kind=kind, store_ref=ref, epoch=epoch, body=_text(body)))
        if len(batch) == BATCH:
            Annal.objects.bulk_create(batch)
            batch = []
    Annal.objects.bulk_create(batch)


class Migration(migrations.Migration):

    dependencies = [
        ('connectors', '0003_erasure'),
    ]

    operations = [
        migrations.RunPython(seed, migrations.RunPython.noop),
    ]
