On sc://cluster:15002
CREATE OR REPLACE TEMPORARY VIEW kqlens_0 (value STRING) USING text OPTIONS (path 'abfss://logs@account.example/', recursiveFileLookup 'true');
-- $fetched0
WITH t0 AS (
  SELECT CASE WHEN `TimeGenerated` RLIKE '\\A[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}:[0-9]{2}' THEN unix_micros(try_cast(CASE WHEN `TimeGenerated` RLIKE '(?:Z|[+-][0-9]{2}:[0-9]{2})\\z' THEN `TimeGenerated` ELSE concat(`TimeGenerated`, 'Z') END AS TIMESTAMP)) * 10L + 621355968000000000L + coalesce(try_cast(regexp_extract(`TimeGenerated`, '[.][0-9]{6}([0-9])', 1) AS BIGINT), 0L) END AS `TimeGenerated`, coalesce(try_cast(`TotalTime` AS BIGINT), CASE WHEN try_cast(`TotalTime` AS DOUBLE) = floor(try_cast(`TotalTime` AS DOUBLE)) THEN try_cast(try_cast(try_cast(`TotalTime` AS DOUBLE) AS BIGINT) AS BIGINT) END) AS `TotalTime`, coalesce(try_cast(`ResponseSize` AS INT), CASE WHEN try_cast(`ResponseSize` AS DOUBLE) = floor(try_cast(`ResponseSize` AS DOUBLE)) THEN try_cast(try_cast(try_cast(`ResponseSize` AS DOUBLE) AS BIGINT) AS INT) END) AS `ResponseSize` FROM (SELECT coalesce(m['TimeGenerated'], m['timeGenerated'], m['time'], p['timeGenerated'], p['TimeGenerated']) AS `TimeGenerated`, coalesce(m['TotalTime'], m['totalTime'], m['durationMs'], p['totalTime'], p['TotalTime']) AS `TotalTime`, coalesce(m['ResponseSize'], m['responseSize'], p['responseSize'], p['ResponseSize']) AS `ResponseSize` FROM (SELECT m, p, from_json(coalesce(p['lastError'], p['LastError']), 'MAP<STRING,STRING>') AS l FROM (SELECT m, from_json(m['properties'], 'MAP<STRING,STRING>') AS p FROM (SELECT from_json(value, 'MAP<STRING,STRING>') AS m FROM (SELECT value FROM kqlens_0)))) WHERE CASE WHEN (m['TimeGenerated'] IS NULL) THEN m['time'] IS NOT NULL AND lower(coalesce(m['category'], m['Category'], 'GatewayLogs')) = 'gatewaylogs' ELSE lower(coalesce(m['Type'], 'ApiManagementGatewayLogs')) = 'apimanagementgatewaylogs' END)
),
t1 AS (
  SELECT `_key0` AS `Week`, `_key1` AS `Slow`, `_key2` AS `Share`, count(*) AS `_aggregate0` FROM (SELECT *, (`TimeGenerated` - pmod(`TimeGenerated`, 6048000000000L)) AS `_key0`, (`TotalTime` - pmod(`TotalTime`, 100L)) AS `_key1`, (CASE WHEN abs(CAST(`ResponseSize` AS DOUBLE) / 0.5D) < 4503599627370496.0D THEN CAST(floor(CAST(`ResponseSize` AS DOUBLE) / 0.5D) AS DOUBLE) * 0.5D ELSE CAST(`ResponseSize` AS DOUBLE) / 0.5D * 0.5D END + 0.0D) AS `_key2` FROM t0) GROUP BY `_key0`, `_key1`, `_key2`
),
t2 AS (
  SELECT `Week`, `Slow`, `Share`, `_aggregate0` AS `count_` FROM t1
)
SELECT `Week`, `Slow`, `Share`, `count_`
FROM t2;

