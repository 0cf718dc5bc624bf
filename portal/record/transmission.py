"""One mail over SMTP: encrypted where the server can, within a time, and honest about whether it may have arrived."""

import re
import smtplib
import ssl
from contextlib import suppress
from email.utils import parseaddr
from ipaddress import ip_address
from urllib.parse import SplitResult, unquote, urlsplit

PATIENCE = 15  # seconds for each answer; smtplib by itself waits for ever
_DOT_AT_A_LINE = re.compile(rb"(?m)^\.")


class UnansweredError(Exception):
    """The server has the whole mail but said neither yes nor no: sending again could deliver it twice."""


def transmit(message: bytes, *, to: str, sender: str, smtp_url: str) -> None:
    """Hand a message (bytes, CRLF) to the server; OSError or SMTPException when it surely was not accepted."""
    url = urlsplit(smtp_url)
    server = _connected(url)
    try:
        _send(server, message, to=to, sender=parseaddr(sender)[1])
    finally:
        with suppress(OSError, smtplib.SMTPException):  # what was answered stands, however the line is closed
            server.docmd("QUIT")
        server.close()


def _connected(url: SplitResult) -> smtplib.SMTP:
    host, secure = url.hostname or "localhost", ssl.create_default_context()
    if url.scheme == "smtps":
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, url.port or 465, timeout=PATIENCE, context=secure)
    else:
        server = smtplib.SMTP(host, url.port or 587, timeout=PATIENCE)
    try:
        server.ehlo_or_helo_if_needed()
        encrypted = url.scheme == "smtps"
        if not encrypted and server.has_extn("starttls"):
            server.starttls(context=secure)
            server.ehlo_or_helo_if_needed()
            encrypted = True
        if url.username:
            if not encrypted and not _is_this_machine(host):
                raise smtplib.SMTPNotSupportedError("no encryption offered: the password is not sent")
            server.login(unquote(url.username), unquote(url.password or ""))
    except BaseException:
        server.close()
        raise
    return server


def _send(server: smtplib.SMTP, message: bytes, *, to: str, sender: str) -> None:
    code, answer = server.mail(sender)
    if code != 250:
        raise smtplib.SMTPSenderRefused(code, answer, sender)
    code, answer = server.rcpt(to)
    if code not in (250, 251):
        raise smtplib.SMTPRecipientsRefused({to: (code, answer)})
    code, answer = server.docmd("DATA")
    if code != 354:
        raise smtplib.SMTPDataError(code, answer)
    server.send(_DOT_AT_A_LINE.sub(b"..", message) + b"\r\n.\r\n")
    try:
        code, answer = server.getreply()
    except (OSError, smtplib.SMTPException) as fault:
        raise UnansweredError from fault
    if code != 250:
        raise smtplib.SMTPDataError(code, answer)


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
