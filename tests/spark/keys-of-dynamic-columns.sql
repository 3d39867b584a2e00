On sc://cluster:15002
CREATE OR REPLACE TEMPORARY VIEW kqlens_0 (value STRING) USING text OPTIONS (path 'abfss://logs@account.example/', recursiveFileLookup 'true');
-- $fetched0
WITH t0 AS (
  SELECT coalesce(`Url`, '') AS `Url`, CASE WHEN `ResponseHeaders` IN ('', 'None', 'null') THEN CAST(NULL AS STRING) WHEN `ResponseHeaders` RLIKE '\\A\\s*(?:[\\[{]|-?[0-9]|true\\z|false\\z)' THEN `ResponseHeaders` ELSE substring(to_json(named_struct('v', `ResponseHeaders`)), 6, length(to_json(named_struct('v', `ResponseHeaders`))) - 6) END AS `ResponseHeaders` FROM (SELECT coalesce(m['Url'], m['url'], p['url'], p['Url']) AS `Url`, coalesce(m['ResponseHeaders'], m['responseHeaders'], p['responseHeaders'], p['ResponseHeaders']) AS `ResponseHeaders` FROM (SELECT m, p, from_json(coalesce(p['lastError'], p['LastError']), 'MAP<STRING,STRING>') AS l FROM (SELECT m, from_json(m['properties'], 'MAP<STRING,STRING>') AS p FROM (SELECT from_json(value, 'MAP<STRING,STRING>') AS m FROM (SELECT value FROM kqlens_0)))) WHERE CASE WHEN (m['TimeGenerated'] IS NULL) THEN m['time'] IS NOT NULL AND lower(coalesce(m['category'], m['Category'], 'GatewayLogs')) = 'gatewaylogs' ELSE lower(coalesce(m['Type'], 'ApiManagementGatewayLogs')) = 'apimanagementgatewaylogs' END)
),
t1 AS (
  SELECT `_key0` AS `Origin`, `_key1` AS `Path`, count(*) AS `_aggregate0` FROM (SELECT *, coalesce(get_json_object(`ResponseHeaders`, '$[\'aoai-origin\']'), '') AS `_key0`, split_part(`Url`, '/', 4) AS `_key1` FROM t0) GROUP BY `_key0`, `_key1`
),
t2 AS (
  SELECT `Origin`, `Path`, `_aggregate0` AS `count_` FROM t1
)
SELECT `Origin`, `Path`, `count_`
FROM t2;

