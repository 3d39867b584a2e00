On sc://cluster:15002
CREATE OR REPLACE TEMPORARY VIEW kqlens_0 (value STRING) USING text OPTIONS (path 'abfss://logs@account.example/', recursiveFileLookup 'true');
-- $fetched0
WITH t0 AS (
  SELECT coalesce(`CorrelationId`, '') AS `CorrelationId`, coalesce(try_cast(`ResponseCode` AS INT), CASE WHEN try_cast(`ResponseCode` AS DOUBLE) = floor(try_cast(`ResponseCode` AS DOUBLE)) THEN try_cast(try_cast(try_cast(`ResponseCode` AS DOUBLE) AS BIGINT) AS INT) END) AS `ResponseCode`, coalesce(`ApiId`, '') AS `ApiId` FROM (SELECT coalesce(m['CorrelationId'], m['correlationId'], p['correlationId'], p['CorrelationId']) AS `CorrelationId`, coalesce(m['ResponseCode'], m['responseCode'], p['responseCode'], p['ResponseCode']) AS `ResponseCode`, coalesce(m['ApiId'], m['apiId'], p['apiId'], p['ApiId']) AS `ApiId` FROM (SELECT m, p, from_json(coalesce(p['lastError'], p['LastError']), 'MAP<STRING,STRING>') AS l FROM (SELECT m, from_json(m['properties'], 'MAP<STRING,STRING>') AS p FROM (SELECT from_json(value, 'MAP<STRING,STRING>') AS m FROM (SELECT value FROM kqlens_0)))) WHERE CASE WHEN (m['TimeGenerated'] IS NULL) THEN m['time'] IS NOT NULL AND lower(coalesce(m['category'], m['Category'], 'GatewayLogs')) = 'gatewaylogs' ELSE lower(coalesce(m['Type'], 'ApiManagementGatewayLogs')) = 'apimanagementgatewaylogs' END)
),
t1 AS (
  SELECT * FROM t0 WHERE (`ResponseCode` >= 500L)
),
t2 AS (
  SELECT `ApiId`, `CorrelationId` AS `_left0` FROM t1
),
t3 AS (
  SELECT coalesce(`CorrelationId`, '') AS `CorrelationId`, coalesce(try_cast(`TotalTokens` AS INT), CASE WHEN try_cast(`TotalTokens` AS DOUBLE) = floor(try_cast(`TotalTokens` AS DOUBLE)) THEN try_cast(try_cast(try_cast(`TotalTokens` AS DOUBLE) AS BIGINT) AS INT) END) AS `TotalTokens` FROM (SELECT coalesce(m['CorrelationId'], m['correlationId'], p['correlationId'], p['CorrelationId']) AS `CorrelationId`, coalesce(m['TotalTokens'], m['totalTokens'], p['totalTokens'], p['TotalTokens']) AS `TotalTokens` FROM (SELECT m, p, from_json(coalesce(p['lastError'], p['LastError']), 'MAP<STRING,STRING>') AS l FROM (SELECT m, from_json(m['properties'], 'MAP<STRING,STRING>') AS p FROM (SELECT from_json(value, 'MAP<STRING,STRING>') AS m FROM (SELECT value FROM kqlens_0)))) WHERE CASE WHEN (m['TimeGenerated'] IS NULL) THEN m['time'] IS NOT NULL AND lower(coalesce(m['category'], m['Category'], 'GatewayLlmLogs')) = 'gatewayllmlogs' ELSE lower(coalesce(m['Type'], 'ApiManagementGatewayLlmLog')) = 'apimanagementgatewayllmlog' END)
),
t4 AS (
  SELECT `_key0` AS `CorrelationId`, sum(CAST(`TotalTokens` AS BIGINT)) AS `_aggregate0` FROM (SELECT *, `CorrelationId` AS `_key0` FROM t3) GROUP BY `_key0`
),
t5 AS (
  SELECT `CorrelationId`, coalesce(`_aggregate0`, 0L) AS `Tokens` FROM t4
),
t6 AS (
  SELECT `Tokens`, `CorrelationId` AS `_right0` FROM t5
),
t7 AS (
  SELECT coalesce(l.`ApiId`, '') AS `ApiId`, coalesce(l.`_left0`, '') AS `_left0`, r.`Tokens` AS `Tokens`, coalesce(r.`_right0`, '') AS `_right0` FROM (SELECT * FROM (SELECT u.*, row_number() OVER (PARTITION BY u.`_left0` ORDER BY u.`_left0`) AS `_number` FROM t2 u) WHERE `_number` = 1) l INNER JOIN t6 r ON l.`_left0` = r.`_right0`
),
t8 AS (
  SELECT `ApiId`, `Tokens` FROM t7
),
t9 AS (
  SELECT `_key0` AS `ApiId`, count(*) AS `_aggregate0`, sum(`Tokens`) AS `_aggregate1` FROM (SELECT *, `ApiId` AS `_key0` FROM t8) GROUP BY `_key0`
),
t10 AS (
  SELECT `ApiId`, `_aggregate0` AS `Failed`, coalesce(`_aggregate1`, 0L) AS `sum_Tokens` FROM t9
)
SELECT `ApiId`, `Failed`, `sum_Tokens`
FROM t10;

