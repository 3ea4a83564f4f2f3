// A chat server as Socket.IO's documentation teaches it, with the Redis adapter between the processes: one row per
// message, then the message to its room on every process, then the sender's acknowledgement.

import { createServer } from "node:http";
import { parseArgs } from "node:util";
import { createAdapter } from "@socket.io/redis-adapter";
import { createSigner, createVerifier } from "fast-jwt";
import { Redis } from "ioredis";
import { Server } from "socket.io";

import { Store } from "./store.js";

/** Longer than the load generator keeps an idle connection, so that it is never closed under a request. */
const KEEP_ALIVE_MS = 120_000;

/** A longer body is nobody's of a load test. */
const BODY_BYTES = 1 << 20;

const { values: options } = parseArgs({
  options: {
    port: { type: "string" },
    "database-url": { type: "string" },
    "redis-url": { type: "string" },
    prefix: { type: "string" },
    secret: { type: "string" },
  },
});

const missing = ["port", "database-url", "redis-url", "prefix", "secret"].filter((name) => !options[name]);
if (missing.length > 0) {
  console.error(`missing: ${missing.map((name) => `--${name}`).join(" ")}`);
  process.exit(64);
}

const sign = createSigner({ key: options.secret, algorithm: "HS256", expiresIn: "1d" });
const verify = createVerifier({ key: options.secret, algorithms: ["HS256"], cache: false });
const store = await Store.open(options["database-url"]);
const publisher = new Redis(options["redis-url"]);
const subscriber = publisher.duplicate();
const http = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, answer);
const io = new Server(http, {
  adapter: createAdapter(publisher, subscriber, { key: options.prefix }),
  transports: ["websocket"],
  perMessageDeflate: false,
  serveClient: false,
});

async function send(sender, { conversation_id, client_id, text }) {
  const message = { conversation_id, sender_id: sender, text, client_id };
  const { id, created_at } = await store.addMessage(message);
  const sent = { id, ...message, seq: id, created_at };
  io.to(conversation_id).emit("message:new", sent);
  return sent;
}

io.use((socket, next) => {
  try {
    socket.data.user = Number(verify(socket.handshake.auth.token).sub);
    next();
  } catch {
    next(new Error("unauthorized"));
  }
});

io.on("connection", async (socket) => {
  const user = socket.data.user;
  socket.on("message:new", async (asked, acknowledge) => {
    try {
      const { id, conversation_id, client_id, seq, created_at } = await send(user, asked);
      acknowledge?.({ client_id, id, conversation_id, seq, created_at });
    } catch (error) {
      console.error(error);
      socket.emit("error", { code: "unavailable", client_id: asked?.client_id, retryable: true });
    }
  });
  try {
    const { conversation } = socket.handshake.auth;
    const followed = (await store.follow(user)).filter(({ id }) => !conversation || id === conversation);
    await socket.join(followed.map(({ id }) => id));
    for (const { id, head } of followed) socket.emit("sync", { conversation_id: id, head });
  } catch (error) {
    console.error(error);
    socket.disconnect(true);
  }
});

// The request of the upgrade is not needed any more; the documentation advises this for memory.
io.engine.on("connection", (connection) => {
  connection.request = null;
});

async function answer(request, response) {
  try {
    const route = request.method === "POST" ? routes[request.url] : undefined;
    if (!route) return reply(response, 404, { error: "not found" });
    const body = JSON.parse(await read(request));
    const [status, result] = await route(body, request);
    reply(response, status, result);
  } catch (error) {
    const status = error.status ?? (error instanceof SyntaxError ? 400 : 500);
    if (status === 500) console.error(error);
    reply(response, status, { error: status === 500 ? "internal" : error.message });
  }
}

const routes = {
  "/api/auth/register/": async ({ username }) => {
    const id = await store.addUser(username);
    return [201, { user: { id, username }, tokens: { access: sign({ sub: String(id) }) } }];
  },
  "/api/unet-chat/conversations/": async (body, request) => {
    const creator = authenticate(request);
    const members = new Set([creator, ...(body.participant_ids ?? [])].map(Number));
    const id = await store.addConversation([...members]);
    return [201, { id, type: body.type, title: body.title ?? null, created_by: creator }];
  },
  "/api/unet-chat/messages/": async (body, request) => [201, await send(authenticate(request), body)],
};

function authenticate({ headers }) {
  try {
    return Number(verify(headers.authorization.slice("Bearer ".length)).sub);
  } catch {
    throw Object.assign(new Error("unauthorized"), { status: 401 });
  }
}

function read(request) {
  return new Promise((resolve, reject) => {
    const chunks = [];
    let bytes = 0;
    request.on("data", (chunk) => {
      bytes += chunk.length;
      if (bytes > BODY_BYTES) reject(Object.assign(new Error("too large"), { status: 413 }));
      else chunks.push(chunk);
    });
    request.on("end", () => resolve(Buffer.concat(chunks)));
    request.on("error", reject);
  });
}

function reply(response, status, result) {
  const body = JSON.stringify(result);
  response.writeHead(status, { "Content-Type": "application/json", "Content-Length": Buffer.byteLength(body) });
  response.end(body);
}

http.listen(Number(options.port), "127.0.0.1", () => console.log(`ready on ${options.port}`));
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(0));
