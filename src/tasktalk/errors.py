"""What can go wrong, as one tree. The edge turns an AppError into its status; anything else is a bug and a 500.

What is said of it is a phrase or Told: the API gives it in English, a reply and a page in the reader's language.

AppError                      500  INTERNAL_SERVER_ERROR
├── BadRequest                400  BAD_REQUEST
│   ├── WrongMethod           405  BAD_REQUEST
│   └── TooLarge              413  BAD_REQUEST
├── Unauthorized              401  UNAUTHORIZED
├── Forbidden                 403  FORBIDDEN
│   └── VerificationFailed    403  WEBHOOK_VERIFICATION_FAILED
├── NotFound                  404  NOT_FOUND
│   └── ConfigNotFound        404  CONFIG_NOT_FOUND
├── Conflict                  409  CONFLICT
├── RateLimited               429  RATE_LIMIT_EXCEEDED
└── Unavailable               503  INTERNAL_SERVER_ERROR
"""

from typing import ClassVar

from tasktalk.phrases import phrase


class AppError(Exception):
    __doc__ = phrase("Something failed.")

    status: ClassVar[int] = 500
    code: ClassVar[str] = "INTERNAL_SERVER_ERROR"

    def __init__(self, message: str = "", **data: object) -> None:
        """`message` is shown to whoever asked, and may be Told.

        `data` goes into the error's `data` (`field`, `position`, …).
        """
        self.message = message or (self.__doc__ or "").strip()
        super().__init__(self.message)
        self.data = data

    def as_json(self) -> dict[str, object]:
        """The body of the answer."""
        return {"error": {"code": self.code, "message": str(self.message), "data": self.data or None}}


class BadRequest(AppError):
    __doc__ = phrase("The request cannot be read.")

    status = 400
    code = "BAD_REQUEST"


class WrongMethod(BadRequest):
    __doc__ = phrase("This address is there, but not for that: it may only take what a form sends.")

    status = 405


class TooLarge(BadRequest):
    __doc__ = phrase("The request is too large.")

    status = 413


class Unauthorized(AppError):
    __doc__ = phrase("Sign in first.")

    status = 401
    code = "UNAUTHORIZED"


class Forbidden(AppError):
    __doc__ = phrase("You may not do this.")

    status = 403
    code = "FORBIDDEN"


class VerificationFailed(Forbidden):
    """The webhook's signature or token is not right."""

    code = "WEBHOOK_VERIFICATION_FAILED"


class NotFound(AppError):
    __doc__ = phrase("There is no such thing, or it is not yours to see.")

    status = 404
    code = "NOT_FOUND"


class ConfigNotFound(NotFound):
    __doc__ = phrase("This is not set up.")

    code = "CONFIG_NOT_FOUND"


class Conflict(AppError):
    __doc__ = phrase("Somebody else changed this first.")

    status = 409
    code = "CONFLICT"


class RateLimited(AppError):
    __doc__ = phrase("Too many requests.")

    status = 429
    code = "RATE_LIMIT_EXCEEDED"


class Unavailable(AppError):
    __doc__ = phrase("Not available right now.")

    status = 503
