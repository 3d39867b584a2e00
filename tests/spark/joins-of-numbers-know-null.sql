On sc://cluster:15002
CREATE OR REPLACE TEMPORARY VIEW kqlens_0 (value STRING) USING text OPTIONS (path 'abfss://logs@account.example/', recursiveFileLookup 'true');
-- $fetched0
WITH t0 AS (
  SELECT coalesce(try_cast(`ResponseCode` AS INT), CASE WHEN try_cast(`ResponseCode` AS DOUBLE) = floor(try_cast(`ResponseCode` AS DOUBLE)) THEN try_cast(try_cast(try_cast(`ResponseCode` AS DOUBLE) AS BIGINT) AS INT) END) AS `ResponseCode` FROM (SELECT coalesce(m['ResponseCode'], m['responseCode'], p['responseCode'], p['ResponseCode']) AS `ResponseCode` FROM (SELECT m, p, from_json(coalesce(p['lastError'], p['LastError']), 'MAP<STRING,STRING>') AS l FROM (SELECT m, from_json(m['properties'], 'MAP<STRING,STRING>') AS p FROM (SELECT from_json(value, 'MAP<STRING,STRING>') AS m FROM (SELECT value FROM kqlens_0)))) WHERE CASE WHEN (m['TimeGenerated'] IS NULL) THEN m['time'] IS NOT NULL AND lower(coalesce(m['category'], m['Category'], 'GatewayLogs')) = 'gatewaylogs' ELSE lower(coalesce(m['Type'], 'ApiManagementGatewayLogs')) = 'apimanagementgatewaylogs' END)
),
t1 AS (
  SELECT `ResponseCode` AS `_left0` FROM t0
),
t2 AS (
  SELECT * FROM VALUES (CAST(200 AS INT), 'fine'), (CAST(429 AS INT), 'too many'), (CAST(NULL AS INT), 'none') AS v(`ResponseCode`, `Meaning`)
),
t3 AS (
  SELECT `Meaning`, `ResponseCode` AS `_right0` FROM t2
),
t4 AS (
  SELECT l.`_left0` AS `_left0`, coalesce(r.`Meaning`, '') AS `Meaning`, r.`_right0` AS `_right0` FROM t1 l LEFT OUTER JOIN t3 r ON l.`_left0` <=> r.`_right0`
),
t5 AS (
  SELECT `Meaning` FROM t4
),
t6 AS (
  SELECT `_key0` AS `Meaning`, count(*) AS `_aggregate0` FROM (SELECT *, `Meaning` AS `_key0` FROM t5) GROUP BY `_key0`
),
t7 AS (
  SELECT `Meaning`, `_aggregate0` AS `count_` FROM t6
)
SELECT `Meaning`, `count_`
FROM t7;

