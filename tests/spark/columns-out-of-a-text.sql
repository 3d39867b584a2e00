On sc://cluster:15002
CREATE OR REPLACE TEMPORARY VIEW kqlens_0 (value STRING) USING text OPTIONS (path 'abfss://logs@account.example/', recursiveFileLookup 'true');
-- $fetched0
WITH t0 AS (
  SELECT coalesce(`Url`, '') AS `Url` FROM (SELECT coalesce(m['Url'], m['url'], p['url'], p['Url']) AS `Url` FROM (SELECT m, p, from_json(coalesce(p['lastError'], p['LastError']), 'MAP<STRING,STRING>') AS l FROM (SELECT m, from_json(m['properties'], 'MAP<STRING,STRING>') AS p FROM (SELECT from_json(value, 'MAP<STRING,STRING>') AS m FROM (SELECT value FROM kqlens_0)))) WHERE CASE WHEN (m['TimeGenerated'] IS NULL) THEN m['time'] IS NOT NULL AND lower(coalesce(m['category'], m['Category'], 'GatewayLogs')) = 'gatewaylogs' ELSE lower(coalesce(m['Type'], 'ApiManagementGatewayLogs')) = 'apimanagementgatewaylogs' END)
),
t1 AS (
  SELECT * FROM t0 WHERE ((`Url` RLIKE '\\A(?:[\\x{0}-\\x{10FFFF}])*?deployments/((?:[\\x{0}-\\x{10FFFF}])*?)/((?:[\\x{0}-\\x{10FFFF}])*)\\z'))
),
t2 AS (
  SELECT CASE WHEN ((`Url` RLIKE '\\A(?:[\\x{0}-\\x{10FFFF}])*?deployments/((?:[\\x{0}-\\x{10FFFF}])*?)/((?:[\\x{0}-\\x{10FFFF}])*)\\z')) THEN regexp_extract(`Url`, '\\A(?:[\\x{0}-\\x{10FFFF}])*?deployments/((?:[\\x{0}-\\x{10FFFF}])*?)/((?:[\\x{0}-\\x{10FFFF}])*)\\z', 1) ELSE '' END AS `Deployment` FROM t1
),
t3 AS (
  SELECT `_key0` AS `Deployment`, count(*) AS `_aggregate0` FROM (SELECT *, `Deployment` AS `_key0` FROM t2) GROUP BY `_key0`
),
t4 AS (
  SELECT `Deployment`, `_aggregate0` AS `Count` FROM t3
)
SELECT `Deployment`, `Count`
FROM t4;

