On sc://cluster:15002
CREATE OR REPLACE TEMPORARY VIEW kqlens_0 (value STRING) USING text OPTIONS (path 'abfss://logs@account.example/', recursiveFileLookup 'true');
-- $fetched0
WITH t0 AS (
  SELECT coalesce(`Region`, '') AS `Region`, coalesce(`Method`, '') AS `Method`, coalesce(try_cast(`ResponseCode` AS INT), CASE WHEN try_cast(`ResponseCode` AS DOUBLE) = floor(try_cast(`ResponseCode` AS DOUBLE)) THEN try_cast(try_cast(try_cast(`ResponseCode` AS DOUBLE) AS BIGINT) AS INT) END) AS `ResponseCode`, coalesce(try_cast(`BackendResponseCode` AS INT), CASE WHEN try_cast(`BackendResponseCode` AS DOUBLE) = floor(try_cast(`BackendResponseCode` AS DOUBLE)) THEN try_cast(try_cast(try_cast(`BackendResponseCode` AS DOUBLE) AS BIGINT) AS INT) END) AS `BackendResponseCode` FROM (SELECT coalesce(m['Region'], m['region'], m['location'], p['region'], p['Region']) AS `Region`, coalesce(m['Method'], m['method'], p['method'], p['Method']) AS `Method`, coalesce(m['ResponseCode'], m['responseCode'], p['responseCode'], p['ResponseCode']) AS `ResponseCode`, coalesce(m['BackendResponseCode'], m['backendResponseCode'], p['backendResponseCode'], p['BackendResponseCode']) AS `BackendResponseCode` FROM (SELECT m, p, from_json(coalesce(p['lastError'], p['LastError']), 'MAP<STRING,STRING>') AS l FROM (SELECT m, from_json(m['properties'], 'MAP<STRING,STRING>') AS p FROM (SELECT from_json(value, 'MAP<STRING,STRING>') AS m FROM (SELECT value FROM kqlens_0)))) WHERE CASE WHEN (m['TimeGenerated'] IS NULL) THEN m['time'] IS NOT NULL AND lower(coalesce(m['category'], m['Category'], 'GatewayLogs')) = 'gatewaylogs' ELSE lower(coalesce(m['Type'], 'ApiManagementGatewayLogs')) = 'apimanagementgatewaylogs' END)
),
t1 AS (
  SELECT `ResponseCode` AS `Code`, `BackendResponseCode` AS `code_2`, `Method` AS `a_b`, `Region` AS `a_b_2` FROM t0
),
t2 AS (
  SELECT * FROM t1 WHERE CASE WHEN `Code` IS NULL AND `code_2` IS NULL THEN CAST(NULL AS BOOLEAN) ELSE (`Code` <=> `code_2`) END
),
t3 AS (
  SELECT `_key0` AS `a_b`, `_key1` AS `a_b_2`, count(*) AS `_aggregate0` FROM (SELECT *, `a_b` AS `_key0`, `a_b_2` AS `_key1` FROM t2) GROUP BY `_key0`, `_key1`
),
t4 AS (
  SELECT `a_b`, `a_b_2`, `_aggregate0` AS `count_` FROM t3
)
SELECT `a_b`, `a_b_2`, `count_`
FROM t4;

