-- name: find_template(integration_id, purpose, languages)^
-- The approved one of that purpose in the first of `languages` that has one, else in any; never what Meta bills as
-- marketing, or will by now.
select id, name, language, purpose, parameter_format, components, samples
from templates
where integration_id = :integration_id and purpose = :purpose and status = 'APPROVED'
  and 'MARKETING' not in (wanted_category, coalesce(category, wanted_category),
                          case when next_category_at <= now() then next_category else '' end)
order by coalesce(array_position(:languages::text[], language), 1000), updated_at desc, id limit 1;
