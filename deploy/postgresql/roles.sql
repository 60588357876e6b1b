-- Roles, database and schema ownership for Celune; safe to run again.
--
--   psql -f roles.sql -v app_password=… -v authn_password=… -v audit_password=… -v migrate_password=… postgres
--
-- Needs PostgreSQL 16 or newer and a login that may create roles and databases; a superuser is not needed.
-- Each name can be changed, because roles belong to the whole cluster: -v app=other_app and so on.
-- The embedded server runs this same file, so keep to plain statements, \gexec and \connect.
\set ON_ERROR_STOP on
\if :{?database} \else \set database celune \endif
\if :{?owner} \else \set owner celune_owner \endif
\if :{?migrate} \else \set migrate celune_migrate \endif
\if :{?app} \else \set app celune_app \endif
\if :{?authn} \else \set authn celune_authn \endif
\if :{?audit} \else \set audit celune_audit \endif

-- Owns the schema and logs in nowhere; nothing that serves requests is a member of it.
select format('create role %I nologin nosuperuser nobypassrls nocreatedb nocreaterole', r)
  from unnest(array[:'owner']) r
 where not exists (select from pg_roles where rolname = r)
\gexec

-- NOINHERIT: the migration step becomes the owner by saying so, never by accident.
select format('create role %I login noinherit nosuperuser nobypassrls nocreatedb nocreaterole', r)
  from unnest(array[:'migrate']) r
 where not exists (select from pg_roles where rolname = r)
\gexec

-- The serving process: business, authentication reads, audit appends.
select format('create role %I login nosuperuser nobypassrls nocreatedb nocreaterole', r)
  from unnest(array[:'app', :'authn', :'audit']) r
 where not exists (select from pg_roles where rolname = r)
\gexec

-- Row-level security means nothing to these two attributes, so a role that has one stops here.
select format('do $check$ begin raise exception %L; end $check$', rolname || ' must be neither superuser nor bypassrls')
  from pg_roles
 where rolname in (:'owner', :'migrate', :'app', :'authn', :'audit') and (rolsuper or rolbypassrls)
\gexec

alter role :"migrate" password :'migrate_password';
alter role :"app" password :'app_password';
alter role :"authn" password :'authn_password';
alter role :"audit" password :'audit_password';

grant :"owner" to :"migrate" with inherit false, set true;

-- Creating a database for another role asks for the right to become that role.
select format('grant %I to current_user with inherit true, set true', r)
  from unnest(array[:'owner']) r
 where not (pg_has_role(current_user, r, 'SET') and pg_has_role(current_user, r, 'USAGE'))
\gexec

select format('create database %I owner %I', d, :'owner')
  from unnest(array[:'database']) d
 where not exists (select from pg_database where datname = d)
\gexec

\connect :"database"
set role :"owner";
revoke all on database :"database" from public;
grant connect on database :"database" to :"migrate", :"app", :"authn", :"audit";
alter schema public owner to :"owner";
revoke all on schema public from public;
grant usage on schema public to :"migrate", :"app", :"authn", :"audit";
reset role;
