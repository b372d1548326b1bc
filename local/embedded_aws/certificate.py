"""The TLS certificate of one emulator, made by trustme: no openssl command is needed."""

from __future__ import annotations

from pathlib import Path

import trustme


def make(certificate: Path, key: Path, host: str) -> None:
    """Write a certificate for the host, with the authority that signed it, and its key.

    Clients trust the file as it is: it holds the authority too.
    """
    authority = trustme.CA(organization_name="embedded AWS")
    issued = authority.issue_cert(host, "localhost")
    certificate.parent.mkdir(parents=True, exist_ok=True)
    for pem in issued.cert_chain_pems:
        pem.write_to_path(certificate, append=True)
    authority.cert_pem.write_to_path(certificate, append=True)
    issued.private_key_pem.write_to_path(key)
    key.chmod(0o600)
