/** A person's network: all that their page exchanges with the servers passes here, and can be cut, slowed or lost. */
import {
  createServer,
  request as forward,
  type Server as HttpServer,
  type IncomingMessage,
  type ServerResponse,
} from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import type { Installation } from "./installation.ts";

/** Where sockets are opened; everything else is REST or the page itself. */
const SOCKET_PATHS = ["/api/unet-chat/ws", "/ws/"];

/** Which requests are meant. */
export type Matcher = (method: string, path: string) => boolean;

/** Passes everything on until it is told otherwise. A proxy in front of the gateways, too: takes them in turn, and the
 * next when one refuses. */
export class Line {
  readonly url: string;
  /** Every socket that the page has opened so far, by the address of the gateway that has it, the newest last. */
  readonly opened: string[] = [];
  /** How many sockets the page has asked for so far, refused ones too. */
  asked = 0;
  readonly #server: HttpServer;
  readonly #installation: Installation;
  readonly #connections = new Set<Socket>();
  #isCut = false;
  #isDeaf = false;
  #delayMs = 0;
  #lost: Matcher | null = null;
  #refused: Matcher | null = null;
  #turn = 0;

  private constructor(server: HttpServer, installation: Installation) {
    this.#server = server;
    this.#installation = installation;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    server.on("connection", (socket) => this.#accept(socket));
    server.on("request", (request, response) => void this.#pass(request, response));
    server.on("upgrade", (request, socket, head) => void this.#upgrade(request, socket as Socket, head));
  }

  static async open(installation: Installation): Promise<Line> {
    const server = createServer();
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    return new Line(server, installation);
  }

  /** Ends every connection and takes no new one until {@link Line.mend}. */
  cut(): void {
    this.#isCut = true;
    this.hangUp();
  }

  /** Ends every connection; new ones are taken. */
  hangUp(): void {
    for (const socket of this.#connections) socket.destroy();
  }

  /** Takes back whatever was done to it. */
  mend(): void {
    this.#isCut = false;
    this.#isDeaf = false;
    this.#delayMs = 0;
    this.#lost = null;
    this.#refused = null;
  }

  /** From now on everything takes so much longer, each way. */
  slowDown(ms: number): void {
    this.#delayMs = ms;
  }

  /** The servers hear the page, the page hears nothing: what was sent is done, and nobody knows. */
  deafen(): void {
    this.#isDeaf = true;
  }

  /** Requests that match are carried out, and their answers lost, until {@link Line.mend}. */
  loseAnswers(matches: Matcher): void {
    this.#lost = matches;
  }

  /** Requests that match do not get through, until {@link Line.mend}. */
  refuse(matches: Matcher): void {
    this.#refused = matches;
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise<void>((closed) => this.#server.close(() => closed()));
  }

  #accept(socket: Socket): void {
    if (this.#isCut) {
      socket.destroy();
      return;
    }
    this.#keep(socket);
  }

  /** Connections end as they please, by errors too: what the page makes of that is what is tested. */
  #keep(socket: Socket): void {
    this.#connections.add(socket);
    socket.on("error", () => socket.destroy());
    socket.on("close", () => this.#connections.delete(socket));
  }

  async #pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const asked = [request.method ?? "", request.url ?? ""] as const;
    if (this.#refused?.(...asked) === true) {
      request.socket.destroy();
      return;
    }
    await pause(this.#delayMs);
    const onward = forward(this.#installation.api + request.url, {
      method: request.method,
      headers: request.headers,
    });
    onward.on("error", () => response.destroy());
    onward.on("response", async (answer) => {
      await pause(this.#delayMs);
      if (this.#isDeaf || this.#lost?.(...asked) === true) {
        request.socket.destroy();
        answer.resume();
        return;
      }
      response.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
      answer.pipe(response);
    });
    request.pipe(onward);
  }

  async #upgrade(request: IncomingMessage, page: Socket, head: Buffer): Promise<void> {
    const path = request.url ?? "";
    this.asked += 1;
    if (!SOCKET_PATHS.some((known) => path.startsWith(known)) || this.#refused?.("GET", path) === true) {
      page.destroy();
      return;
    }
    const gateway = await this.#anyGateway();
    if (gateway === null) {
      page.destroy();
      return;
    }
    this.#keep(gateway.socket);
    this.opened.push(gateway.url);
    gateway.socket.write(headOf(request));
    gateway.socket.write(head);
    this.#carry(page, gateway.socket, () => false);
    this.#carry(gateway.socket, page, () => this.#isDeaf);
  }

  async #anyGateway(): Promise<{ url: string; socket: Socket } | null> {
    const { gateways } = this.#installation;
    for (const _ of gateways) {
      const url = gateways[this.#turn++ % gateways.length] ?? "";
      const socket = await reach(url);
      if (socket !== null) return { url, socket };
    }
    return null;
  }

  /** Passes bytes on in order after the delay of the moment, or swallows them. */
  #carry(from: Socket, to: Socket, swallows: () => boolean): void {
    let due = 0;
    const later = (step: () => void) => {
      due = Math.max(due, Date.now() + this.#delayMs);
      if (this.#delayMs === 0 && due <= Date.now()) step();
      else setTimeout(step, due - Date.now());
    };
    from.on("data", (chunk: Buffer) => {
      later(() => {
        if (!swallows() && to.writable) to.write(chunk);
      });
    });
    from.on("close", () => later(() => to.end()));
  }
}

function reach(url: string): Promise<Socket | null> {
  const { hostname, port } = new URL(url);
  return new Promise((answer) => {
    const socket = connect(Number(port), hostname, () => answer(socket));
    socket.once("error", () => answer(null));
  });
}

/** The request line and the headers as they came. */
function headOf(request: IncomingMessage): string {
  const lines = [`${request.method} ${request.url} HTTP/1.1`];
  for (let at = 0; at < request.rawHeaders.length; at += 2) {
    lines.push(`${request.rawHeaders[at]}: ${request.rawHeaders[at + 1]}`);
  }
  return `${lines.join("\r\n")}\r\n\r\n`;
}
