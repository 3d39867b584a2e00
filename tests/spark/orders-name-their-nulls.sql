On sc://cluster:15002
CREATE OR REPLACE TEMPORARY VIEW kqlens_0 (value STRING) USING text OPTIONS (path 'abfss://logs@account.example/', recursiveFileLookup 'true');
-- $fetched0
WITH t0 AS (
  SELECT coalesce(`Region`, '') AS `Region`, coalesce(`Method`, '') AS `Method`, coalesce(try_cast(`ResponseCode` AS INT), CASE WHEN try_cast(`ResponseCode` AS DOUBLE) = floor(try_cast(`ResponseCode` AS DOUBLE)) THEN try_cast(try_cast(try_cast(`ResponseCode` AS DOUBLE) AS BIGINT) AS INT) END) AS `ResponseCode`, coalesce(try_cast(`BackendTime` AS BIGINT), CASE WHEN try_cast(`BackendTime` AS DOUBLE) = floor(try_cast(`BackendTime` AS DOUBLE)) THEN try_cast(try_cast(try_cast(`BackendTime` AS DOUBLE) AS BIGINT) AS BIGINT) END) AS `BackendTime` FROM (SELECT coalesce(m['Region'], m['region'], m['location'], p['region'], p['Region']) AS `Region`, coalesce(m['Method'], m['method'], p['method'], p['Method']) AS `Method`, coalesce(m['ResponseCode'], m['responseCode'], p['responseCode'], p['ResponseCode']) AS `ResponseCode`, coalesce(m['BackendTime'], m['backendTime'], p['backendTime'], p['BackendTime']) AS `BackendTime` FROM (SELECT m, p, from_json(coalesce(p['lastError'], p['LastError']), 'MAP<STRING,STRING>') AS l FROM (SELECT m, from_json(m['properties'], 'MAP<STRING,STRING>') AS p FROM (SELECT from_json(value, 'MAP<STRING,STRING>') AS m FROM (SELECT value FROM kqlens_0)))) WHERE CASE WHEN (m['TimeGenerated'] IS NULL) THEN m['time'] IS NOT NULL AND lower(coalesce(m['category'], m['Category'], 'GatewayLogs')) = 'gatewaylogs' ELSE lower(coalesce(m['Type'], 'ApiManagementGatewayLogs')) = 'apimanagementgatewaylogs' END)
),
t1 AS (
  SELECT *, `BackendTime` AS `_order0` FROM t0
),
t2 AS (
  SELECT * FROM t1 ORDER BY `_order0` DESC NULLS LAST LIMIT 5
),
t3 AS (
  SELECT *, `ResponseCode` AS `_order1`, `Region` AS `_order2` FROM t2
),
t4 AS (
  SELECT `Method`, `BackendTime`, `_order1`, `_order2`, `_order0` FROM t3
)
SELECT `Method`, `BackendTime`
FROM t4
ORDER BY `_order1` ASC NULLS FIRST, `_order2` DESC NULLS FIRST, `_order0` DESC NULLS LAST;

