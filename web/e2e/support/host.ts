/** The page of somebody's product, on an origin of its own, that puts the element into itself. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** Nothing inline, nothing evaluated, nothing from elsewhere but the chat's own origin: `CHAT`, and `SOCKETS`. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self' CHAT",
  "style-src 'self'",
  "img-src CHAT blob:",
  "connect-src CHAT SOCKETS",
  "require-trusted-types-for 'script'",
].join("; ");

/** Rules that would ruin everything that they reach. */
const HOSTILE = `
  * { color: rgb(255, 0, 0) !important; font-size: 40px !important; letter-spacing: 9px; text-transform: uppercase; }
  button, input, li, div { display: none !important; }
  .uc\\:flex, .unet-chat { display: none !important; }
  unet-chat { display: block !important; height: 500px; cursor: crosshair; }
`;

/** Notes what the page hears, how its sockets are closed, and what its policy refuses. */
const LISTEN = `
  window.heard = [];
  for (const name of ["ready", "unread", "conversation", "message", "error", "signed-out"]) {
    window.addEventListener("unet-chat:" + name, ({ detail }) => window.heard.push([name, detail]));
  }
  window.closes = [];
  const close = WebSocket.prototype.close;
  WebSocket.prototype.close = function (...given) {
    window.closes.push(given[0]);
    close.apply(this, given);
  };
  window.refused = [];
  document.addEventListener("securitypolicyviolation", (event) => {
    window.refused.push(event.effectiveDirective + " " + event.blockedURI + " " + event.sourceFile);
  });
`;

/** What stands in the page besides what notes what it hears. */
export interface HostPage {
  readonly head?: string;
  readonly body: string;
}

/** A server of one page. */
export interface Host {
  readonly url: string;
  close(): Promise<void>;
}

/** Serves a page under a strict policy that knows the chat's origin. */
export async function serveHost(chat: string, { head = "", body }: HostPage): Promise<Host> {
  const page = `<!doctype html><html lang="ru"><head><script src="listen.js"></script>${head}</head><body>${body}</body></html>`;
  const files: Record<string, readonly [type: string, text: string]> = {
    "/": ["text/html", page],
    "/listen.js": ["text/javascript", LISTEN],
    "/hostile.css": ["text/css", HOSTILE],
    "/theme.css": ["text/css", "unet-chat { --chat-own: rgb(1, 2, 3); --chat-radius: 7px; }"],
  };
  const policy = POLICY.replaceAll("CHAT", chat).replace("SOCKETS", chat.replace("http", "ws"));
  const server = createServer((request, response) => {
    const [type, text] = files[request.url ?? ""] ?? ["text/plain", ""];
    response.writeHead(200, { "Content-Type": `${type}; charset=utf-8`, "Content-Security-Policy": policy });
    response.end(text);
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.closeAllConnections();
      return new Promise((closed) => server.close(() => closed()));
    },
  };
}
