"""The certificate with which a port of the line is served."""

import ssl


def server_context(certificate: str, key: str) -> ssl.SSLContext:
    """
    Serve with *certificate*, over TLS 1.2 or later.

    Args:
        certificate: PEM file of the chain.
        key: PEM file of its private key; `` when the first file holds it, too.

    Raises:
        OSError: A file cannot be read, or is none of these (`ssl.SSLError`).
        ValueError: The key has a password.
    """
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    # Without an answer the library would ask for a password at a terminal, for ever.
    context.load_cert_chain(certificate, key or None, password="")
    return context
