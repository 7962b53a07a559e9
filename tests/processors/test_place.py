"""Where a copy lies is told without a secret, and tells two places apart."""

from collections.abc import Mapping
from typing import Any

import pytest

from connectors.errors import BadAnswer, MintaError
from connectors.processors import PROCESSORS
from connectors.processors.aws import Aws
from connectors.processors.intercom import Intercom
from minta.env import Environment
from tests.processors.conftest import SECRETS, intercom_setup, mailchimp_setup, salesforce_setup
from tests.processors.servers import Fault, IntercomServer, MailchimpServer, SalesforceServer, Says

pytestmark = pytest.mark.usefixtures("silent")


def aws_setup(**changed: str) -> Mapping[str, Any]:
    told = {"MINTA_S3_BUCKET": "minta-copies", "MINTA_AWS_ACCESS_KEY_ID": "AKIA1", **changed}
    return Aws().configure(Environment({"MINTA_AWS_SECRET_ACCESS_KEY": "s3cret", **told}), insecure=True)


def test_it_names_what_an_erasure_looks_in(
    salesforce: SalesforceServer, mailchimp: MailchimpServer, intercom: IntercomServer
) -> None:
    first = {
        "aws": aws_setup(),
        "salesforce": salesforce_setup(salesforce),
        "mailchimp": mailchimp_setup(mailchimp),
        "intercom": intercom_setup(intercom),
    }
    told = {name: PROCESSORS[name].place(setup) for name, setup in first.items()}
    assert told["aws"] == " minta-copies minta/"
    assert told["intercom"] == f"{intercom.address} k1r2_minta"
    assert not [secret for secret in (*SECRETS, "s3cret", "AKIA1") if secret in repr(told)]
    others: list[tuple[str, Mapping[str, Any]]] = [
        ("aws", aws_setup(MINTA_S3_BUCKET="minta-others")),
        ("aws", aws_setup(MINTA_S3_PREFIX="other/")),
        ("aws", aws_setup(MINTA_S3_ENDPOINT="http://127.0.0.1:9")),
        ("salesforce", salesforce_setup(salesforce, SALESFORCE_ORIGIN="http://127.0.0.1:9")),
        ("salesforce", salesforce_setup(salesforce, SALESFORCE_OBJECT="Other__c")),
        ("salesforce", salesforce_setup(salesforce, SALESFORCE_EXTERNAL_ID="Other__c")),
        ("mailchimp", mailchimp_setup(mailchimp, MAILCHIMP_AUDIENCE="0ther")),
    ]
    for name, setup in others:
        assert PROCESSORS[name].place(setup) != told[name]
    assert Aws().place(aws_setup(MINTA_AWS_SECRET_ACCESS_KEY="renewed")) == told["aws"]


def test_intercom_s_workspace_is_asked_for_once_and_a_token_of_another_is_another_place(
    intercom: IntercomServer,
) -> None:
    setup = intercom_setup(intercom)
    here = [Intercom().place(setup) for _ in range(3)]
    assert len(set(here)) == 1
    assert [each.path for each in intercom.asked] == ["/me"]
    with IntercomServer() as other:
        other.workspace = "an0ther"
        assert Intercom().place(intercom_setup(other)).split()[1] == "an0ther"


def test_who_does_not_say_which_workspace_it_is_is_asked_again(
    intercom: IntercomServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    setup = intercom_setup(intercom)
    intercom.always(Fault.AWAY)
    with pytest.raises(MintaError):
        Intercom().place(setup)
    intercom.always(Fault.FINE)
    answer = intercom.answer
    bodies: list[Any] = [{}, [], {"app": None}, {"app": {"id_code": 7}}, {"app": {"id_code": "a b"}}]
    for body in bodies:
        monkeypatch.setattr(intercom, "answer", lambda _, body=body: Says(body))
        with pytest.raises(BadAnswer):
            Intercom().place(setup)
    monkeypatch.setattr(intercom, "answer", answer)
    assert Intercom().place(setup).endswith(" k1r2_minta")
