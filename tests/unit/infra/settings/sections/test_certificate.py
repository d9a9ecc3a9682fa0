"""Where the certificate comes from."""

from pathlib import Path

import pytest

from tests.support.settings import SECRET, refusal, settings, written


@pytest.mark.parametrize("profile", ["", "a b", "--x=y\n", "a/b"])
def test_a_profile_has_the_name_of_one(profile: str) -> None:
    told = refusal(certificate={"profile": profile})
    assert told == "certificate.profile: must be a name of A-Z, a-z, 0-9, ., _ and -"


@pytest.mark.parametrize("content", [f"{SECRET}\neab-kid = of another\n", f"{SECRET} {SECRET}\n"])
def test_an_hmac_key_brings_no_option_along(tmp_path: Path, content: str) -> None:
    account = {"key_id": "kid-1", "hmac_key": written(tmp_path, content)}
    assert refusal(certificate={"external_account": account}) == (
        "certificate.external_account.hmac_key:"
        " the file must contain the key in one line and nothing else"
    )


@pytest.mark.parametrize(("given", "missing"), [("chain", "key"), ("key", "chain")])
def test_source_files_needs_both_files(tmp_path: Path, given: str, missing: str) -> None:
    told = refusal(certificate={"source": "files", given: written(tmp_path)})
    assert told == f'certificate.source: "files" needs certificate.{missing}'


def test_source_files_names_both_when_both_are_missing() -> None:
    told = refusal(certificate={"source": "files"})
    assert told == 'certificate.source: "files" needs certificate.chain and certificate.key'


def test_other_sources_do_not_read_the_files(tmp_path: Path) -> None:
    files = {"chain": written(tmp_path), "key": written(tmp_path)}
    assert settings(certificate=files).certificate.source == "acme"
