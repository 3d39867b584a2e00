On sc://cluster:15002
CREATE OR REPLACE TEMPORARY VIEW kqlens_0 (value STRING) USING text OPTIONS (path 'abfss://logs@account.example/', recursiveFileLookup 'true');
-- $fetched0
WITH t0 AS (
  SELECT coalesce(`Category`, '') AS `Category`, coalesce(`ResourceGroup`, '') AS `ResourceGroup`, try_cast(`responseCode_d` AS DOUBLE) AS `responseCode_d`, try_cast(`backendTime_d` AS DOUBLE) AS `backendTime_d`, coalesce(`lastError_reason_s`, '') AS `lastError_reason_s` FROM (SELECT CASE WHEN (m['TimeGenerated'] IS NULL) THEN m['category'] ELSE m['Category'] END AS `Category`, CASE WHEN (m['TimeGenerated'] IS NULL) THEN regexp_extract(m['resourceId'], '(?:\\A|/)[rR][eE][sS][oO][uU][rR][cC][eE][gG][rR][oO][uU][pP][sS]/([^/]*)', 1) ELSE m['ResourceGroup'] END AS `ResourceGroup`, CASE WHEN (m['TimeGenerated'] IS NULL) THEN coalesce(p['responseCode'], m['responseCode']) ELSE m['responseCode_d'] END AS `responseCode_d`, CASE WHEN (m['TimeGenerated'] IS NULL) THEN coalesce(p['backendTime'], m['backendTime']) ELSE m['backendTime_d'] END AS `backendTime_d`, CASE WHEN (m['TimeGenerated'] IS NULL) THEN l['reason'] ELSE m['lastError_reason_s'] END AS `lastError_reason_s` FROM (SELECT m, p, from_json(coalesce(p['lastError'], p['LastError']), 'MAP<STRING,STRING>') AS l FROM (SELECT m, from_json(m['properties'], 'MAP<STRING,STRING>') AS p FROM (SELECT from_json(value, 'MAP<STRING,STRING>') AS m FROM (SELECT value FROM kqlens_0)))) WHERE CASE WHEN (m['TimeGenerated'] IS NULL) THEN m['time'] IS NOT NULL AND true ELSE lower(coalesce(m['Type'], 'AzureDiagnostics')) = 'azurediagnostics' END)
),
t1 AS (
  SELECT * FROM t0 WHERE (`Category` = 'GatewayLogs')
),
t2 AS (
  SELECT `_key0` AS `ResourceGroup`, `_key1` AS `Code`, `_key2` AS `lastError_reason_s`, count(*) AS `_aggregate0`, max(`backendTime_d`) AS `_aggregate1` FROM (SELECT *, `ResourceGroup` AS `_key0`, CAST(least(greatest(CASE WHEN isnan(`responseCode_d`) OR abs(`responseCode_d`) = CAST('Infinity' AS DOUBLE) THEN CAST(NULL AS BIGINT) WHEN `responseCode_d` >= 9.223372036854776e18D THEN 9223372036854775807L WHEN `responseCode_d` <= (-9.223372036854776e18D) THEN CAST('-9223372036854775808' AS BIGINT) ELSE try_cast(`responseCode_d` AS BIGINT) END, -2147483648L), 2147483647L) AS INT) AS `_key1`, `lastError_reason_s` AS `_key2` FROM t1) GROUP BY `_key0`, `_key1`, `_key2`
),
t3 AS (
  SELECT `ResourceGroup`, `Code`, `lastError_reason_s`, `_aggregate0` AS `Count`, `_aggregate1` AS `Slowest` FROM t2
)
SELECT `ResourceGroup`, `Code`, `lastError_reason_s`, `Count`, `Slowest`
FROM t3;

