On sc://cluster:15002
CREATE OR REPLACE TEMPORARY VIEW kqlens_0 (value STRING) USING text OPTIONS (path 'abfss://logs@account.example/', recursiveFileLookup 'true');
-- $fetched0
WITH t0 AS (
  SELECT CASE WHEN coalesce(m['TimeGenerated'], m['timeGenerated'], m['time'], p['timeGenerated'], p['TimeGenerated']) RLIKE '\\A[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}:[0-9]{2}' THEN unix_micros(try_cast(CASE WHEN coalesce(m['TimeGenerated'], m['timeGenerated'], m['time'], p['timeGenerated'], p['TimeGenerated']) RLIKE '(?:Z|[+-][0-9]{2}:[0-9]{2})\\z' THEN coalesce(m['TimeGenerated'], m['timeGenerated'], m['time'], p['timeGenerated'], p['TimeGenerated']) ELSE concat(coalesce(m['TimeGenerated'], m['timeGenerated'], m['time'], p['timeGenerated'], p['TimeGenerated']), 'Z') END AS TIMESTAMP)) * 10L + 621355968000000000L + coalesce(try_cast(regexp_extract(coalesce(m['TimeGenerated'], m['timeGenerated'], m['time'], p['timeGenerated'], p['TimeGenerated']), '[.][0-9]{6}([0-9])', 1) AS BIGINT), 0L) END AS `TimeGenerated`, coalesce(coalesce(m['ApiId'], m['apiId'], p['apiId'], p['ApiId']), '') AS `ApiId` FROM (SELECT m, p, from_json(coalesce(p['lastError'], p['LastError']), 'MAP<STRING,STRING>') AS l FROM (SELECT m, from_json(m['properties'], 'MAP<STRING,STRING>') AS p FROM (SELECT from_json(value, 'MAP<STRING,STRING>') AS m FROM (SELECT value FROM kqlens_0)))) WHERE CASE WHEN (m['TimeGenerated'] IS NULL) THEN m['time'] IS NOT NULL AND lower(coalesce(m['category'], m['Category'], 'GatewayLogs')) = 'gatewaylogs' ELSE lower(coalesce(m['Type'], 'ApiManagementGatewayLogs')) = 'apimanagementgatewaylogs' END
)
SELECT `TimeGenerated`, `ApiId`
FROM t0;

Here
project ApiId, Calls, TimeGenerated, Peak = member(series_stats_dynamic(Calls), "max")  -> (ApiId:string, Calls:dynamic, TimeGenerated:dynamic, Peak:dynamic)
  table function make-series  -> (ApiId:string, Calls:dynamic, TimeGenerated:dynamic)
    filter and(not(isnull($place)), ($place >= 0), ($place <= 23))  -> (ApiId:string, $place:long, Calls:long)
      project ApiId, $place, Calls = $aggregate0  -> (ApiId:string, $place:long, Calls:long)
        aggregate [$aggregate0 = count()] by [ApiId = ApiId, $place = $place(TimeGenerated, datetime(2026-11-20T00:00:00.0000000Z), timespan(01:00:00))]  -> (ApiId:string, $place:long, $aggregate0:long)
          scan $fetched0  -> (TimeGenerated:datetime, ApiId:string)
beyond SQL: $place()
every row would be fetched, which only --allow-fetch permits

