"""Who may come in: everybody who is signed in, or operators alone."""

from typing import Annotated

from fastapi import Depends

from tasktalk.accounts.request import Visit, page_visit
from tasktalk.errors import Forbidden

Anybody = Annotated[Visit, Depends(page_visit)]


def _operator(visit: Anybody) -> Visit:
    if not visit.viewer.is_admin:
        raise Forbidden("This is for administrators.")
    return visit


Operator = Annotated[Visit, Depends(_operator)]
