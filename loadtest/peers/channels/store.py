"""PostgreSQL: the accounts, the conversations, and one row per message."""

import asyncio
from pathlib import Path
from uuid import UUID, uuid4

import asyncpg

# Connections of this process.
POOL_SIZE = 10

# Rows of one statement: far beyond what gathers during one commit, and an array that no statement stumbles over.
BATCH_ROWS = 1000

INSERT = """INSERT INTO messages (conversation_id, sender_id, client_id, text)
    SELECT * FROM unnest($1::uuid[], $2::bigint[], $3::text[], $4::text[])
    RETURNING id, created_at"""

FOLLOW = """SELECT conversation_id, (SELECT coalesce(max(id), 0) FROM messages) AS head
    FROM members WHERE user_id = $1"""

SCHEMA = Path(__file__).parent.parent / "schema.sql"


class Store:
    def __init__(self, pool):
        self.pool = pool
        self.waiting = []
        self.inserting = None

    @classmethod
    async def open(cls, url):
        pool = await asyncpg.create_pool(url, min_size=1, max_size=POOL_SIZE)
        await pool.execute(SCHEMA.read_text())
        return cls(pool)

    async def add_user(self, username):
        return await self.pool.fetchval("INSERT INTO users (username) VALUES ($1) RETURNING id", username)

    async def add_conversation(self, members):
        conversation = uuid4()
        await self.pool.execute("INSERT INTO members SELECT unnest($1::bigint[]), $2", members, conversation)
        return str(conversation)

    async def follow(self, user):
        """The conversations of a user, each with the number that the next message will be above."""
        rows = await self.pool.fetch(FOLLOW, user)
        return [(str(conversation), head) for conversation, head in rows]

    def add_message(self, conversation, sender, client_id, text):
        """Inserts a message. What arrives while a statement is under way shares the next one."""
        inserted = asyncio.get_running_loop().create_future()
        self.waiting.append(((UUID(conversation), sender, client_id, text), inserted))
        if self.inserting is None:
            self.inserting = asyncio.create_task(self.insert())
        return inserted

    async def insert(self):
        while self.waiting:
            batch, self.waiting = self.waiting[:BATCH_ROWS], self.waiting[BATCH_ROWS:]
            columns = zip(*(row for row, _ in batch), strict=True)
            try:
                rows = await self.pool.fetch(INSERT, *columns)
            except Exception as error:
                for _, inserted in batch:
                    if not inserted.done():
                        inserted.set_exception(error)
                continue
            for (_, inserted), row in zip(batch, rows, strict=True):
                if not inserted.done():
                    inserted.set_result(row)
        self.inserting = None
