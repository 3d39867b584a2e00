On sc://cluster:15002
CREATE OR REPLACE TEMPORARY VIEW kqlens_0 (value STRING) USING text OPTIONS (path 'abfss://logs@account.example/', recursiveFileLookup 'true');
-- $fetched0
WITH t0 AS (
  SELECT coalesce(`CorrelationId`, '') AS `CorrelationId` FROM (SELECT coalesce(m['CorrelationId'], m['correlationId'], p['correlationId'], p['CorrelationId']) AS `CorrelationId` FROM (SELECT m, p, from_json(coalesce(p['lastError'], p['LastError']), 'MAP<STRING,STRING>') AS l FROM (SELECT m, from_json(m['properties'], 'MAP<STRING,STRING>') AS p FROM (SELECT from_json(value, 'MAP<STRING,STRING>') AS m FROM (SELECT value FROM kqlens_0)))) WHERE CASE WHEN (m['TimeGenerated'] IS NULL) THEN m['time'] IS NOT NULL AND lower(coalesce(m['category'], m['Category'], 'GatewayLogs')) = 'gatewaylogs' ELSE lower(coalesce(m['Type'], 'ApiManagementGatewayLogs')) = 'apimanagementgatewaylogs' END)
),
t1 AS (
  SELECT coalesce(`CorrelationId`, '') AS `CorrelationId` FROM (SELECT coalesce(m['CorrelationId'], m['correlationId'], p['correlationId'], p['CorrelationId']) AS `CorrelationId` FROM (SELECT m, p, from_json(coalesce(p['lastError'], p['LastError']), 'MAP<STRING,STRING>') AS l FROM (SELECT m, from_json(m['properties'], 'MAP<STRING,STRING>') AS p FROM (SELECT from_json(value, 'MAP<STRING,STRING>') AS m FROM (SELECT value FROM kqlens_0)))) WHERE CASE WHEN (m['TimeGenerated'] IS NULL) THEN m['time'] IS NOT NULL AND lower(coalesce(m['category'], m['Category'], 'GatewayLlmLogs')) = 'gatewayllmlogs' ELSE lower(coalesce(m['Type'], 'ApiManagementGatewayLlmLog')) = 'apimanagementgatewayllmlog' END)
),
t2 AS (
  SELECT `CorrelationId` AS `CorrelationId` FROM t0
  UNION ALL SELECT `CorrelationId` AS `CorrelationId` FROM t1
),
t3 AS (
  SELECT `_key0` AS `CorrelationId` FROM (SELECT *, `CorrelationId` AS `_key0` FROM t2) GROUP BY `_key0`
)
SELECT `CorrelationId`
FROM t3;

