-- name: try_own()$
-- Held by the connection until it gives it back or ends.
select pg_try_advisory_lock(hashtextextended('tasktalk.notices', 0));

-- name: disown()!
select pg_advisory_unlock(hashtextextended('tasktalk.notices', 0));

-- name: find_next()$
-- When there is something to do, as far as news and notices go: at once if there are news; null: not as things are.
select case when (select seq from news order by seq limit 1) is not null or exists (select from undelivered)
                 or exists (select from findings f left join integrations i on i.id = f.integration_id
                            where f.resolved_at is null and f.told_at is null and f.severity = 'critical'
                              and f.snoozed_until is null and i.disabled_at is null)
            then 'epoch'::timestamptz
            else (select not_before from notices where state = 'waiting' order by not_before limit 1) end;

-- name: take_news(rows)
-- The oldest news, taken out for good when the transaction commits.
with taken as (
    delete from news where seq in (select seq from news order by seq limit :rows for update skip locked) returning seq
)
select j.seq, j.at, j.change_set, j.actor_id, j.subject, j.subject_id, j.task_id, j.project_id, j.verb, j.before, j.after,
       j.undone_at is not null as undone, j.undoes
from taken join journal j using (seq) order by j.seq;

-- name: take_troubles(now)
-- What is wrong with numbers in use and with the installation, new or worse, and not snoozed.
update findings f set told_at = :now::timestamptz
where f.resolved_at is null and f.told_at is null and f.snoozed_until is null and f.severity in ('critical', 'warning')
  and not exists (select from integrations i where i.id = f.integration_id and i.disabled_at is not null)
returning f.id, f.severity;

-- name: take_ends(now, before)
-- What was told of and is over since `before`.
update findings set end_told_at = :now::timestamptz
where told_at is not null and end_told_at is null and resolved_at <= :before::timestamptz
  and severity in ('critical', 'warning')
returning id, severity;

-- name: list_told(finding_ids)
-- Whom these were told to, or are to be; since a snooze of theirs ended, where one did.
select n.user_id, f.id as finding_id, n.event, n.state
from notices n join findings f on f.id = (n.facts ->> 'finding_id')::uuid
where n.event in ('trouble', 'warning') and n.facts ->> 'finding_id' = any(:finding_ids::text[])
  and n.created_at >= coalesce(f.told_from, '-infinity');

-- name: list_admins()
-- As `list_people`, with when their days start.
select u.id, u.timezone, p.quiet_from, p.quiet_to, coalesce(p.muted, false) as muted, coalesce(p.switches, '{}') as switches,
       coalesce(p.day_starts, '09:00') as day_starts
from users u left join preferences p on p.user_id = u.id
where u.role in ('owner', 'admin') and u.disabled_at is null order by u.id;

-- name: list_places(task_ids)
-- What decides who is told of a task, as it is now. Deleted ones are seen by nobody.
select t.id, t.owner_id, t.project_id, t.assignees,
       array(select distinct c.author_id from comments c where c.task_id = t.id and c.author_id is not null) as commenters
from tasks t where t.id = any(:task_ids::uuid[]) and t.deleted_at is null;

-- name: list_insiders(project_ids)
select m.project_id, m.user_id, m.role, m.switches
from project_members m join projects p on p.id = m.project_id
where m.project_id = any(:project_ids::uuid[]) and p.deleted_at is null;

-- name: find_assigner(task_id, assignee, before)$
-- Who gave a task to somebody, the last time.
select actor_id from journal
where subject_id = :task_id::uuid and subject = 'task' and seq < :before::bigint
  and after -> 'assignees' ? :assignee::text and not coalesce(before -> 'assignees' ? :assignee::text, false)
order by seq desc limit 1;

-- name: find_invited(email)$
select id from users where email = :email::text;

-- name: list_people(user_ids)
-- Those who can be told something, with how they want to be told.
select u.id, u.timezone, p.quiet_from, p.quiet_to, coalesce(p.muted, false) as muted, coalesce(p.switches, '{}') as switches
from users u left join preferences p on p.user_id = u.id
where u.id = any(:user_ids::uuid[]) and u.disabled_at is null;

-- name: add_notices(ids, user_ids, events, task_ids, project_ids, actor_ids, change_sets, facts, not_befores, at)!
-- `facts`: an array of objects. What was deleted in this very moment is told to nobody.
insert into notices (id, user_id, event, task_id, project_id, actor_id, change_set, facts, not_before, created_at)
select n.id, n.user_id, n.event, n.task_id, n.project_id, n.actor_id, n.change_set, :facts::jsonb -> (n.place::int - 1),
       n.not_before, :at::timestamptz
from unnest(:ids::uuid[], :user_ids::uuid[], :events::text[], :task_ids::uuid[], :project_ids::uuid[], :actor_ids::uuid[],
            :change_sets::uuid[], :not_befores::timestamptz[])
     with ordinality as n (id, user_id, event, task_id, project_id, actor_id, change_set, not_before, place)
where exists (select from users u where u.id = n.user_id)
  and (n.task_id is null or exists (select from tasks t where t.id = n.task_id))
  and (n.project_id is null or exists (select from projects p where p.id = n.project_id))
  and (n.actor_id is null or exists (select from users u where u.id = n.actor_id))
order by n.place;

-- name: drop_undone(change_sets, why, at)!
-- Rows are always locked in the order of their ids, so that nobody waits in a circle.
update notices set state = 'dropped', why = :why::text, settled_at = :at::timestamptz
where id = any(array(select id from notices where state in ('waiting', 'held') and change_set = any(:change_sets::uuid[])
                     order by id for update));

-- name: take_due(now, until, rows)
-- The open notices of people who have one that is due: those due until `until`, and what was held.
with people as (
    select distinct user_id
    from (select user_id from notices where state = 'waiting' and not_before <= :now::timestamptz
          order by not_before limit :rows) as due
)
select n.id, n.user_id, u.language, n.event, n.task_id, n.project_id, n.actor_id, n.facts, n.not_before, n.state,
       n.created_at
from people p join notices n on n.user_id = p.user_id join users u on u.id = n.user_id
where n.state in ('waiting', 'held') and (n.state = 'held' or n.not_before <= :until::timestamptz)
  and not starts_with(coalesce(n.why, ''), 'Restored from a backup')
order by n.user_id, n.id
for update of n skip locked;

-- name: list_addressees(user_ids, now, still_sends)
-- Each person with the contact whose window is open longest, of numbers that are in use, those first that can send;
-- `stopped`, `spent`: what was found of that number; `unfit`: anything critical but what `still_sends`. `used`: this month's WhatsApp messages with something they did not ask for.
select u.id as user_id, u.name, u.role, u.language, u.timezone, u.email, u.disabled_at is not null as disabled,
       coalesce(p.muted, false) as muted, p.by_email, p.apprise_url,
       c.id as contact_id, c.integration_id, c.window_until, coalesce(c.unfit, false) as unfit, p.monthly_messages as most,
       exists (select from findings f where f.integration_id = c.integration_id and f.kind = 'sender_stopped'
                                        and f.severity = 'critical' and f.resolved_at is null) as stopped,
       exists (select from findings f where f.integration_id = c.integration_id and f.kind = 'budget_spent'
                                        and f.resolved_at is null) as spent,
       case when p.monthly_messages is null then 0 else (
           select count(distinct t.outbox_id) from notices n join notice_tries t on t.notice_id = n.id
           where n.user_id = u.id and n.event <> 'reminder' and t.outbox_id is not null
             and t.outcome is distinct from 'refused'
             and t.at >= date_trunc('month', :now::timestamptz, u.timezone)) end as used
from users u
left join preferences p on p.user_id = u.id
left join lateral (
    select c.id, c.integration_id, c.window_until, unfit
    from contacts c join integrations i on i.id = c.integration_id and i.disabled_at is null
    cross join lateral (
        select exists (select from findings f where f.integration_id = i.id and f.severity = 'critical'
                                                and f.resolved_at is null and f.kind !~ :still_sends::text) as unfit) as number
    where c.user_id = u.id and c.suspended_at is null order by unfit, c.window_until desc nulls last limit 1
) as c on true
where u.id = any(:user_ids::uuid[]);

-- name: list_tries(ids, out_of_reach)
-- By notice: how much was tried, and which ways were refused, those of WhatsApp since its person wrote last.
select t.notice_id, count(*)::int as tries, count(*) filter (where t.outcome = 'refused')::int as refusals,
       (array_agg(t.outcome order by t.number desc))[1] is not distinct from 'refused' as newly_refused,
       coalesce(array_agg(distinct t.way) filter (where t.outcome = 'refused' and counts), '{}') as refused,
       coalesce(bool_or(o.error_code = any(:out_of_reach::int[])) filter (where t.outcome = 'refused' and counts), false)
           as out_of_reach
from notice_tries t
join notices n on n.id = t.notice_id
left join outbox o on o.id = t.outbox_id
cross join lateral (
    select t.letter_id is not null or not exists (
        select from contacts c where c.user_id = n.user_id and c.last_seen_at > t.at) as counts) as since
where t.notice_id = any(:ids::uuid[]) group by t.notice_id;

-- name: add_tries(notice_ids, numbers, ways, outbox_ids, letter_ids, whys, at)!
insert into notice_tries (notice_id, number, at, way, outbox_id, letter_id, outcome, why)
select t.notice_id, t.number, :at::timestamptz, t.way, t.outbox_id, t.letter_id,
       case when t.outbox_id is null and t.letter_id is null then 'passed over' end, t.why
from unnest(:notice_ids::uuid[], :numbers::smallint[], :ways::text[], :outbox_ids::uuid[], :letter_ids::uuid[], :whys::text[])
     as t (notice_id, number, way, outbox_id, letter_id, why);

-- name: take_undelivered(rows)
-- What is known not to have arrived, taken out for good when the transaction commits. `definite`: it was refused, or failed,
-- and no phone has shown it. `arrived`: one has. What nobody answered for is neither.
with taken as (
    delete from undelivered where id in (select id from undelivered order by id limit :rows for update skip locked)
    returning id
), known as (
    select t.id, o.state, coalesce(o.error, l.error) as error, l.id is not null as letter, o.status,
           exists (select from statuses s where s.outbox_id = t.id and s.status in ('delivered', 'read', 'played')) as arrived,
           exists (select from statuses s where s.outbox_id = t.id and s.status = 'sent') as underway,
           exists (select from attempts a where a.outbox_id = t.id and a.number = o.attempts
                                            and coalesce(a.outcome, 'unknown') = 'unknown') as unanswered
    from taken t left join outbox o on o.id = t.id left join letters l on l.id = t.id
)
select id, error, arrived,
       letter or not arrived and coalesce(status = 'failed' or state = 'refused' and not underway and not unanswered, false)
           as definite
from known order by id;

-- name: note_refused(ids, whys)
-- The notices that these messages and letters carried, locked in order, with what decides when they may leave again.
with refused as (
    select * from unnest(:ids::uuid[], :whys::text[]) as r (id, why)
), noted as (
    update notice_tries t set outcome = 'refused', why = r.why
    from refused r where r.id in (t.outbox_id, t.letter_id) and t.outcome is null
    returning t.notice_id
)
select n.id, n.event, u.timezone, p.quiet_from, p.quiet_to
from notices n join users u on u.id = n.user_id left join preferences p on p.user_id = n.user_id
where n.id = any(array(select notice_id from noted)) and n.state = 'sent' order by n.id for update of n;

-- name: note_doubt(ids, why)!
update notice_tries set why = :why::text where outbox_id = any(:ids::uuid[]) and outcome is null;

-- name: tell_again(ids, not_befores)!
update notices n set state = 'waiting', not_before = a.not_before, outbox_id = null, why = null, settled_at = null
from unnest(:ids::uuid[], :not_befores::timestamptz[]) as a (id, not_before) where n.id = a.id and n.state = 'sent';

-- name: read_tasks(user_ids, task_ids)
-- Each task as the person beside it sees it; those they do not see are left out.
select w.user_id as viewer_id, t.*
from unnest(:user_ids::uuid[], :task_ids::uuid[]) as w (user_id, task_id)
join task_cards t on t.id = w.task_id
left join project_members m on m.project_id = t.project_id and m.user_id = w.user_id
left join projects p on p.id = t.project_id
where t.deleted_at is null
  and case when t.project_id is null then t.owner_id = w.user_id else m.user_id is not null and p.deleted_at is null end;

-- name: read_others(ids, now)
-- By notice: the names, comment, invitation, reminder that it speaks of, as they are now.
select n.id, a.name as actor, p.name as project, m.role, p.deleted_at is not null as place_deleted,
       c.text as comment, j.name as member,
       exists (select from project_members o where o.project_id = n.project_id and o.user_id = j.id) as member_there,
       i.state = 'pending' and i.expires_at > :now::timestamptz as invitation_open,
       r.id is not null as reminder_there, r.ring_at > :now::timestamptz and r.rrule is null as reminder_moved,
       f.detail as trouble, f.resolved_at is not null or f.snoozed_until is not null as trouble_over,
       case when f.id is not null then coalesce(g.name, 'Tasktalk') end as number,
       s.id is not null as suspended, h.name as webhook
from notices n
left join users a on a.id = n.actor_id
left join projects p on p.id = n.project_id
left join project_members m on m.project_id = n.project_id and m.user_id = n.user_id
left join comments c on c.id = (n.facts ->> 'comment_id')::uuid
left join users j on j.id = (n.facts ->> 'member_id')::uuid
left join invitations i on i.id = (n.facts ->> 'invitation_id')::uuid
left join reminders r on r.id = (n.facts ->> 'reminder_id')::uuid
left join findings f on f.id = (n.facts ->> 'finding_id')::uuid
                    and exists (select from users u where u.id = n.user_id and u.role in ('owner', 'admin'))
left join integrations g on g.id = f.integration_id
left join contacts s on s.id = (n.facts ->> 'contact_id')::uuid and s.user_id = n.user_id and s.suspended_at is not null
left join webhooks h on h.id = (n.facts ->> 'webhook_id')::uuid and h.owner_id = n.user_id and not h.is_on
where n.id = any(:ids::uuid[]);

-- name: settle(ids, states, whys, outbox_ids, at, look_at)!
-- `look_at`: when to look again at what is held.
update notices n
set state = s.state, why = s.why, outbox_id = s.outbox_id,
    not_before = case when s.state = 'held' then :look_at::timestamptz else n.not_before end,
    settled_at = case when s.state <> 'held' then :at::timestamptz end
from unnest(:ids::uuid[], :states::text[], :whys::text[], :outbox_ids::uuid[]) as s (id, state, why, outbox_id)
where n.id = s.id;

-- name: put_off(ids, until, before, why, at)!
-- What cannot be told for a reason of ours is tried again, until it is older than `before`.
update notices n
set (not_before, state, why, settled_at) = (
    select case when old then n.not_before else :until::timestamptz end, case when old then 'dropped' else 'waiting' end,
           case when old then :why::text end, case when old then :at::timestamptz end
    from (select n.created_at < :before::timestamptz as old) as age)
where id = any(:ids::uuid[]);

-- name: list_closing(now, ahead, open_until, lead, margin)
-- Digests due until `ahead` whose person's window closes before: between `open_until` and `lead`.
select d.user_id, d.kind, d.next_at, u.timezone, p.quiet_from, p.quiet_to
from digests d join users u on u.id = d.user_id left join preferences p on p.user_id = d.user_id
cross join lateral (
    select max(c.window_until) as until from contacts c join integrations i on i.id = c.integration_id and i.disabled_at is null
    where c.user_id = d.user_id and c.suspended_at is null) as own
where d.next_at > :now::timestamptz and d.next_at <= :ahead::timestamptz and own.until > :open_until::timestamptz
  and own.until <= :lead::timestamptz and own.until <= d.next_at + :margin::interval;

-- name: list_spending(first_id)
-- Of numbers with a budget: the delivered messages since an id, by what Meta says of their price.
select i.id, i.monthly_budget, i.currency, s.pricing, count(distinct s.outbox_id) as messages
from integrations i
left join outbox o on o.integration_id = i.id and o.id >= :first_id::uuid
left join statuses s on s.outbox_id = o.id and s.pricing is not null
where i.monthly_budget is not null group by i.id, s.pricing;

-- name: list_unbudgeted()
-- Numbers whose budget was taken away while it was used up.
select f.integration_id from findings f join integrations i on i.id = f.integration_id
where f.kind = 'budget_spent' and f.resolved_at is null and i.monthly_budget is null;

-- name: release_held(now, open_until, spent)!
-- What was held leaves when its person can be reached again; and from time to time it is looked at whether it can leave
-- another way by now.
update notices set state = 'waiting', not_before = :now::timestamptz, why = null
where id = any(array(
    select n.id from notices n
    where n.state = 'held' and not starts_with(coalesce(n.why, ''), 'Restored from a backup') and (n.not_before <= :now::timestamptz or exists (
        select from contacts c join integrations i on i.id = c.integration_id and i.disabled_at is null
        where c.user_id = n.user_id and c.suspended_at is null and c.window_until > :open_until::timestamptz
          and not exists (select from notice_tries t where t.notice_id = n.id and t.way = 'chat'
                            and (t.outcome = 'refused' and t.at >= coalesce(c.last_seen_at, '-infinity')
                                 or t.why = any(:spent::text[])))))
    order by n.id for update of n));

-- name: drop_old(before, why, at)!
update notices set state = 'dropped', why = :why::text || coalesce(why, ''), settled_at = :at::timestamptz
where id = any(array(
    select id from notices where state = 'held' and created_at < :before::timestamptz order by id for update));

-- name: list_history(viewer, before, limit)
select n.id, n.user_id, u.language, n.event, n.task_id, n.project_id, n.facts, n.state, n.why, n.created_at, n.read_at
from notices n join users u on u.id = n.user_id
where n.user_id = :viewer::uuid and (:before::uuid is null or n.id < :before::uuid)
order by n.id desc limit :limit::int;

-- name: list_timeline(ids)
-- What was tried for each notice, in order; of what is on its way, how far it is known to have come.
select t.notice_id, t.at, t.way, t.why,
       coalesce(t.outcome, case when o.status in ('delivered', 'read', 'played') then o.status
                                when o.state = 'accepted' or l.state = 'sent' then 'sent'
                                when o.state = 'refused' then 'unknown' else 'waiting' end) as outcome
from notice_tries t left join outbox o on o.id = t.outbox_id left join letters l on l.id = t.letter_id
where t.notice_id = any(:ids::uuid[]) order by t.notice_id, t.number;

-- name: mark_read(viewer, ids, at)$
-- Those among `ids`, or all where it is null; answers how many were unread.
with unread as (
    select id from notices
    where user_id = :viewer::uuid and read_at is null and (:ids::uuid[] is null or id = any(:ids::uuid[]))
    order by id for update
), marked as (
    update notices set read_at = :at::timestamptz where id in (select id from unread) returning 1
)
select count(*) from marked;

-- name: drop_settled(before, limit)$
-- What has had its time; answers how many rows went.
with old as (
    delete from notices where id in (select id from notices where state in ('sent', 'dropped') and id < :before::uuid
                                     order by id limit :limit::int for update skip locked)
    returning 1
)
select count(*) from old;
