// PostgreSQL: the accounts, the conversations, and one row per message.

import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import pg from "pg";

/** Connections of this process. */
const POOL_SIZE = 10;

/** Rows of one statement: far beyond what gathers during one commit, and an array that no statement stumbles over. */
const BATCH_ROWS = 1000;

const INSERT = `INSERT INTO messages (conversation_id, sender_id, client_id, text)
  SELECT * FROM unnest($1::uuid[], $2::bigint[], $3::text[], $4::text[])
  RETURNING id, created_at`;

// Ids stay far below 2^53.
pg.types.setTypeParser(pg.types.builtins.INT8, Number);

export class Store {
  #pool;
  #waiting = [];
  #inserting = false;

  static async open(url) {
    const store = new Store();
    store.#pool = new pg.Pool({ connectionString: url, max: POOL_SIZE });
    await store.#pool.query(await readFile(new URL("../schema.sql", import.meta.url), "utf8"));
    return store;
  }

  async addUser(username) {
    const { rows } = await this.#pool.query("INSERT INTO users (username) VALUES ($1) RETURNING id", [username]);
    return rows[0].id;
  }

  async addConversation(members) {
    const id = randomUUID();
    await this.#pool.query("INSERT INTO members SELECT unnest($1::bigint[]), $2", [members, id]);
    return id;
  }

  /** The conversations of a user, and the number that the next message will be above. */
  async follow(user) {
    const { rows } = await this.#pool.query({
      name: "follow",
      text: `SELECT conversation_id AS id, (SELECT coalesce(max(id), 0) FROM messages) AS head
        FROM members WHERE user_id = $1`,
      values: [user],
    });
    return rows;
  }

  /** Inserts a message. What arrives while a statement is under way shares the next one. */
  addMessage(message) {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ message, resolve, reject });
      if (!this.#inserting) this.#insert();
    });
  }

  async #insert() {
    this.#inserting = true;
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, BATCH_ROWS);
      try {
        const { rows } = await this.#pool.query({ name: "insert", text: INSERT, values: columns(batch) });
        batch.forEach(({ resolve }, index) => resolve(rows[index]));
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    this.#inserting = false;
  }
}

function columns(batch) {
  const names = ["conversation_id", "sender_id", "client_id", "text"];
  return names.map((name) => batch.map(({ message }) => message[name]));
}
