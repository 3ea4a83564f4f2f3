create table attachments_that_may_wait (
    id integer primary key autoincrement,
    message_id uuid references messages (id),
    file_url text not null,
    file_type text not null check (file_type in ('image', 'video', 'file')),
    file_size bigint not null,
    created_at timestamptz not null
);
insert into attachments_that_may_wait (id, message_id, file_url, file_type, file_size, created_at)
    select id, message_id, file_url, file_type, file_size, created_at from attachments;
drop table attachments;
alter table attachments_that_may_wait rename to attachments;
create index attachments_message on attachments (message_id);
