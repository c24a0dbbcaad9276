"""What the applications of a run share: it is the same in each, and takes longer to make than most tests take."""

from fastapi import FastAPI
from starlette.routing import BaseRoute

_routes: dict[int, BaseRoute] = {}  # by the identity of the router that was included


def share_routes(app: FastAPI) -> FastAPI:
    """The app, whose routers are included as they were in the first that had them; it must override no dependencies.

    FastAPI works out all routes of a router anew for each application, when it is first asked for one of them.
    """
    routes = app.router.routes
    for place, route in enumerate(routes):
        router = getattr(route, "original_router", None)
        if router is not None:
            routes[place] = _routes.setdefault(id(router), route)
    return app
