On sc://cluster:15002
CREATE OR REPLACE TEMPORARY VIEW kqlens_0 (value STRING) USING text OPTIONS (path 'abfss://logs@account.example/', recursiveFileLookup 'true');
-- $fetched0
WITH t0 AS (
  SELECT coalesce(`Region`, '') AS `Region`, coalesce(try_cast(`TotalTime` AS BIGINT), CASE WHEN try_cast(`TotalTime` AS DOUBLE) = floor(try_cast(`TotalTime` AS DOUBLE)) THEN try_cast(try_cast(try_cast(`TotalTime` AS DOUBLE) AS BIGINT) AS BIGINT) END) AS `TotalTime`, coalesce(`CallerIpAddress`, '') AS `CallerIpAddress`, coalesce(`ApiId`, '') AS `ApiId` FROM (SELECT coalesce(m['Region'], m['region'], m['location'], p['region'], p['Region']) AS `Region`, coalesce(m['TotalTime'], m['totalTime'], m['durationMs'], p['totalTime'], p['TotalTime']) AS `TotalTime`, coalesce(m['CallerIpAddress'], m['callerIpAddress'], p['callerIpAddress'], p['CallerIpAddress']) AS `CallerIpAddress`, coalesce(m['ApiId'], m['apiId'], p['apiId'], p['ApiId']) AS `ApiId` FROM (SELECT m, p, from_json(coalesce(p['lastError'], p['LastError']), 'MAP<STRING,STRING>') AS l FROM (SELECT m, from_json(m['properties'], 'MAP<STRING,STRING>') AS p FROM (SELECT from_json(value, 'MAP<STRING,STRING>') AS m FROM (SELECT value FROM kqlens_0)))) WHERE CASE WHEN (m['TimeGenerated'] IS NULL) THEN m['time'] IS NOT NULL AND lower(coalesce(m['category'], m['Category'], 'GatewayLogs')) = 'gatewaylogs' ELSE lower(coalesce(m['Type'], 'ApiManagementGatewayLogs')) = 'apimanagementgatewaylogs' END)
),
t1 AS (
  SELECT `_key0` AS `ApiId`, count(DISTINCT `CallerIpAddress`) AS `_aggregate0`, max(`TotalTime`) AS `_aggregate1`, to_json(sort_array(collect_set(`Region`))) AS `_aggregate2` FROM (SELECT *, `ApiId` AS `_key0` FROM t0) GROUP BY `_key0`
),
t2 AS (
  SELECT `ApiId`, `_aggregate0` AS `dcount_CallerIpAddress`, `_aggregate1` AS `max_TotalTime`, `_aggregate2` AS `set_Region` FROM t1
)
SELECT `ApiId`, `dcount_CallerIpAddress`, `max_TotalTime`, `set_Region`
FROM t2;

