"""`python -m tests.benchmarks.bare PORT`: the least that aiohttp can do with a message.

It reads the same JSON and answers as much, and keeps nothing: what the daemon is compared with.
"""

import sys

from aiohttp import web

from tests.benchmarks.accepting import answer_like


async def _take(request: web.Request) -> web.Response:
    message = await request.json()
    return web.json_response(answer_like(message), status=202)


def _main() -> None:
    app = web.Application()
    app.router.add_post("/v1/messages", _take)
    web.run_app(app, host="127.0.0.1", port=int(sys.argv[1]), print=None, access_log=None)


if __name__ == "__main__":
    _main()
