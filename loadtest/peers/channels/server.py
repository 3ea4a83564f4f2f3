"""A chat server on Django Channels with its Redis layer between the processes: one row per message, then the message to
its group on every process, then the sender's acknowledgement."""

import argparse
import asyncio
import logging
import time

import django
import jwt
import orjson
import uvicorn
import uvloop
from channels.generic.websocket import AsyncWebsocketConsumer
from channels.layers import get_channel_layer
from channels.routing import ProtocolTypeRouter, URLRouter
from django.conf import settings
from django.core.asgi import get_asgi_application
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, reset_queries
from django.http import HttpResponse
from django.urls import path
from store import Store

# Longer than the load generator keeps an idle connection, so that it is never closed under a request.
KEEP_ALIVE_SECONDS = 120

# How long a token is good: longer than any run.
TOKEN_SECONDS = 86_400

store = None
secret = None
log = logging.getLogger("peer")


def user_of(authorization):
    """Whose a bearer token is."""
    return int(jwt.decode(authorization.removeprefix("Bearer "), secret, algorithms=["HS256"])["sub"])


def encode(kind, payload, **outer):
    return orjson.dumps({"type": kind, **outer, "payload": payload}).decode()


async def publish(sender, asked):
    conversation, client_id, text = asked["conversation_id"], asked["client_id"], asked["text"]
    number, created_at = await store.add_message(conversation, sender, client_id, text)
    message = {
        "id": number,
        "conversation_id": conversation,
        "sender_id": sender,
        "text": text,
        "client_id": client_id,
        "seq": number,
        "created_at": created_at,
    }
    # Encoded here, once for all sockets.
    frame = encode("message:new", message, seq=number)
    await get_channel_layer().group_send(conversation, {"type": "chat.frame", "text": frame})
    return message


class Chat(AsyncWebsocketConsumer):
    async def dispatch(self, message):
        """As the library's, without its visit to a thread at every message, which closes old connections of Django's
        ORM: there are none."""
        await getattr(self, message["type"].replace(".", "_"))(message)

    async def connect(self):
        self.sends = set()
        self.groups_joined = []
        headers = dict(self.scope["headers"])
        try:
            self.user = user_of(headers[b"authorization"].decode())
        except (KeyError, jwt.InvalidTokenError):
            await self.close()
            return
        await self.accept()
        followed = await store.follow(self.user)
        only = self.scope["url_route"]["kwargs"].get("conversation")
        if only is not None:
            followed = [(conversation, head) for conversation, head in followed if conversation == only]
        for conversation, _ in followed:
            await self.channel_layer.group_add(conversation, self.channel_name)
            self.groups_joined.append(conversation)
        await self.send(encode("hello", {"user_id": self.user}))
        for conversation, head in followed:
            await self.send(encode("sync", {"conversation_id": conversation, "head": head}))

    async def receive(self, text_data=None, bytes_data=None):
        frame = orjson.loads(text_data)
        if frame["type"] == "message:new":
            # A task of its own: what is said to this socket need not wait for the commit.
            task = asyncio.create_task(self.publish(frame["payload"]))
            self.sends.add(task)
            task.add_done_callback(self.sends.discard)

    async def publish(self, asked):
        try:
            message = await publish(self.user, asked)
        except Exception:
            log.exception("a send failed")
            refused = {"code": "unavailable", "client_id": asked.get("client_id"), "retryable": True}
            await self.send(encode("error", refused))
            return
        names = ("client_id", "id", "conversation_id", "seq", "created_at")
        await self.send(encode("message:ack", {name: message[name] for name in names}))

    async def chat_frame(self, event):
        await self.send(event["text"])

    async def disconnect(self, code):
        for conversation in self.groups_joined:
            await self.channel_layer.group_discard(conversation, self.channel_name)


def answer(status, result):
    return HttpResponse(orjson.dumps(result), content_type="application/json", status=status)


def signed_in(view):
    async def checked(request):
        try:
            user = user_of(request.headers["Authorization"])
        except (KeyError, jwt.InvalidTokenError):
            return answer(401, {"error": "unauthorized"})
        return await view(request, user)

    return checked


async def register(request):
    username = orjson.loads(request.body)["username"]
    user = await store.add_user(username)
    token = jwt.encode({"sub": str(user), "exp": int(time.time()) + TOKEN_SECONDS}, secret, algorithm="HS256")
    return answer(201, {"user": {"id": user, "username": username}, "tokens": {"access": token}})


@signed_in
async def open_conversation(request, user):
    asked = orjson.loads(request.body)
    conversation = await store.add_conversation(list({user, *(asked.get("participant_ids") or [])}))
    shown = {"id": conversation, "type": asked["type"], "title": asked.get("title"), "created_by": user}
    return answer(201, shown)


@signed_in
async def send_message(request, user):
    return answer(201, await publish(user, orjson.loads(request.body)))


urlpatterns = [
    path("api/auth/register/", register),
    path("api/unet-chat/conversations/", open_conversation),
    path("api/unet-chat/messages/", send_message),
]


def application(options):
    layer = {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": [options.redis_url], "prefix": options.prefix},
    }
    settings.configure(
        ALLOWED_HOSTS=["*"],
        CHANNEL_LAYERS={"default": layer},
        DEBUG=False,
        LOGGING_CONFIG=None,
        MIDDLEWARE=[],
        ROOT_URLCONF=__name__,
        SECRET_KEY=options.secret,
    )
    django.setup()
    http = get_asgi_application()
    # Housekeeping of the ORM, which nobody uses here, by a visit to a thread at every request.
    request_started.disconnect(reset_queries)
    request_started.disconnect(close_old_connections)
    request_finished.disconnect(close_old_connections)
    chat = Chat.as_asgi()
    doors = ["api/unet-chat/ws", "api/unet-chat/ws/conversations/<str:conversation>/"]
    sockets = URLRouter([path(door, chat) for door in doors])
    return ProtocolTypeRouter({"http": http, "websocket": sockets})


async def serve(options):
    global store, secret
    store, secret = await Store.open(options.database_url), options.secret
    config = uvicorn.Config(
        application(options),
        port=options.port,
        http="httptools",
        ws="websockets-sansio",
        ws_per_message_deflate=False,
        lifespan="off",
        access_log=False,
        log_level="warning",
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
    )
    await uvicorn.Server(config).serve()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    for name in ("database-url", "redis-url", "prefix", "secret"):
        parser.add_argument(f"--{name}", required=True)
    uvloop.run(serve(parser.parse_args()))
