-- For clients that poll and join by themselves.

-- Whether anybody who knows the group may join it. Its admins say so.
alter table conversations add column is_open boolean not null default false;

-- One row that counts the changes of people's names, addresses and pictures: lists show them, and a client that polls a
-- list is told "nothing new" without reading whom it shows. One counter for everybody: such changes are rare, and to
-- find whose lists show a person would cost more than reading those lists once.
create table directory (
    id bigint primary key check (id = 1),
    version bigint not null
);

insert into directory (id, version) values (1, 0);
