"""What a request is answered with if it cannot be taken."""

__all__ = ["RejectedRequest"]


class RejectedRequest(Exception):
    """A request cannot be answered with predictions; the message is one sentence that says why.

    Attributes:
        status: The HTTP status of the answer, a 4xx, or 503 if the server has too much to do.
        headers: More headers of the answer.
    """

    def __init__(self, status: int, reason: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(reason)
        self.status = status
        self.headers = headers or {}
