/** People by REST: what a test prepares, and what others do while a page is watched. */
import { createHmac, randomUUID } from "node:crypto";
import type {
  Conversation,
  Message,
  NotificationSettings,
  Tokens,
} from "../../src/features/Chat/lib/types.ts";
import { SECRET } from "./installation.ts";

/** The password of everybody. */
export const PASSWORD = "correct horse battery";

/** Messages that {@link Person.sendMany} keeps under way at a time: enough to fill the server's batches. */
const SENDS_AT_A_TIME = 32;

/** Longer than any honest answer takes, ms. */
const REQUEST_MS = 30_000;

/** What may be said of a new conversation. */
export interface NewConversation {
  readonly type: "private" | "group";
  readonly title?: string;
  readonly participant_ids: readonly number[];
  readonly service?: string;
  readonly service_id?: string;
}

/** What may go with a message. */
export interface MessageExtras {
  readonly reply_to?: string;
}

/** Somebody with an account. */
export class Person {
  readonly #server: string;
  readonly id: number;
  readonly username: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly tokens: Tokens;

  private constructor(server: string, account: Account) {
    this.#server = server;
    this.id = account.user.id;
    this.username = account.user.username;
    this.firstName = account.user.first_name;
    this.lastName = account.user.last_name;
    this.tokens = account.tokens;
  }

  /** Registers somebody whose username nobody has; `name` is what others read. */
  static async register(server: string, name: string): Promise<Person> {
    const username = uniqueName(name);
    const account = await call<Account>(server, "POST", "/api/auth/register/", {
      body: {
        username,
        password: PASSWORD,
        password_confirm: PASSWORD,
        first_name: name,
        last_name: username.slice(name.length + 1),
      },
    });
    return new Person(server, account);
  }

  /** As lists show them. */
  get name(): string {
    return `${this.firstName} ${this.lastName}`;
  }

  create(conversation: NewConversation): Promise<Conversation> {
    return this.#call("POST", "/api/unet-chat/conversations/", conversation);
  }

  talkTo(other: Person): Promise<Conversation> {
    return this.create({ type: "private", participant_ids: [other.id] });
  }

  send(conversation: string, text: string, extras: MessageExtras = {}): Promise<Message> {
    const body = { conversation_id: conversation, text, client_id: randomUUID(), ...extras };
    return this.#call("POST", "/api/unet-chat/messages/", body);
  }

  /** Sends many, fast: their order is not that of the list. */
  async sendMany(conversation: string, texts: readonly string[]): Promise<void> {
    const waiting = texts.values();
    const sender = async () => {
      for (const text of waiting) await this.send(conversation, text);
    };
    await Promise.all(Array.from({ length: SENDS_AT_A_TIME }, sender));
  }

  /** A page of messages, ascending: the newest, or those after a number. */
  history(conversation: string, where: { after?: number; limit?: number } = {}): Promise<Message[]> {
    const query = new URLSearchParams({ limit: String(where.limit ?? 200) });
    if (where.after !== undefined) query.set("after", String(where.after));
    return this.#call("GET", `/api/unet-chat/messages/${conversation}?${query}`);
  }

  conversations(): Promise<Conversation[]> {
    return this.#call("GET", "/api/unet-chat/conversations/");
  }

  /** Whether notifications of messages are switched on. */
  async wantsMessages(): Promise<boolean> {
    const settings = await this.#call<NotificationSettings>("GET", "/api/notifications/settings/");
    return settings.messages;
  }

  remove(conversation: string, other: Person): Promise<void> {
    return this.#call("DELETE", `/api/unet-chat/conversations/${conversation}/participants/${other.id}`);
  }

  read(conversation: string): Promise<void> {
    return this.#call("POST", `/api/unet-chat/conversations/${conversation}/read/`);
  }

  /** Ends every sign-in of this person but this one. */
  async changePassword(password: string): Promise<void> {
    await this.#call("POST", "/api/auth/change-password/", {
      old_password: PASSWORD,
      new_password: password,
      new_password_confirm: password,
    });
  }

  /** A sign-in of its own, such as another device makes. */
  async signIn(): Promise<Tokens> {
    const body = { username: this.username, password: PASSWORD };
    return (await call<Account>(this.#server, "POST", "/api/auth/login/", { body })).tokens;
  }

  #call<T>(method: string, path: string, body?: object): Promise<T> {
    return call(this.#server, method, path, { body, token: this.tokens.access });
  }
}

interface Account {
  readonly user: { id: number; username: string; first_name: string; last_name: string };
  readonly tokens: Tokens;
}

/** The same access token with another end: servers of the tests take what their secret has signed. */
export function endingIn(access: string, seconds: number): string {
  const [head, body] = access.split(".");
  const claims = JSON.parse(Buffer.from(body ?? "", "base64url").toString());
  const exp = Math.floor(Date.now() / 1000) + seconds;
  const signed = `${head}.${Buffer.from(JSON.stringify({ ...claims, exp })).toString("base64url")}`;
  return `${signed}.${createHmac("sha256", SECRET).update(signed).digest("base64url")}`;
}

/** A username that nobody has. */
export function uniqueName(name: string): string {
  return `${name}-${randomUUID().slice(0, 8)}`;
}

interface Asked {
  readonly body?: object | undefined;
  readonly token?: string;
}

async function call<T>(server: string, method: string, path: string, { body, token }: Asked): Promise<T> {
  const headers = new Headers({ "Content-Type": "application/json" });
  if (token !== undefined) headers.set("Authorization", `Bearer ${token}`);
  const answer = await fetch(server + path, {
    method,
    headers,
    body: body === undefined ? null : JSON.stringify(body),
    signal: AbortSignal.timeout(REQUEST_MS),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
  return (text === "" ? undefined : JSON.parse(text)) as T;
}
