"""The door for people: in, away, back, and what a browser is given on the way."""

import base64
import hashlib
import logging
import re
from typing import Any

import pytest
from django.test import Client
from time_machine import travel

from connectors import configured
from connectors.models import Grant, Run, Store, StoreState
from connectors.vault import StoreKey, new_master_key
from tests.pages.acme import Acme

Installed = tuple[Store, StoreKey]
pytestmark = pytest.mark.django_db


def csp(answer: Any) -> dict[str, str]:
    parts = (part.strip().partition(" ") for part in answer.headers["Content-Security-Policy"].split(";"))
    return {name: sources for name, _, sources in parts}


def text(answer: Any) -> str:
    content: str = answer.content.decode()
    return content


def own_scripts(answer: Any) -> str:
    """Return what in a policy allows the two scripts that stand in the page itself."""
    videos, rights = re.findall(r"<script>(.*?)</script>", text(answer), re.DOTALL)
    digests = (hashlib.sha256(each.encode()).digest() for each in (videos, rights))
    return " ".join(f"'sha256-{base64.b64encode(each).decode()}'" for each in digests)


class TestInAFrame:
    """An embedded merchant: a proof in the address, no cookie, a page that only the admin may frame."""

    def test_a_proof_installs_and_shows_the_page(self, client: Client) -> None:
        answer = client.get("/acme/?proof=good")
        assert answer.status_code == 200
        assert "What Minta holds" in text(answer)
        store = Store.objects.get()
        assert (store.platform, store.state, store.epoch) == ("acme", StoreState.ACTIVE, 1)
        assert Grant.objects.count() == 1
        assert Run.objects.count() == 4

    def test_a_second_load_installs_nothing(self, client: Client) -> None:
        client.get("/acme/?proof=good")
        client.get("/acme/?proof=good")
        assert Store.objects.get().epoch == 1

    def test_only_the_shops_admin_may_frame_it(self, client: Client) -> None:
        answer = client.get("/acme/?proof=good")
        assert csp(answer)["frame-ancestors"] == "https://cedar.acme.example https://admin.acme.example"
        assert "X-Frame-Options" not in answer.headers

    def test_the_policy_names_the_platforms_script_and_ours_alone(self, client: Client) -> None:
        answer = client.get("/acme/?proof=good")
        policy = csp(answer)
        assert policy["default-src"] == "'none'"
        assert policy["script-src"] == f"https://cdn.acme.example {own_scripts(answer)}"
        assert policy["img-src"] == policy["media-src"] == "'self'"
        assert policy["connect-src"] == "'self' https://cdn.acme.example https://events.acme.example"
        assert policy["style-src"].startswith("'sha256-")
        assert (policy["base-uri"], policy["form-action"]) == ("'none'", "'self'")
        assert "unsafe" not in str(policy)

    def test_the_platforms_script_is_the_first_and_blocks(self, client: Client) -> None:
        head = text(client.get("/acme/?proof=good")).partition("</head>")[0]
        assert '<meta name="acme-app" content="acme-client-id">' in head
        script = '<script src="https://cdn.acme.example/bridge.js"></script>'
        assert head.index(script) == head.index("<script")
        assert head.count("<script") == 1

    @pytest.mark.parametrize(
        "path",
        [
            "/acme/?proof=good",
            "/acme/?framed=1",
            "/acme/pause?again=%2Facme%2F",
            "/acme/?proof=old",
            "/acme/?proof=wrong",
            "/acme/?proof=good-but-down",
        ],
    )
    def test_no_cookie_is_set(self, client: Client, path: str) -> None:
        assert not client.get(path).cookies

    def test_nothing_is_kept_by_browsers_and_caches(self, client: Client) -> None:
        answer = client.get("/acme/?proof=good")
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"]

    def test_a_platform_that_is_down_says_so_inside_the_frame(self, client: Client) -> None:
        answer = client.get("/acme/?proof=good-but-down")
        assert answer.status_code == 503
        assert answer.headers["Retry-After"] == "5"
        assert "https://cedar.acme.example" in csp(answer)["frame-ancestors"]
        assert "Acme did not answer" in text(answer)
        assert 'href=""' in text(answer)

    def test_a_failure_of_ours_says_so_inside_the_frame(self, client: Client, settings: Any) -> None:
        client.get("/acme/?proof=good")
        settings.MASTER_KEYS = (new_master_key(),)
        answer = client.get("/acme/?proof=good")
        assert answer.status_code == 500
        assert "Something went wrong at Minta" in text(answer)
        assert csp(answer)["frame-ancestors"] == "https://cedar.acme.example https://admin.acme.example"
        assert "X-Frame-Options" not in answer.headers

    @pytest.mark.parametrize(
        ("proof", "status"),
        [("good-but-down", 503), ("good-but-closed", 502), ("good-but-less", 403), ("old", 401)],
    )
    def test_a_small_page_in_the_frame_carries_the_platforms_script_first(
        self, client: Client, proof: str, status: int
    ) -> None:
        answer = client.get(f"/acme/?proof={proof}")
        assert answer.status_code == status
        head = text(answer).partition("</head>")[0].partition("<head>")[2].strip()
        assert head.startswith(
            '<meta name="acme-app" content="acme-client-id">\n<script src="https://cdn.acme'
        )
        assert csp(answer)["script-src"] == "https://cdn.acme.example"


class TestAVaultThatDoesNotOpen:
    """A page that says so, in the frame and outside of it; the log names the class and no value."""

    @pytest.fixture(params=["framed", "signed in"])
    def address(self, client: Client, request: pytest.FixtureRequest) -> str:
        """Where a merchant who is in comes back to."""
        if request.param == "framed":
            client.get("/acme/?proof=good")
            return "/acme/?proof=good"
        client.get("/acme/?consent=1")
        client.get("/acme/back?state=n1")
        return "/acme/"

    def test_a_key_store_that_cannot_be_read_now_asks_for_patience(
        self, client: Client, settings: Any, address: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        settings.KEYSTORE_PATH.write_bytes(b"no database of keys" * 400)
        answer = client.get(address)
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
        assert "Minta is busy" in text(answer)
        assert 'href=""' in text(answer)
        assert "KeyStoreBusy at connectors/" in caplog.text

    def test_another_master_key_is_a_fault_of_ours(
        self, client: Client, settings: Any, address: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        settings.MASTER_KEYS = (new_master_key(),)
        answer = client.get(address)
        assert answer.status_code == 500
        assert "Retry-After" not in answer.headers
        assert "Something went wrong at Minta" in text(answer)
        assert settings.MASTER_KEYS[0] not in caplog.text + text(answer)

    def test_a_key_that_was_put_aside_meanwhile_shows_nothing(self, client: Client) -> None:
        client.get("/acme/?consent=1")
        client.get("/acme/back?state=n1")
        store = Store.objects.get()
        configured.keystore().quarantine(store.ref, store.epoch)
        answer = client.get("/acme/")
        assert answer.status_code == 500
        assert "locked away" in text(answer)


class TestWithoutAProof:
    """The platform's script fetches one: on a page that holds nothing else."""

    def test_a_load_is_sent_to_where_the_script_looks_for_what_to_load(self, client: Client) -> None:
        answer = client.get("/acme/?framed=1")
        assert answer.status_code == 302
        assert answer.headers["Location"] == "/acme/pause?again=%2Facme%2F%3Fframed%3D1"

    def test_the_bounce_page_is_the_script_alone(self, client: Client) -> None:
        answer = client.get("/acme/pause?again=%2Facme%2F%3Fframed%3D1")
        assert answer.status_code == 200
        assert text(answer).count("<script") == 1
        assert "<style" not in text(answer)
        assert csp(answer)["frame-ancestors"] == "https://cedar.acme.example https://admin.acme.example"
        assert csp(answer)["script-src"] == "https://cdn.acme.example"

    def test_a_stale_proof_is_refused_and_mended(self, client: Client) -> None:
        answer = client.get("/acme/?proof=old")
        assert answer.status_code == 401
        address = "/acme/pause?again=%2Facme%2F%3Fframed%3D1"
        assert f'<meta http-equiv="refresh" content="0; url={address}">' in text(answer)
        assert "https://cedar.acme.example" in csp(answer)["frame-ancestors"]

    @pytest.mark.parametrize("token", ["old", "wrong"])
    def test_a_fetch_is_told_to_bring_a_fresh_one(self, client: Client, token: str) -> None:
        answer = client.get("/acme/", headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 401
        assert answer.headers["X-Acme-Retry"] == "1"
        assert "http-equiv" not in text(answer)

    def test_a_fetch_is_never_redirected(self, client: Client) -> None:
        answer = client.get("/acme/?framed=1", headers={"Authorization": "Bearer other"})
        assert answer.status_code == 401
        assert answer.headers["X-Acme-Retry"] == "1"

    def test_a_fetch_with_a_proof_gets_the_page(self, client: Client) -> None:
        answer = client.get("/acme/", headers={"Authorization": "Bearer good"})
        assert answer.status_code == 200
        assert "X-Acme-Retry" not in answer.headers

    def test_no_proof_at_all_is_unverified_and_framed_by_nobody(self, client: Client) -> None:
        answer = client.get("/acme/")
        assert answer.status_code == 401
        assert csp(answer)["frame-ancestors"] == "'none'"
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert "Open Minta again from your store&#x27;s admin at Acme" in text(answer)
        assert "X-Acme-Retry" not in answer.headers
        assert not Store.objects.exists()


class TestOutsideAFrame:
    """Consent, the way back, and a short cookie for the page."""

    def consent(self, client: Client) -> Any:
        return client.get("/acme/?consent=1")

    def test_the_browser_is_sent_to_the_consent_page_with_a_nonce(self, client: Client) -> None:
        answer = self.consent(client)
        assert answer.headers["Location"] == "https://cedar.acme.example/consent?state=n1"
        cookie = answer.cookies["minta_nonce_acme"]
        assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/acme/")
        assert cookie["max-age"] == 600
        assert cookie.value.startswith("n1:")

    def test_the_way_back_installs_and_shows_the_page_at_a_clean_address(self, client: Client) -> None:
        self.consent(client)
        answer = client.get("/acme/back?state=n1&code=secret-code")
        assert (answer.status_code, answer.headers["Location"]) == (302, "/acme/")
        page = client.get("/acme/")
        assert page.status_code == 200
        assert csp(page)["frame-ancestors"] == "'none'"
        assert csp(page)["script-src"] == own_scripts(page)
        assert csp(page)["connect-src"] == "'self'"
        assert text(page).count("<script") == 2

    def test_the_nonce_works_once(self, client: Client) -> None:
        self.consent(client)
        client.get("/acme/back?state=n1")
        assert client.get("/acme/back?state=n1").status_code == 401

    def test_a_refused_way_back_spends_the_nonce_too(self, client: Client) -> None:
        self.consent(client)
        assert client.get("/acme/back?state=n2").status_code == 401
        assert client.get("/acme/back?state=n1").status_code == 401

    def test_a_platform_that_is_down_leaves_the_nonce_for_another_try(self, client: Client) -> None:
        self.consent(client)
        assert client.get("/acme/back?state=n1&fails=1").status_code == 503
        assert client.get("/acme/back?state=n1").status_code == 302

    def test_another_browser_cannot_come_back_with_it(self, client: Client, browser: Client) -> None:
        self.consent(client)
        assert browser.get("/acme/back?state=n1").status_code == 401
        assert not Store.objects.exists()

    def test_a_nonce_that_we_did_not_sign_is_none(self, client: Client, acme: Acme) -> None:
        client.cookies["minta_nonce_acme"] = "n1"
        assert client.get("/acme/back?state=n1").status_code == 401
        assert acme.arrivals[-1].nonce is None

    def test_an_old_nonce_is_none(self, client: Client) -> None:
        with travel("2026-11-23T12:00:00Z", tick=False) as clock:
            self.consent(client)
            clock.shift(601)
            assert client.get("/acme/back?state=n1").status_code == 401

    def test_the_cookies_are_secure_where_the_product_is(self, client: Client, settings: Any) -> None:
        assert not self.consent(client).cookies["minta_nonce_acme"]["secure"]
        settings.PUBLIC_URL = "https://app.example"
        assert self.consent(client).cookies["minta_nonce_acme"]["secure"]

    def test_a_landing_in_the_admin_leaves_no_cookie_behind(self, client: Client) -> None:
        self.consent(client)
        answer = client.get("/acme/back?state=n1&admin=1")
        assert answer.headers["Location"] == "https://admin.acme.example/apps/minta"
        assert "minta_store_acme" not in answer.cookies
        assert answer.cookies["minta_nonce_acme"].value == ""

    def sign_in(self, client: Client) -> None:
        self.consent(client)
        client.get("/acme/back?state=n1")

    def test_the_cookie_ends_after_an_hour(self, client: Client) -> None:
        with travel("2026-11-23T12:00:00Z", tick=False) as clock:
            self.sign_in(client)
            assert client.get("/acme/").status_code == 200
            clock.shift(3601)
            assert client.get("/acme/").status_code == 401

    def test_the_cookie_ends_with_the_install(self, client: Client) -> None:
        self.sign_in(client)
        Store.objects.update(state=StoreState.QUARANTINED)
        assert client.get("/acme/").status_code == 401

    def test_the_cookie_of_an_older_install_shows_nothing(self, client: Client) -> None:
        self.sign_in(client)
        Store.objects.update(epoch=2)
        assert client.get("/acme/").status_code == 401

    @pytest.mark.parametrize("value", ["st_x:1", "st_x:1:1abc:sig", "", ":", "a:b"])
    def test_a_cookie_that_we_did_not_sign_is_none(self, client: Client, value: str) -> None:
        client.cookies["minta_store_acme"] = value
        assert client.get("/acme/").status_code == 401

    def test_a_proof_counts_more_than_a_cookie(self, client: Client, acme: Acme) -> None:
        self.sign_in(client)
        client.get("/acme/?proof=wrong")
        assert dict(acme.arrivals[-1].query) == {"proof": "wrong"}


class TestTurnedAway:
    """Small pages that say what to do, with the status that fits."""

    @pytest.mark.parametrize(
        ("error", "status", "words"),
        [
            ("forbidden", 403, "A permission is missing"),
            ("malformed", 400, "This address is not complete"),
            ("unavailable", 503, "Acme did not answer as it should"),
            ("throttled", 503, "Acme did not answer as it should"),
            ("denied", 502, "Acme did not answer as it should"),
            ("closed", 502, "Acme says that this store is closed"),
        ],
    )
    def test_each_error_has_its_page(self, client: Client, error: str, status: int, words: str) -> None:
        answer = client.get(f"/acme/?error={error}")
        assert answer.status_code == status
        assert words in text(answer)
        assert csp(answer)["frame-ancestors"] == "'none'"

    def test_the_platforms_own_wait_is_passed_on(self, client: Client) -> None:
        assert client.get("/acme/?error=throttled").headers["Retry-After"] == "12"

    def test_a_failure_of_ours_shows_and_logs_no_value(
        self, client: Client, caplog: pytest.LogCaptureFixture
    ) -> None:
        with caplog.at_level(logging.DEBUG):
            answer = client.get("/acme/some/place?error=broken")
        assert (answer.status_code, answer.content) == (500, b"Something went wrong\n")
        assert "ZeroDivisionError" in caplog.text
        assert "4711" not in caplog.text
        assert "some/place" not in caplog.text

    @pytest.mark.parametrize("path", ["/", "/nowhere/", "/acme%0a/", "/ACME/", "/acmé/", "/favicon.ico"])
    def test_what_is_none_of_ours_is_not_found(self, client: Client, path: str) -> None:
        answer = client.get(path)
        assert answer.status_code == 404
        assert csp(answer)["frame-ancestors"] == "'none'"

    @pytest.mark.parametrize("method", ["post", "put", "delete", "head", "options"])
    def test_only_get_is_allowed(self, client: Client, method: str) -> None:
        answer = getattr(client, method)("/acme/?proof=good")
        assert (answer.status_code, answer.headers["Allow"]) == (405, "GET")
        assert not Store.objects.exists()


class TestArrival:
    """What a platform is told of a request."""

    def test_repeated_and_empty_parameters_are_kept(self, client: Client, acme: Acme) -> None:
        client.get("/acme/deep/down?ids[]=2&ids[]=1&empty=&plus=a+b&enc=%26")
        arrival = acme.arrivals[-1]
        assert arrival.path == "deep/down"
        assert arrival.query == (
            ("ids[]", "2"),
            ("ids[]", "1"),
            ("empty", ""),
            ("plus", "a b"),
            ("enc", "&"),
        )

    @pytest.mark.parametrize("path", ["/acme", "/acme/"])
    def test_the_slash_at_the_end_makes_no_difference(self, client: Client, acme: Acme, path: str) -> None:
        client.get(path)
        assert acme.arrivals[-1].path == ""

    @pytest.mark.parametrize(
        ("header", "bearer"),
        [("Bearer abc", "abc"), ("bearer  abc ", "abc"), ("Basic abc", None), ("Bearer ", "")],
    )
    def test_only_a_bearer_is_a_bearer(
        self, client: Client, acme: Acme, header: str, bearer: str | None
    ) -> None:
        client.get("/acme/", headers={"Authorization": header})
        assert acme.arrivals[-1].bearer == bearer

    def test_too_many_parameters_are_refused_quietly(
        self, client: Client, caplog: pytest.LogCaptureFixture
    ) -> None:
        answer = client.get("/acme/?" + "&".join(f"p{n}=1" for n in range(1_001)))
        assert answer.status_code == 400
        assert not caplog.records
