On sc://cluster:15002
CREATE OR REPLACE TEMPORARY VIEW kqlens_0 (value STRING) USING text OPTIONS (path 'abfss://logs@account.example/', recursiveFileLookup 'true');
-- $fetched0
WITH t0 AS (
  SELECT CASE WHEN `TimeGenerated` RLIKE '\\A[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}:[0-9]{2}' THEN unix_micros(try_cast(CASE WHEN `TimeGenerated` RLIKE '(?:Z|[+-][0-9]{2}:[0-9]{2})\\z' THEN `TimeGenerated` ELSE concat(`TimeGenerated`, 'Z') END AS TIMESTAMP)) * 10L + 621355968000000000L + coalesce(try_cast(regexp_extract(`TimeGenerated`, '[.][0-9]{6}([0-9])', 1) AS BIGINT), 0L) END AS `TimeGenerated`, coalesce(`Url`, '') AS `Url`, coalesce(try_cast(`ResponseCode` AS INT), CASE WHEN try_cast(`ResponseCode` AS DOUBLE) = floor(try_cast(`ResponseCode` AS DOUBLE)) THEN try_cast(try_cast(try_cast(`ResponseCode` AS DOUBLE) AS BIGINT) AS INT) END) AS `ResponseCode`, coalesce(`ApiId`, '') AS `ApiId` FROM (SELECT coalesce(m['TimeGenerated'], m['timeGenerated'], m['time'], p['timeGenerated'], p['TimeGenerated']) AS `TimeGenerated`, coalesce(m['Url'], m['url'], p['url'], p['Url']) AS `Url`, coalesce(m['ResponseCode'], m['responseCode'], p['responseCode'], p['ResponseCode']) AS `ResponseCode`, coalesce(m['ApiId'], m['apiId'], p['apiId'], p['ApiId']) AS `ApiId` FROM (SELECT m, p, from_json(coalesce(p['lastError'], p['LastError']), 'MAP<STRING,STRING>') AS l FROM (SELECT m, from_json(m['properties'], 'MAP<STRING,STRING>') AS p FROM (SELECT from_json(value, 'MAP<STRING,STRING>') AS m FROM (SELECT value FROM kqlens_0)))) WHERE CASE WHEN (m['TimeGenerated'] IS NULL) THEN m['time'] IS NOT NULL AND lower(coalesce(m['category'], m['Category'], 'GatewayLogs')) = 'gatewaylogs' ELSE lower(coalesce(m['Type'], 'ApiManagementGatewayLogs')) = 'apimanagementgatewaylogs' END)
),
t1 AS (
  SELECT `_key0` AS `ApiId`, coalesce(max_by(named_struct('v0', `TimeGenerated`, 'v1', `Url`, 'v2', `ResponseCode`), `TimeGenerated`), any_value(named_struct('v0', `TimeGenerated`, 'v1', `Url`, 'v2', `ResponseCode`))).v0 AS `_aggregate0`, coalesce(coalesce(max_by(named_struct('v0', `TimeGenerated`, 'v1', `Url`, 'v2', `ResponseCode`), `TimeGenerated`), any_value(named_struct('v0', `TimeGenerated`, 'v1', `Url`, 'v2', `ResponseCode`))).v1, '') AS `_aggregate1`, coalesce(max_by(named_struct('v0', `TimeGenerated`, 'v1', `Url`, 'v2', `ResponseCode`), `TimeGenerated`), any_value(named_struct('v0', `TimeGenerated`, 'v1', `Url`, 'v2', `ResponseCode`))).v2 AS `_aggregate2` FROM (SELECT *, `ApiId` AS `_key0` FROM t0) GROUP BY `_key0`
),
t2 AS (
  SELECT `ApiId`, `_aggregate0` AS `TimeGenerated`, `_aggregate1` AS `Url`, `_aggregate2` AS `ResponseCode` FROM t1
)
SELECT `ApiId`, `TimeGenerated`, `Url`, `ResponseCode`
FROM t2;

