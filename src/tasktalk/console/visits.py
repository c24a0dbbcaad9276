"""Who may come in: everybody who is signed in, or operators alone."""

from typing import Annotated

from fastapi import Depends, Request

from tasktalk.accounts.request import Visit, check_factor, page_visit
from tasktalk.errors import Forbidden
from tasktalk.phrases import phrase

Anybody = Annotated[Visit, Depends(page_visit)]


def _operator(request: Request, visit: Anybody) -> Visit:
    check_factor(request)
    if not visit.viewer.is_admin:
        raise Forbidden(phrase("This is for administrators."))
    return visit


Operator = Annotated[Visit, Depends(_operator)]
