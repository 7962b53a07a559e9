"""What a merchant may do on the page, who may, and that one store's proof does nothing to another."""

import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from django.conf import settings as conf
from django.core import signing
from django.test import Client
from django.utils import timezone
from time_machine import travel

from connectors import asked, receipts, work
from connectors.models import (
    AuditEntry,
    Consent,
    Duty,
    DutyState,
    Export,
    ExportState,
    Person,
    Share,
    Store,
    StoreState,
)
from connectors.pages import downloads, forms, held, leaving, rights
from connectors.pages.held import Onward
from connectors.platforms import PLATFORMS
from connectors.policy import deadlines
from connectors.sharing import consents
from connectors.vault import StoreKey
from connectors.videos import links
from tests import cast
from tests.pages.acme import SHOP
from tests.pages.reading import Page, read

Installed = tuple[Store, StoreKey]
pytestmark = pytest.mark.django_db
NAME = "Cedar & Sons"
FRAMES = ("https://cedar.acme.example", "https://admin.acme.example")


@pytest.fixture
def store(installed: Installed) -> Store:
    cast.keep(*installed, cast.store_info(), cast.product(1), cast.sale(1))
    return installed[0]


@pytest.fixture
def other(installed: Installed) -> Store:
    made, key = cast.store("oak.acme.example")
    Store.objects.filter(pk=made.pk).update(platform="acme")
    cast.keep(made, key, cast.store_info(name="Oak & Sons"), cast.product(1))
    made.refresh_from_db()
    return made


def page_of(store: Store, **onward: Any) -> Page:
    store.refresh_from_db()
    return read(held.page_of(PLATFORMS["acme"], store, FRAMES, onward=Onward(**onward)).content)


def said_in(page: Page, place: str = "rights") -> str:
    (section,) = [each for each in page.elements if each.attributes.get("id") == place]
    return re.sub(r"\s+", " ", section.text)


def fields_of(page: Page, name: str = "proof") -> str:
    """Return what a hidden field of the page's forms holds."""
    return next(
        str(each.attributes["value"]) for each in page.all("input") if each.attributes.get("name") == name
    )


def verbs_of(page: Page) -> set[str]:
    return {str(each.attributes["action"]).rpartition("/")[2] for each in page.all("form")}


def post(client: Client, verb: str, **fields: str) -> Any:
    return client.post(f"/rights/{verb}", urlencode(fields), content_type="application/x-www-form-urlencoded")


def do(client: Client, store: Store, verb: str, *, page: Page | None = None, **fields: str) -> Any:
    """Do what the page offers, as its form does."""
    page = page or page_of(store)
    return post(client, verb, **form_of(store, page), **fields)


def form_of(store: Store, page: Page) -> dict[str, str]:
    """Return what every form of a page brings along."""
    return {"store": store.ref} | {name: fields_of(page, name) for name in ("proof", "once", "frame")}


def link(page: Page, path: str) -> str:
    return next(
        str(each.attributes["href"])
        for each in page.all("a")
        if urlsplit(str(each.attributes.get("href"))).path.startswith(path)
    )


class TestThePage:
    def test_it_offers_what_may_be_done_and_nothing_that_may_not(self, store: Store) -> None:
        page = page_of(store)
        assert verbs_of(page) == {"export", "pause", "delete"}
        assert not page.faults
        assert "Minta shares nothing of your store with any other company" in said_in(page)
        assert "change it at Acme: Minta follows within minutes" in said_in(page)

    def test_every_form_posts_to_us_with_its_proof_in_the_body(self, store: Store) -> None:
        page = page_of(store)
        for form in page.all("form"):
            assert form.attributes["method"] == "post"
            assert re.fullmatch(r"/rights/[a-z]+", str(form.attributes["action"]))
        proof = fields_of(page)
        addresses = [
            value
            for each in page.elements
            for name in ("href", "src", "action")
            if (value := each.attributes.get(name))
        ]
        assert not any(proof in value for value in addresses)

    def test_what_is_kept_how_long_and_why_is_said(self, store: Store) -> None:
        assert "90 days after it was made" in said_in(page_of(store))

    def test_every_input_has_a_label_and_every_button_says_what_it_does(self, store: Store) -> None:
        asked.write_down(store.ref, deadlines.GDPR, timezone.now())
        page = page_of(store)
        labels = {each.attributes["for"] for each in page.all("label")}
        typed = [each for each in page.all("input") if each.attributes["type"] == "text"]
        assert {each.attributes["id"] for each in typed} == labels
        assert len(page.ids) == len(set(page.ids))
        assert all(each.text for each in page.all("button"))

    def test_no_name_runs_as_markup(self, installed: Installed, client: Client) -> None:
        name = "<script>alert(1)</script>"
        cast.keep(*installed, cast.store_info(name=name))
        answer = do(client, installed[0], "pause", part="1")
        assert name in said_in(read(answer.content))
        assert not read(answer.content).all("script")


class TestVerbs:
    def test_an_export_is_made_shown_and_downloaded(self, client: Client, store: Store) -> None:
        section = read(do(client, store, "export", part="1").content)
        assert section.all("progress")
        (bundle,) = [each for each in section.elements if each.attributes.get("id") == "bundle"]
        assert "data-open" in bundle.attributes  # and so the button to make one is not shown
        state = next(str(each.attributes["data-state"]) for each in section.all("section"))
        work.engine().drain()
        fresh = read(client.get(state).content)
        answer = client.get(link(fresh, "/exports/"))
        content = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
        assert content.startswith(b"PK")
        assert answer.headers["Content-Type"] == "application/zip"
        assert re.fullmatch(
            r'attachment; filename="minta-[0-9-]{10}-[a-z2-7]{8}\.zip"', answer.headers["Content-Disposition"]
        )
        assert int(answer.headers["Content-Length"]) == len(content)
        part = client.get(link(fresh, "/exports/"), headers={"range": "bytes=0-9"})
        assert b"".join(part.streaming_content) == content[:10]  # type: ignore[attr-defined]
        assert AuditEntry.objects.filter(action="export.downloaded").exists()

    def test_the_state_of_an_export_holds_nothing_to_act_with(self, client: Client, store: Store) -> None:
        page = page_of(store)
        state = next(
            str(each.attributes["data-state"])
            for each in page.all("section")
            if each.attributes.get("id") == "rights"
        )
        proof = parse_qs(urlsplit(state).query)["proof"][0]
        assert not read(client.get(state).content).all("form")
        assert post(client, "pause", store=store.ref, proof=proof).status_code == 404
        assert (
            client.get(f"{urlsplit(state).path}?{urlencode({'proof': fields_of(page)})}").status_code == 404
        )

    def test_a_pause_and_its_end(self, client: Client, store: Store) -> None:
        section = read(do(client, store, "pause", part="1").content)
        assert "resume" in verbs_of(section)
        assert "pause" not in verbs_of(section)
        store.refresh_from_db()
        assert store.paused_at is not None
        assert "You have paused Minta." in page_of(store).elements[0].text
        do(client, store, "resume")
        store.refresh_from_db()
        assert store.paused_at is None

    def test_a_consent_and_its_end(
        self, client: Client, store: Store, settings: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("connectors.configured.setup", lambda name: {} if name == "aws" else None)
        page = page_of(store)
        assert {"consent", "withdraw"} & verbs_of(page) == {"consent"}
        assert "Currencies offered to customers" in said_in(page)
        section = read(do(client, store, "consent", processor="aws", part="1").content)
        assert list(consents.given(store)) == ["aws"]
        assert "withdraw" in verbs_of(section)
        do(client, store, "withdraw", processor="aws")
        assert consents.given(store) == {}

    def test_what_a_processor_holds_and_since_when_is_said(
        self, client: Client, store: Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("connectors.configured.setup", lambda name: {} if name == "intercom" else None)
        assert "would be given: 5 fields" in said_in(page_of(store))
        do(client, store, "consent", processor="intercom")
        assert "Nothing was sent yet." in said_in(page_of(store))
        at = timezone.now() - timedelta(days=2)
        Share.objects.create(
            store_ref=store.ref, epoch=1, processor="intercom", first_at=at, shared_at=at, digest=b"x"
        )
        assert f"The last time was {at:%-d %b %Y, %H:%M} UTC." in said_in(page_of(store))
        do(client, store, "withdraw", processor="intercom")
        for state in ("asked", "doing", "sent", "confirmed"):
            Duty.objects.update(state=state)
            said = said_in(page_of(store))
            assert "What it holds is being erased there." in said
            assert "The last time was" not in said
            assert "Nothing was sent yet." not in said

    def test_a_processor_that_is_not_on_cannot_be_agreed_to(self, client: Client, store: Store) -> None:
        for processor in ("aws", "nobody", "", "x" * 300):
            assert do(client, store, "consent", processor=processor).status_code == 404
        assert not Consent.objects.exists()

    @pytest.mark.parametrize("typed", [NAME, "cedar &  sons ", "REF"])
    def test_a_deletion_shows_the_link_to_how_it_stands(
        self, client: Client, store: Store, typed: str
    ) -> None:
        typed = store.ref if typed == "REF" else typed
        answer = do(client, store, "delete", typed=typed, part="1")
        store.refresh_from_db()
        assert store.state == StoreState.QUARANTINED
        assert client.get(link(read(answer.content), "/leaving/")).status_code == 200

    @pytest.mark.parametrize("typed", ["", " ", "Cedar", "st_aaaaaaaaaaaaaaaa", "Oak & Sons"])
    def test_a_deletion_that_was_mistyped_deletes_nothing(
        self, client: Client, store: Store, typed: str
    ) -> None:
        answer = do(client, store, "delete", typed=typed)
        assert "Nothing was done" in answer.content.decode()
        store.refresh_from_db()
        assert store.state == StoreState.ACTIVE
        assert not Duty.objects.exists()

    def test_a_store_that_was_not_read_yet_is_deleted_by_its_reference_alone(
        self, client: Client, installed: Installed
    ) -> None:
        do(client, installed[0], "delete", typed="")
        assert Store.objects.get().state == StoreState.ACTIVE
        do(client, installed[0], "delete", typed=installed[0].ref)
        assert Store.objects.get().state == StoreState.QUARANTINED

    def test_a_request_by_e_mail_is_shown_confirmed_and_declined(self, client: Client, store: Store) -> None:
        assert do(client, store, "confirm", typed=store.ref).status_code == 404
        duty = asked.write_down(store.ref, deadlines.CCPA, timezone.now())
        page = page_of(store)
        assert {"confirm", "decline"} <= verbs_of(page)
        assert f"{duty.deadline_at:%-d %b %Y}" in said_in(page)
        do(client, store, "decline")
        assert not {"confirm", "decline"} & verbs_of(page_of(store))
        asked.write_down(store.ref, deadlines.GDPR, timezone.now())
        do(client, store, "confirm", typed=store.ref)
        store.refresh_from_db()
        assert store.state == StoreState.QUARANTINED

    def test_what_a_choice_of_before_asks(
        self, client: Client, store: Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        done: list[str] = []
        before = Duty(store_ref=store.ref, asked_at=timezone.now(), due_at=timezone.now())
        monkeypatch.setattr("connectors.revive.choice", lambda _: None if done else before)
        monkeypatch.setattr("connectors.revive.keep", lambda *_: done.append("keep"))
        monkeypatch.setattr("connectors.revive.clean", lambda *_: done.append("clean"))
        page = page_of(store)
        assert {"keep", "clean"} <= verbs_of(page)
        assert not {"keep", "clean"} & verbs_of(read(do(client, store, "keep", page=page, part="1").content))
        do(client, store, "clean", page=page)
        assert done == ["keep", "clean"]

    def test_without_a_script_a_page_says_what_was_done_and_leads_back(
        self, client: Client, store: Store
    ) -> None:
        answer = do(client, store, "pause", back="/acme/?ticket=abc")
        said = answer.headers["Content-Security-Policy"]
        assert "frame-ancestors https://cedar.acme.example https://admin.acme.example" in said
        assert "script-src" not in said
        page = read(answer.content)
        assert "Minta is paused for your store" in page.elements[0].text
        assert link(page, "/acme/") == "/acme/?ticket=abc"
        assert not page.faults

    @pytest.mark.parametrize(
        "back", ["https://evil.example/", "//evil.example/", '/acme/"><script>', "javascript:x"]
    )
    def test_the_way_back_is_one_of_ours(self, client: Client, store: Store, back: str) -> None:
        answer = do(client, store, "pause", back=back)
        assert "evil" not in answer.content.decode()
        assert not read(answer.content).all("script")
        assert "Open Minta again" in answer.content.decode()


class TestWhoMay:
    def person(self, store: Store, *, owner: bool) -> Person:
        return Person.objects.create(
            store=store, epoch=1, fingerprint=bytes([owner]) * 16, owner=owner, seen_at=timezone.now()
        )

    def test_staff_may_neither_export_nor_delete(self, client: Client, store: Store) -> None:
        staff = self.person(store, owner=False)
        asked.write_down(store.ref, deadlines.GDPR, timezone.now())
        page = page_of(store, person_id=staff.pk)
        assert verbs_of(page) == {"pause", "decline"}
        for verb in ("export", "delete", "clean", "confirm"):
            answer = do(client, store, verb, page=page, typed=store.ref)
            assert "Only the owner of the store" in answer.content.decode()
        store.refresh_from_db()
        assert store.state == StoreState.ACTIVE
        assert not Export.objects.exists()

    def test_staff_may_pause(self, client: Client, store: Store) -> None:
        do(client, store, "pause", page=page_of(store, person_id=self.person(store, owner=False).pk))
        store.refresh_from_db()
        assert store.paused_at is not None

    def test_staff_see_that_there_is_an_export_and_cannot_download_it(
        self, client: Client, store: Store
    ) -> None:
        owner, staff = self.person(store, owner=True), self.person(store, owner=False)
        do(client, store, "export", page=page_of(store, person_id=owner.pk))
        work.engine().drain()
        page = page_of(store, person_id=staff.pk)
        assert "Only the owner of the store can download it." in said_in(page)
        assert not [each for each in page.all("a") if "/exports/" in str(each.attributes.get("href"))]
        crafted = links.viewer(store, timezone.now(), staff.pk)
        assert client.get(downloads.address(crafted, Export.objects.get())).status_code == 404
        mine = link(page_of(store, person_id=owner.pk), "/exports/")
        assert client.get(mine).status_code == 200
        owner.owner = False
        owner.save()
        assert client.get(mine).status_code == 404

    def test_the_owner_may(self, client: Client, store: Store) -> None:
        page = page_of(store, person_id=self.person(store, owner=True).pk)
        do(client, store, "export", page=page)
        assert Export.objects.get().state == ExportState.WAITING
        do(client, store, "delete", page=page, typed=NAME)
        assert Store.objects.get().state == StoreState.QUARANTINED

    def test_where_people_are_known_nobody_is_the_owner_by_being_unknown(
        self, client: Client, store: Store
    ) -> None:
        self.person(store, owner=True)
        do(client, store, "delete", typed=NAME)
        assert Store.objects.get().state == StoreState.ACTIVE

    def test_who_was_removed_may_nothing_any_more(self, client: Client, store: Store) -> None:
        owner = self.person(store, owner=True)
        page = page_of(store, person_id=owner.pk)
        owner.delete()
        assert do(client, store, "pause", page=page).status_code == 404
        assert do(client, store, "delete", page=page, typed=NAME).status_code == 404


class TestProofs:
    @pytest.mark.parametrize("verb", rights.VERBS)
    def test_without_one_or_with_a_forged_one_nothing_is_done(
        self, client: Client, store: Store, verb: str
    ) -> None:
        forged = signing.Signer(salt="connectors.other").sign_object(
            [store.ref, 1, None, 9999999999, forms.acting(store.ref, "x")]
        )
        page = page_of(store)
        good, once = fields_of(page), fields_of(page, "once")
        for proof in ("", "x", forged, good[:-1] + ("A" if good[-1] != "A" else "B")):
            answer = post(client, verb, store=store.ref, proof=proof, once=once, typed=store.ref)
            assert answer.status_code == 404
        assert post(client, verb, typed=store.ref).status_code == 404
        assert not Duty.objects.exists()
        assert not Export.objects.exists()

    @pytest.mark.parametrize("verb", rights.VERBS)
    def test_one_stores_proof_does_nothing_to_another(
        self, client: Client, store: Store, other: Store, verb: str
    ) -> None:
        mine = links.viewer(store, timezone.now())
        form = form_of(store, page_of(store))
        made_up = mine.proof(forms.acting(other.ref, form["once"]))
        for fields in (form, form | {"proof": made_up}):
            fields |= {"store": other.ref, "typed": other.ref, "processor": "aws"}
            assert post(client, verb, **fields).status_code == 404
        changed = Store.objects.get(pk=other.pk)
        assert (changed.state, changed.paused_at) == (StoreState.ACTIVE, None)
        assert not Duty.objects.filter(store_ref=other.ref).exists()
        assert not Export.objects.filter(store=other).exists()

    def test_they_end_with_the_session_the_hour_and_the_install(self, client: Client, store: Store) -> None:
        now = timezone.now()
        soon = page_of(store, ends_at=now + timedelta(minutes=5))
        page = page_of(store)
        with travel(now + timedelta(minutes=6), tick=False):
            assert do(client, store, "pause", page=soon).status_code == 404
        with travel(now + timedelta(minutes=61), tick=False):
            assert do(client, store, "pause", page=page).status_code == 404
        Store.objects.update(epoch=2)
        assert do(client, store, "pause", page=page).status_code == 404

    @pytest.mark.parametrize("method", ["get", "head", "put", "patch", "delete"])
    @pytest.mark.parametrize("verb", rights.VERBS)
    def test_nothing_but_a_post_does_anything(
        self, client: Client, store: Store, verb: str, method: str
    ) -> None:
        fields = form_of(store, page_of(store)) | {"typed": store.ref}
        address = f"/rights/{verb}?{urlencode(fields)}"
        assert getattr(client, method)(address).status_code == 405
        assert client.post(address, content_type="application/x-www-form-urlencoded").status_code == 404
        assert not Duty.objects.exists()

    def test_other_verbs_media_and_large_bodies_are_refused(self, client: Client, store: Store) -> None:
        fields = form_of(store, page_of(store))
        assert post(client, "burn", **fields).status_code == 404
        assert post(client, "pause", **fields, x="y" * 5000).status_code == 413
        answer = client.post("/rights/pause", json.dumps(fields), content_type="application/json")
        assert answer.status_code == 400
        store.refresh_from_db()
        assert store.paused_at is None

    def test_one_stores_link_opens_no_export_of_another(
        self, client: Client, store: Store, other: Store
    ) -> None:
        for each in (store, other):
            do(client, each, "export")
        work.engine().drain()
        theirs = link(page_of(other), "/exports/")
        mine = link(page_of(store), "/exports/")
        crossed = f"{urlsplit(theirs).path}?{urlsplit(mine).query}"
        assert client.get(crossed).status_code == 404
        named = f"exports/{Export.objects.get(store=other).ref}"
        own_proof = links.viewer(store, timezone.now()).proof(named)
        assert client.get(f"/{named}.zip?{urlencode({'proof': own_proof})}").status_code == 404
        assert client.get(urlsplit(theirs).path).status_code == 404
        Store.objects.filter(pk=other.pk).update(state=StoreState.QUARANTINED)
        assert client.get(theirs).status_code == 404
        assert client.get(mine).status_code == 200


class TestOnce:
    """A second click, a reload and the way back send the same form again."""

    def test_a_form_does_what_it_says_once(self, client: Client, store: Store) -> None:
        page = page_of(store)
        do(client, store, "pause", page=page)
        do(client, store, "resume")
        answer = do(client, store, "pause", page=page)
        assert "was not done again" in answer.content.decode()
        store.refresh_from_db()
        assert store.paused_at is None
        assert AuditEntry.objects.filter(action="store.paused").count() == 1

    def test_an_old_consent_gives_nothing_that_was_withdrawn_since(
        self, client: Client, store: Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("connectors.configured.setup", lambda name: {})
        page = page_of(store)
        do(client, store, "consent", processor="aws", page=page)
        # Another button of the same page is another form.
        do(client, store, "consent", processor="intercom", page=page)
        do(client, store, "withdraw", processor="aws")
        do(client, store, "consent", processor="aws", page=page)
        assert list(consents.given(store)) == ["intercom"]

    def test_a_second_click_makes_no_second_export(self, client: Client, store: Store) -> None:
        page = page_of(store)
        do(client, store, "export", page=page)
        work.engine().drain()
        do(client, store, "export", page=page)
        assert Export.objects.count() == 1

    def test_an_old_no_does_not_decline_what_is_asked_later(self, client: Client, store: Store) -> None:
        asked.write_down(store.ref, deadlines.GDPR, timezone.now())
        page = page_of(store)
        do(client, store, "decline", page=page)
        later = asked.write_down(store.ref, deadlines.GDPR, timezone.now())
        do(client, store, "decline", page=page)
        later.refresh_from_db()
        assert later.state == DutyState.ASKED

    @pytest.mark.parametrize("part", [{}, {"part": "1"}])
    @pytest.mark.parametrize("verb", ["delete", "confirm"])
    def test_who_clicks_twice_on_a_deletion_still_gets_its_link(
        self, client: Client, store: Store, verb: str, part: dict[str, str]
    ) -> None:
        asked.write_down(store.ref, deadlines.GDPR, timezone.now())
        page = page_of(store)
        answers = [do(client, store, verb, page=page, typed=store.ref, **part) for _ in range(3)]
        addresses = {urlsplit(link(read(each.content), "/leaving/")).path for each in answers}
        assert [each.status_code for each in answers] == [200, 200, 200]
        assert len(addresses) == 1
        assert Duty.objects.filter(kind=Duty.ERASE_STORE).count() == 1
        if not part:
            assert "frame-ancestors https://cedar" in answers[2].headers["Content-Security-Policy"]

    def test_of_a_deletion_only_the_form_that_did_it_gets_the_link(
        self, client: Client, store: Store, other: Store
    ) -> None:
        page, another, theirs = page_of(store), page_of(store), page_of(other)
        do(client, store, "delete", page=page, typed=store.ref)
        for late in (another, theirs):
            assert do(client, store, "delete", page=late, typed=store.ref).status_code == 404
        assert do(client, store, "pause", page=page).status_code == 404
        with travel(timezone.now() + timedelta(minutes=61), tick=False):
            assert do(client, store, "delete", page=page, typed=store.ref).status_code == 404

    def test_what_was_mistyped_can_be_typed_again(self, client: Client, store: Store) -> None:
        page = page_of(store)
        do(client, store, "delete", page=page, typed="oak")
        do(client, store, "delete", page=page, typed=NAME)
        assert Store.objects.get().state == StoreState.QUARANTINED


class TestInTheFrame:
    def test_a_page_that_is_over_says_so_where_it_stands(self, client: Client, store: Store) -> None:
        page = page_of(store)
        with travel(timezone.now() + timedelta(minutes=61), tick=False):
            answer = do(client, store, "pause", page=page)
        assert answer.status_code == 404
        assert "This page is no longer up to date." in answer.content.decode()
        assert "Acme" in answer.content.decode()
        assert "frame-ancestors https://cedar.acme.example" in answer.headers["Content-Security-Policy"]
        assert "X-Frame-Options" not in answer.headers

    def test_a_frame_that_we_did_not_sign_frames_nothing(
        self, client: Client, store: Store, other: Store
    ) -> None:
        fields = form_of(store, page_of(store)) | {"proof": "x"}
        forged = signing.Signer(salt="connectors.other").sign_object(
            [forms.acting(store.ref, fields["once"]), "acme", ["https://evil.example"]]
        )
        theirs = form_of(other, page_of(other))["frame"]
        for frame in ("", "x", forged, theirs):
            answer = post(client, "pause", **(fields | {"frame": frame}))
            assert answer.status_code == 404
            assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]

    def test_after_a_deletion_the_link_opens_in_a_window_of_its_own(
        self, client: Client, store: Store
    ) -> None:
        """The page that it leads to is in nobody's frame."""
        page = read(do(client, store, "delete", typed=store.ref).content)
        (shown,) = [each for each in page.all("a") if "/leaving/" in str(each.attributes["href"])]
        assert shown.attributes["target"] == "_blank"


class TestLeaving:
    def left(self, client: Client, store: Store) -> str:
        return link(read(do(client, store, "delete", typed=NAME).content), "/leaving/")

    def test_it_says_how_far_it_is_and_has_the_receipt_in_the_end(self, client: Client, store: Store) -> None:
        address = self.left(client, store)
        assert "still to come" in client.get(address).content.decode()
        work.engine().drain()
        page = read(client.get(address).content)
        assert "Done, and proved" in page.elements[0].text
        assert "still to come" not in page.elements[0].text
        assert not page.faults
        assert not page.all("script")
        answer = client.get(link(page, "/leaving/"))
        assert answer.headers["Content-Type"] == "application/json"
        command = re.search(r"verify (\S+) --key (\S+)", page.elements[0].text)
        assert command is not None
        assert answer.headers["Content-Disposition"] == f'attachment; filename="{command[1]}"'
        assert receipts.verify(answer.content.decode(), command[2])

    def test_it_opens_for_ninety_days_whatever_becomes_of_the_store(
        self, client: Client, store: Store
    ) -> None:
        address = self.left(client, store)
        work.engine().drain()
        with travel(timezone.now() + timedelta(days=89), tick=False):
            assert client.get(address).status_code == 200
        with travel(timezone.now() + timedelta(days=91), tick=False):
            assert client.get(address).status_code == 404

    def test_it_opens_one_erasure_and_nothing_else(self, client: Client, store: Store, other: Store) -> None:
        theirs = page_of(other)
        mine = self.left(client, store)
        proof = parse_qs(urlsplit(mine).query)["proof"][0]
        duty = asked.erase_now(other, timezone.now())
        assert client.get(f"/leaving/{duty.ref}?{urlencode({'proof': proof})}").status_code == 404
        assert (
            client.get(f"/leaving/{duty.ref}/receipt.json?{urlencode({'proof': proof})}").status_code == 404
        )
        assert client.get(f"/leaving/{duty.ref}?{urlencode({'proof': fields_of(theirs)})}").status_code == 404
        assert client.get(f"/leaving/{duty.ref}").status_code == 404
        assert post(client, "pause", store=other.ref, proof=proof).status_code == 404
        for path in (
            f"/rights/{store.ref}/export",
            f"/videos/{store.ref}",
            "/exports/ex_aaaaaaaaaaaaaaaa.zip",
        ):
            assert client.get(f"{path}?{urlencode({'proof': proof})}").status_code == 404

    def test_no_other_duty_has_such_a_page(self, client: Client, store: Store) -> None:
        duty = asked.write_down(store.ref, deadlines.GDPR, timezone.now())

        assert client.get(leaving.address(duty, timezone.now())).status_code == 404

    def test_past_erasures_stand_on_the_page_of_who_came_back(self, client: Client, store: Store) -> None:
        now = timezone.now()
        Duty.objects.create(
            kind=Duty.ERASE_STORE,
            store_ref=store.ref,
            platform="acme",
            epoch=0,
            cause="uninstalled",
            asked_at=now,
            due_at=now,
            deadline_at=now,
            state=DutyState.DONE,
            done_at=now,
        )
        assert client.get(link(page_of(store), "/leaving/")).status_code == 200

    def test_it_holds_nothing_of_the_merchant(self, client: Client, store: Store) -> None:
        content = client.get(self.left(client, store)).content.decode()
        assert "Cedar" not in content
        assert SHOP not in content


def test_no_page_of_rights_names_a_platform_of_its_own() -> None:
    names = [each.title for each in PLATFORMS.values()]
    for template in (Path(conf.BASE_DIR) / "templates" / "minta").iterdir():
        assert not [name for name in names if name in template.read_text()], template.name
