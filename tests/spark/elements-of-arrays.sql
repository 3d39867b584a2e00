On sc://cluster:15002
CREATE OR REPLACE TEMPORARY VIEW kqlens_0 (value STRING) USING text OPTIONS (path 'abfss://logs@account.example/', recursiveFileLookup 'true');
-- $fetched0
WITH t0 AS (
  SELECT coalesce(`Url`, '') AS `Url` FROM (SELECT coalesce(m['Url'], m['url'], p['url'], p['Url']) AS `Url` FROM (SELECT m, p, from_json(coalesce(p['lastError'], p['LastError']), 'MAP<STRING,STRING>') AS l FROM (SELECT m, from_json(m['properties'], 'MAP<STRING,STRING>') AS p FROM (SELECT from_json(value, 'MAP<STRING,STRING>') AS m FROM (SELECT value FROM kqlens_0)))) WHERE CASE WHEN (m['TimeGenerated'] IS NULL) THEN m['time'] IS NOT NULL AND lower(coalesce(m['category'], m['Category'], 'GatewayLogs')) = 'gatewaylogs' ELSE lower(coalesce(m['Type'], 'ApiManagementGatewayLogs')) = 'apimanagementgatewaylogs' END)
),
t1 AS (
  SELECT to_json(split(`Url`, '/', -1)) AS `Part` FROM t0
),
t2 AS (
  SELECT CASE WHEN `_element` IS NULL THEN '' WHEN startswith(`_element`, 's') THEN substring(`_element`, 2) WHEN regexp_replace(`_element`, '"([^"\\\\]*+(?:\\\\.[^"\\\\]*+)*+)"', '') RLIKE '[0-9][eE]|[0-9.]{17}' THEN CAST(raise_error('a number inside a dynamic value, made a text, which engines write differently') AS STRING) ELSE regexp_replace(`_element`, '"s([^"\\\\]*+(?:\\\\.[^"\\\\]*+)*+)"', '"$1"') END AS `Part`, CAST(`_at` AS BIGINT) AS `At` FROM (SELECT posexplode(`_list0`) AS (`_at`, `_element`) FROM (SELECT *, CASE WHEN `Part` IS NULL THEN array(CAST(NULL AS STRING)) WHEN `Part` RLIKE '\\A\\s*\\[' THEN coalesce(from_json(regexp_replace(`Part`, '"([^"\\\\]*+(?:\\\\.[^"\\\\]*+)*+)"', '"s$1"'), 'ARRAY<STRING>'), array(concat('s', `Part`))) WHEN `Part` RLIKE '\\A\\s*\\{' THEN coalesce(transform(map_entries(from_json(regexp_replace(`Part`, '"([^"\\\\]*+(?:\\\\.[^"\\\\]*+)*+)"', '"s$1"'), 'MAP<STRING,STRING>')), e -> concat('{', substring(to_json(named_struct('v', e.key)), 6, greatest(length(to_json(named_struct('v', e.key))) - 6, 0)), ':', coalesce(CASE WHEN startswith(e.value, 's') THEN substring(to_json(named_struct('v', e.value)), 6, greatest(length(to_json(named_struct('v', e.value))) - 6, 0)) ELSE e.value END, 'null'), '}')), array(concat('s', `Part`))) ELSE array(coalesce(element_at(from_json(concat('[', regexp_replace(`Part`, '"([^"\\\\]*+(?:\\\\.[^"\\\\]*+)*+)"', '"s$1"'), ']'), 'ARRAY<STRING>'), 1), concat('s', `Part`))) END AS `_list0` FROM t1))
),
t3 AS (
  SELECT `_key0` AS `At`, `_key1` AS `Part`, count(*) AS `_aggregate0` FROM (SELECT *, `At` AS `_key0`, `Part` AS `_key1` FROM t2) GROUP BY `_key0`, `_key1`
),
t4 AS (
  SELECT `At`, `Part`, `_aggregate0` AS `Count` FROM t3
)
SELECT `At`, `Part`, `Count`
FROM t4;

