-- Search in messages: an index over the texts that stand in `messages`, by every three neighbouring characters. Triggers
-- keep it, so that whoever writes a text need not know.
create virtual table message_search using fts5(
    text, content = 'messages', content_rowid = 'number', tokenize = 'trigram');

insert into message_search (rowid, text)
    select number, text from messages where kind = 'text' and text is not null;

create trigger messages_said after insert on messages when new.kind = 'text' and new.text is not null begin
    insert into message_search (rowid, text) values (new.number, new.text);
end;

-- The index must be told what it is to forget, for the row no longer says it.
create trigger messages_changed after update of text on messages
when new.kind = 'text' and new.text is not old.text begin
    insert into message_search (message_search, rowid, text)
        select 'delete', old.number, old.text where old.text is not null;
    insert into message_search (rowid, text) select new.number, new.text where new.text is not null;
end;
