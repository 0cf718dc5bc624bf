"""Our own faults, each with a sentence a person can read; one handler turns them into a page."""

from collections.abc import Mapping


class PortalError(Exception):
    """Something the portal will not or cannot do, said in plain Dutch.

    `values` fill the named places of the sentence, so that the sentence itself can be translated.
    """

    status = 400

    def __init__(self, sentence: str, **values: object) -> None:
        super().__init__(sentence % values if values else sentence)
        self.sentence = sentence
        self.values: Mapping[str, object] = values


class NotFoundError(PortalError):
    """There is no such thing, or it is not for this reader: the two look the same."""

    status = 404

    def __init__(self, sentence: str = "Deze pagina bestaat niet, of is niet voor u.", **values: object) -> None:
        super().__init__(sentence, **values)


class RefusedError(PortalError):
    """The act is not allowed, or not possible in the state things are in now."""

    status = 409


class ExpiredError(PortalError):
    """A link or an offer that was valid once."""

    status = 410


class InvalidError(PortalError):
    """What was typed cannot be accepted; `fields` says why, a field at a time."""

    status = 422

    def __init__(self, sentence: str, fields: Mapping[str, str] | None = None, **values: object) -> None:
        super().__init__(sentence, **values)
        self.fields = dict(fields or {})


class TooManyError(PortalError):
    """Tried too often: waiting helps."""

    status = 429


class SettingError(Exception):
    """A setting with which the portal refuses to start."""


class UnavailableError(PortalError):
    """Something outside the portal does not answer; trying later can help."""

    status = 503
