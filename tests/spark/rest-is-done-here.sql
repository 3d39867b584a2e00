On sc://cluster:15002
CREATE OR REPLACE TEMPORARY VIEW kqlens_0 (value STRING) USING text OPTIONS (path 'abfss://logs@account.example/', recursiveFileLookup 'true');
-- $fetched0
WITH t0 AS (
  SELECT CASE WHEN `TimeGenerated` RLIKE '\\A[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}:[0-9]{2}' THEN unix_micros(try_cast(CASE WHEN `TimeGenerated` RLIKE '(?:Z|[+-][0-9]{2}:[0-9]{2})\\z' THEN `TimeGenerated` ELSE concat(`TimeGenerated`, 'Z') END AS TIMESTAMP)) * 10L + 621355968000000000L + coalesce(try_cast(regexp_extract(`TimeGenerated`, '[.][0-9]{6}([0-9])', 1) AS BIGINT), 0L) END AS `TimeGenerated`, coalesce(`ApiId`, '') AS `ApiId` FROM (SELECT coalesce(m['TimeGenerated'], m['timeGenerated'], m['time'], p['timeGenerated'], p['TimeGenerated']) AS `TimeGenerated`, coalesce(m['ApiId'], m['apiId'], p['apiId'], p['ApiId']) AS `ApiId` FROM (SELECT m, p, from_json(coalesce(p['lastError'], p['LastError']), 'MAP<STRING,STRING>') AS l FROM (SELECT m, from_json(m['properties'], 'MAP<STRING,STRING>') AS p FROM (SELECT from_json(value, 'MAP<STRING,STRING>') AS m FROM (SELECT value FROM kqlens_0)))) WHERE CASE WHEN (m['TimeGenerated'] IS NULL) THEN m['time'] IS NOT NULL AND lower(coalesce(m['category'], m['Category'], 'GatewayLogs')) = 'gatewaylogs' ELSE lower(coalesce(m['Type'], 'ApiManagementGatewayLogs')) = 'apimanagementgatewaylogs' END)
),
t1 AS (
  SELECT `_key0` AS `ApiId`, `_key1` AS `_place`, count(*) AS `_aggregate0` FROM (SELECT *, `ApiId` AS `_key0`, (((`TimeGenerated` - 639307296000000000L) - pmod((`TimeGenerated` - 639307296000000000L), 36000000000L)) div 36000000000L) AS `_key1` FROM t0) GROUP BY `_key0`, `_key1`
),
t2 AS (
  SELECT `ApiId`, `_place`, `_aggregate0` AS `Calls` FROM t1
),
t3 AS (
  SELECT * FROM t2 WHERE ((NOT (`_place` IS NULL)) AND (`_place` >= 0L) AND (`_place` <= 23L))
)
SELECT `ApiId`, `_place`, `Calls`
FROM t3;

Here
project ApiId, Calls, TimeGenerated, Peak = member(series_stats_dynamic(Calls), "max")  -> (ApiId:string, Calls:dynamic, TimeGenerated:dynamic, Peak:dynamic)
  table function make-series  -> (ApiId:string, Calls:dynamic, TimeGenerated:dynamic)
    scan $fetched0  -> (ApiId:string, $place:long, Calls:long)

