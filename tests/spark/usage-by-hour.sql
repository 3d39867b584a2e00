On sc://cluster:15002
CREATE OR REPLACE TEMPORARY VIEW kqlens_0 (value STRING) USING text OPTIONS (path 'abfss://logs@account.example/', recursiveFileLookup 'true');
-- $fetched0
WITH t0 AS (
  SELECT CASE WHEN `TimeGenerated` RLIKE '\\A[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}:[0-9]{2}' THEN unix_micros(try_cast(CASE WHEN `TimeGenerated` RLIKE '(?:Z|[+-][0-9]{2}:[0-9]{2})\\z' THEN `TimeGenerated` ELSE concat(`TimeGenerated`, 'Z') END AS TIMESTAMP)) * 10L + 621355968000000000L + coalesce(try_cast(regexp_extract(`TimeGenerated`, '[.][0-9]{6}([0-9])', 1) AS BIGINT), 0L) END AS `TimeGenerated`, coalesce(`ApimSubscriptionId`, '') AS `ApimSubscriptionId`, coalesce(`BackendId`, '') AS `BackendId` FROM (SELECT coalesce(m['TimeGenerated'], m['timeGenerated'], m['time'], p['timeGenerated'], p['TimeGenerated']) AS `TimeGenerated`, coalesce(m['ApimSubscriptionId'], m['apimSubscriptionId'], p['apimSubscriptionId'], p['ApimSubscriptionId']) AS `ApimSubscriptionId`, coalesce(m['BackendId'], m['backendId'], p['backendId'], p['BackendId']) AS `BackendId` FROM (SELECT m, p, from_json(coalesce(p['lastError'], p['LastError']), 'MAP<STRING,STRING>') AS l FROM (SELECT m, from_json(m['properties'], 'MAP<STRING,STRING>') AS p FROM (SELECT from_json(value, 'MAP<STRING,STRING>') AS m FROM (SELECT value FROM kqlens_0)))) WHERE CASE WHEN (m['TimeGenerated'] IS NULL) THEN m['time'] IS NOT NULL AND lower(coalesce(m['category'], m['Category'], 'GatewayLogs')) = 'gatewaylogs' ELSE lower(coalesce(m['Type'], 'ApiManagementGatewayLogs')) = 'apimanagementgatewaylogs' END)
),
t1 AS (
  SELECT * FROM t0 WHERE (NOT (`ApimSubscriptionId` = ''))
),
t2 AS (
  SELECT `_key0` AS `TimeGenerated`, `_key1` AS `BackendId`, count(*) AS `_aggregate0` FROM (SELECT *, (`TimeGenerated` - pmod(`TimeGenerated`, 36000000000L)) AS `_key0`, `BackendId` AS `_key1` FROM t1) GROUP BY `_key0`, `_key1`
),
t3 AS (
  SELECT `TimeGenerated`, `BackendId`, `_aggregate0` AS `count_` FROM t2
)
SELECT `TimeGenerated`, `BackendId`, `count_`
FROM t3;

