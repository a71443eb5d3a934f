"""A certificate made on the spot, for servers that speak TLS."""

import datetime
import ipaddress
import ssl
import warnings

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


class Certificate:
    """
    A self-signed certificate for an address or a name, in `directory`; who trusts `ca_file`
    trusts the server, whose key lies in `key_file`. `newest`: the newest protocol that the server
    speaks, such as ssl.TLSVersion.TLSv1_1.
    """

    def __init__(self, directory, host="127.0.0.1", newest=None):
        self.ca_file = directory / f"{host}.pem"
        self._newest = newest
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = _self_signed(key, host)
        self.ca_file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        self.key_file = directory / f"{host}.key"
        self.key_file.write_bytes(key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption()))

    def context(self):
        """For the server's side."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.ca_file, self.key_file)
        if self._newest:
            context.set_ciphers("DEFAULT:@SECLEVEL=0")  # OpenSSL has no TLS 1.1 above level 0
            context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", DeprecationWarning)
                context.maximum_version = self._newest
        return context


def _self_signed(key, host):
    try:
        names = [x509.IPAddress(ipaddress.ip_address(host))]
    except ValueError:
        names = [x509.DNSName(host)]
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    today = datetime.datetime.now(datetime.timezone.utc)
    return (x509.CertificateBuilder()
            .subject_name(subject).issuer_name(subject).public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(today - datetime.timedelta(days=1))
            .not_valid_after(today + datetime.timedelta(days=7))
            .add_extension(x509.SubjectAlternativeName(names), critical=False)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .sign(key, hashes.SHA256()))
