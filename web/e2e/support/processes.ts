/** The servers as child processes on free ports, ended with the worker that started them, however it ends. */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, openSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { dirname, join, resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const REPOSITORY = resolve(dirname(fileURLToPath(import.meta.url)), "../../..");

/** How long a server may take to be ready or to leave, ms: a debug build on a busy machine. */
const PATIENCE_MS = 60_000;

/** How often a server is asked for what it announces nowhere, ms. */
const POLL_MS = 50;

/**
 * Ports that the system hands to nobody by itself. Every worker begins elsewhere: `stride` is more than the servers of
 * two tests ask for.
 */
const PORTS = { first: 10_240, last: 31_999, stride: 16 };

/** How many ports this process has tried. */
let given = 0;

/** Settings by their key, as `--set key=value` takes them. */
export type Settings = Readonly<Record<string, string | number>>;

/** What a server is started from. */
export interface Program {
  /** The binary of the workspace. */
  readonly name: "standalone" | "api" | "gateway";
  /** The key of its public address. */
  readonly listen: "api.listen" | "gateway.listen";
  readonly settings: Settings;
  /** Where its log goes. */
  readonly log: string;
}

/** One running server. */
export class Server {
  readonly url: string;
  readonly #child: ChildProcess;
  readonly #internal: string;
  readonly #log: string;

  private constructor(child: ChildProcess, addresses: { public: string; internal: string }, log: string) {
    this.#child = child;
    this.url = `http://${addresses.public}`;
    this.#internal = `http://${addresses.internal}`;
    this.#log = log;
  }

  /** Starts a program and waits until it says that it is ready. */
  static async start(program: Program): Promise<Server> {
    const addresses = { public: await freeAddress(), internal: await freeAddress() };
    const settings = {
      ...program.settings,
      [program.listen]: addresses.public,
      "internal.listen": addresses.internal,
    };
    const flags = Object.entries(settings).flatMap(([key, value]) => ["--set", `${key}=${value}`]);
    const log = openSync(program.log, "a");
    const [command, ...args] = [...diesWithParent(), binary(program.name), ...flags];
    const child = spawn(command ?? "", args, { stdio: ["ignore", log, log] });
    process.on("exit", () => child.kill("SIGKILL"));
    const server = new Server(child, addresses, program.log);
    await server.#ready();
    return server;
  }

  /** Ends it on the spot, as a crash does. */
  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.ended();
  }

  /** Asks it to leave, as a deployment does, and does not wait. */
  terminate(): void {
    this.#child.kill("SIGTERM");
  }

  /** Asks it to leave and waits for that. */
  async stop(): Promise<void> {
    this.terminate();
    await this.ended();
  }

  async #ready(): Promise<void> {
    const deadline = Date.now() + PATIENCE_MS;
    while (!(await isOk(`${this.#internal}/readyz`))) {
      if (this.#hasEnded() || Date.now() > deadline) throw new Error(`not ready; its log:\n${this.#text()}`);
      await pause(POLL_MS);
    }
  }

  /** Waits for its end. */
  async ended(): Promise<void> {
    const deadline = Date.now() + PATIENCE_MS;
    while (!this.#hasEnded()) {
      if (Date.now() > deadline) throw new Error(`still running; its log:\n${this.#text()}`);
      await pause(POLL_MS);
    }
  }

  #hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  #text(): string {
    return readFileSync(this.#log, "utf8");
  }
}

/** An address nobody listens on, and never one that this process was given before: its server starts a moment later. */
async function freeAddress(): Promise<string> {
  const count = PORTS.last - PORTS.first + 1;
  for (;;) {
    const port = PORTS.first + ((process.pid * PORTS.stride + given) % count);
    given += 1;
    if (await isFree(port)) return `127.0.0.1:${port}`;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((answer) => {
    const probe = createServer();
    probe.once("error", () => answer(false));
    probe.listen(port, "127.0.0.1", () => probe.close(() => answer(true)));
  });
}

async function isOk(url: string): Promise<boolean> {
  try {
    return (await fetch(url)).ok;
  } catch {
    return false; // It does not listen yet.
  }
}

/** A worker that is killed runs no clean-up: on Linux the kernel does it. */
function diesWithParent(): string[] {
  return process.platform === "linux" ? ["setpriv", "--pdeathsig", "KILL"] : [];
}

/** Where cargo puts the binaries of the workspace. */
function binary(name: string): string {
  const target = resolve(REPOSITORY, process.env.CARGO_TARGET_DIR ?? "target");
  const path = join(target, "debug", name);
  if (!existsSync(path)) throw new Error(`${path} is missing: cargo build --workspace --bins`);
  return path;
}
