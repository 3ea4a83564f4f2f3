/** What a page talks to: everything in one process, or a cluster over Postgres and Redis. */
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Server, type Settings } from "./processes.ts";

/** The key that signs the tokens of every installation of the tests; `tokens.ts` signs with it too. */
export const SECRET = "a secret of the tests, which is long enough to be one";

/** The largest file that an installation of the tests takes, bytes: refused ones need not be large. */
export const MAX_UPLOAD_BYTES = 2 * 1024 * 1024;

/** Servers that belong together. */
export interface Installation {
  /** Where REST goes. */
  readonly api: string;
  /** Where sockets go; more than one are taken in turn. */
  readonly gateways: readonly string[];
  stop(): Promise<void>;
}

/** The page that `npm run build` has made. */
const PAGE = fileURLToPath(new URL("../../dist", import.meta.url));

const COMMON: Settings = {
  "tokens.secret": SECRET,
  "api.web_dir": PAGE,
  "gateway.allowed_origins": '["*"]',
  "files.max_upload_bytes": MAX_UPLOAD_BYTES,
  "log.format": "json",
  // Nobody waits for the pages that a test leaves open.
  "shutdown.grace_seconds": 2,
};

/** Everything in one process, on SQLite, with a folder of its own. */
export class Standalone implements Installation {
  readonly api: string;
  readonly gateways: readonly string[];
  readonly #server: Server;
  readonly #folder: string;

  private constructor(server: Server, folder: string) {
    this.#server = server;
    this.#folder = folder;
    this.api = server.url;
    this.gateways = [server.url];
  }

  static async start(): Promise<Standalone> {
    const folder = mkdtempSync(join(tmpdir(), "chat-browser-"));
    const server = await Server.start({
      name: "standalone",
      listen: "api.listen",
      settings: { ...COMMON, "standalone.data": join(folder, "data") },
      log: join(folder, "standalone.log"),
    });
    return new Standalone(server, folder);
  }

  async stop(): Promise<void> {
    await this.#server.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** One API node and two gateways over a database and a Redis prefix of their own. */
export class Cluster implements Installation {
  readonly api: string;
  readonly #database: Database;
  readonly #folder: string;
  readonly #settings: Settings;
  readonly #api: Server;
  #gateways: Server[] = [];

  private constructor(api: Server, parts: { database: Database; folder: string; settings: Settings }) {
    this.#api = api;
    this.api = api.url;
    this.#database = parts.database;
    this.#folder = parts.folder;
    this.#settings = parts.settings;
  }

  static async start(): Promise<Cluster> {
    const database = Database.create();
    const folder = mkdtempSync(join(tmpdir(), "chat-browser-"));
    const settings: Settings = {
      "database.url": database.url,
      "redis.url": environment("CHAT_TEST_REDIS_URL"),
      "redis.prefix": database.name,
      "tokens.secret": SECRET,
    };
    const api = await Server.start({
      name: "api",
      listen: "api.listen",
      settings: { ...settings, "api.web_dir": PAGE, "files.store": `file://${folder}/files` },
      log: join(folder, "api.log"),
    });
    const cluster = new Cluster(api, { database, folder, settings });
    cluster.#gateways = await Promise.all([cluster.#startGateway(), cluster.#startGateway()]);
    return cluster;
  }

  get gateways(): readonly string[] {
    return this.#gateways.map((gateway) => gateway.url);
  }

  /** The gateway with this address. */
  gateway(url: string): Server {
    const found = this.#gateways.find((gateway) => gateway.url === url);
    if (found === undefined) throw new Error(`no gateway at ${url}`);
    return found;
  }

  /** Starts another in the place of one that has ended. */
  async replace(ended: Server): Promise<void> {
    const another = await this.#startGateway();
    this.#gateways = this.#gateways.map((gateway) => (gateway === ended ? another : gateway));
  }

  async stop(): Promise<void> {
    await Promise.all([this.#api, ...this.#gateways].map((server) => server.stop()));
    this.#database.drop();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #startGateway(): Promise<Server> {
    return Server.start({
      name: "gateway",
      listen: "gateway.listen",
      settings: { ...this.#settings, "gateway.allowed_origins": '["*"]', "shutdown.grace_seconds": 5 },
      log: join(this.#folder, "gateway.log"),
    });
  }
}

/** A database for one run. */
class Database {
  readonly name = `chat_browser_${randomBytes(8).toString("hex")}`;
  readonly url: string;
  readonly #admin: string;

  private constructor(admin: string) {
    this.#admin = admin;
    const url = new URL(admin);
    url.pathname = this.name;
    this.url = url.href;
  }

  static create(): Database {
    const database = new Database(environment("CHAT_TEST_POSTGRES_URL"));
    database.#run(`create database ${database.name}`);
    return database;
  }

  drop(): void {
    this.#run(`drop database ${this.name} with (force)`);
  }

  #run(statement: string): void {
    execFileSync("psql", [this.#admin, "--quiet", "-c", statement], {
      stdio: ["ignore", "ignore", "inherit"],
    });
  }
}

function environment(name: string): string {
  const value = process.env[name];
  if (value === undefined) {
    throw new Error(
      `${name} is not set: deploy/scripts/with-services.sh COMMAND sets it, make test does too`,
    );
  }
  return value;
}
