-- Search in messages. Both indexes begin with the conversation, as an array of one: "in any of these five hundred" is
-- then one step in the index. Only what can be found is in them, so a deleted text leaves with its row's new version.
--
-- What was said lately waits in a list outside the index (`fastupdate`), which costs a send a fifth of what it would
-- cost to be sorted in at once; nodes take the list in every other second (`Store::tidy_search`), so that it seldom
-- grows to its limit, in KiB: the send that meets the limit does the work itself.
create extension if not exists pg_trgm;

-- Whole words in all their forms. The Russian configuration stems Latin words as English.
create index messages_words on messages using gin ((array[conversation_id]), to_tsvector('russian', text))
    with (fastupdate = on, gin_pending_list_limit = 16384)
    where kind = 'text' and deleted_at is null;

-- Everything else: any part of a text, in any language. Of a long text its beginning, for each three neighbouring
-- characters are an entry. The extension may lie in a schema that is not on this connection's path.
do $$ begin
    execute format(
        'create index messages_parts on messages using gin ((array[conversation_id]), left(text, 2000) %I.gin_trgm_ops)
            with (fastupdate = on, gin_pending_list_limit = 16384)
            where kind = ''text'' and deleted_at is null',
        (select nspname from pg_extension e join pg_namespace n on n.oid = e.extnamespace where extname = 'pg_trgm'));
end $$;
