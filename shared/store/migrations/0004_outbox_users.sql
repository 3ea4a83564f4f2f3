-- People whom the commit put into a conversation, as JSON: [7, 12, ...]. Their sockets do not listen to it yet, so its
-- head would not reach them. The default is for nodes of the version before, which do not know the column.
alter table outbox add column users text not null default '[]';
