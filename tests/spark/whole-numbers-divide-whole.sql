On sc://cluster:15002
CREATE OR REPLACE TEMPORARY VIEW kqlens_0 (value STRING) USING text OPTIONS (path 'abfss://logs@account.example/', recursiveFileLookup 'true');
-- $fetched0
WITH t0 AS (
  SELECT coalesce(try_cast(`TotalTime` AS BIGINT), CASE WHEN try_cast(`TotalTime` AS DOUBLE) = floor(try_cast(`TotalTime` AS DOUBLE)) THEN try_cast(try_cast(try_cast(`TotalTime` AS DOUBLE) AS BIGINT) AS BIGINT) END) AS `TotalTime`, coalesce(try_cast(`BackendTime` AS BIGINT), CASE WHEN try_cast(`BackendTime` AS DOUBLE) = floor(try_cast(`BackendTime` AS DOUBLE)) THEN try_cast(try_cast(try_cast(`BackendTime` AS DOUBLE) AS BIGINT) AS BIGINT) END) AS `BackendTime` FROM (SELECT coalesce(m['TotalTime'], m['totalTime'], m['durationMs'], p['totalTime'], p['TotalTime']) AS `TotalTime`, coalesce(m['BackendTime'], m['backendTime'], p['backendTime'], p['BackendTime']) AS `BackendTime` FROM (SELECT m, p, from_json(coalesce(p['lastError'], p['LastError']), 'MAP<STRING,STRING>') AS l FROM (SELECT m, from_json(m['properties'], 'MAP<STRING,STRING>') AS p FROM (SELECT from_json(value, 'MAP<STRING,STRING>') AS m FROM (SELECT value FROM kqlens_0)))) WHERE CASE WHEN (m['TimeGenerated'] IS NULL) THEN m['time'] IS NOT NULL AND lower(coalesce(m['category'], m['Category'], 'GatewayLogs')) = 'gatewaylogs' ELSE lower(coalesce(m['Type'], 'ApiManagementGatewayLogs')) = 'apimanagementgatewaylogs' END)
),
t1 AS (
  SELECT (`TotalTime` div 2L) AS `Half`, CASE WHEN `TotalTime` = 0L OR (`TotalTime` = -1L AND `BackendTime` = CAST('-9223372036854775808' AS BIGINT)) THEN CAST(NULL AS BIGINT) ELSE `BackendTime` div nullif(`TotalTime`, 0L) END AS `Part`, pmod(`TotalTime`, 7L) AS `Rest`, CASE WHEN CAST(`BackendTime` AS DOUBLE) IS NULL OR CAST(`TotalTime` AS DOUBLE) IS NULL THEN CAST(NULL AS DOUBLE) WHEN CAST(`TotalTime` AS DOUBLE) <> 0.0D THEN CAST(`BackendTime` AS DOUBLE) / CAST(`TotalTime` AS DOUBLE) WHEN isnan(CAST(`BackendTime` AS DOUBLE)) OR CAST(`BackendTime` AS DOUBLE) = 0.0D THEN CAST('NaN' AS DOUBLE) WHEN (CAST(`BackendTime` AS DOUBLE) > 0.0D) = (CAST(CAST(`TotalTime` AS DOUBLE) AS STRING) <> '-0.0') THEN CAST('Infinity' AS DOUBLE) ELSE CAST('-Infinity' AS DOUBLE) END AS `Share` FROM t0
),
t2 AS (
  SELECT sum(`Half`) AS `_aggregate0`, sum(`Part`) AS `_aggregate1`, sum(`Rest`) AS `_aggregate2`, avg(`Share`) AS `_aggregate3` FROM t1
),
t3 AS (
  SELECT coalesce(`_aggregate0`, 0L) AS `sum_Half`, coalesce(`_aggregate1`, 0L) AS `sum_Part`, coalesce(`_aggregate2`, 0L) AS `sum_Rest`, coalesce(`_aggregate3`, CAST('NaN' AS DOUBLE)) AS `avg_Share` FROM t2
)
SELECT `sum_Half`, `sum_Part`, `sum_Rest`, `avg_Share`
FROM t3;

