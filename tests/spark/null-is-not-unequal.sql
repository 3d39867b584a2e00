On sc://cluster:15002
CREATE OR REPLACE TEMPORARY VIEW kqlens_0 (value STRING) USING text OPTIONS (path 'abfss://logs@account.example/', recursiveFileLookup 'true');
-- $fetched0
WITH t0 AS (
  SELECT coalesce(`Region`, '') AS `Region`, CASE WHEN `IsRequestSuccess` IN ('true', 'True', 'TRUE', '1') THEN true WHEN `IsRequestSuccess` IN ('false', 'False', 'FALSE', '0') THEN false END AS `IsRequestSuccess`, coalesce(try_cast(`TotalTime` AS BIGINT), CASE WHEN try_cast(`TotalTime` AS DOUBLE) = floor(try_cast(`TotalTime` AS DOUBLE)) THEN try_cast(try_cast(try_cast(`TotalTime` AS DOUBLE) AS BIGINT) AS BIGINT) END) AS `TotalTime`, coalesce(try_cast(`BackendResponseCode` AS INT), CASE WHEN try_cast(`BackendResponseCode` AS DOUBLE) = floor(try_cast(`BackendResponseCode` AS DOUBLE)) THEN try_cast(try_cast(try_cast(`BackendResponseCode` AS DOUBLE) AS BIGINT) AS INT) END) AS `BackendResponseCode`, coalesce(try_cast(`BackendTime` AS BIGINT), CASE WHEN try_cast(`BackendTime` AS DOUBLE) = floor(try_cast(`BackendTime` AS DOUBLE)) THEN try_cast(try_cast(try_cast(`BackendTime` AS DOUBLE) AS BIGINT) AS BIGINT) END) AS `BackendTime` FROM (SELECT coalesce(m['Region'], m['region'], m['location'], p['region'], p['Region']) AS `Region`, coalesce(m['IsRequestSuccess'], m['isRequestSuccess'], p['isRequestSuccess'], p['IsRequestSuccess']) AS `IsRequestSuccess`, coalesce(m['TotalTime'], m['totalTime'], m['durationMs'], p['totalTime'], p['TotalTime']) AS `TotalTime`, coalesce(m['BackendResponseCode'], m['backendResponseCode'], p['backendResponseCode'], p['BackendResponseCode']) AS `BackendResponseCode`, coalesce(m['BackendTime'], m['backendTime'], p['backendTime'], p['BackendTime']) AS `BackendTime` FROM (SELECT m, p, from_json(coalesce(p['lastError'], p['LastError']), 'MAP<STRING,STRING>') AS l FROM (SELECT m, from_json(m['properties'], 'MAP<STRING,STRING>') AS p FROM (SELECT from_json(value, 'MAP<STRING,STRING>') AS m FROM (SELECT value FROM kqlens_0)))) WHERE CASE WHEN (m['TimeGenerated'] IS NULL) THEN m['time'] IS NOT NULL AND lower(coalesce(m['category'], m['Category'], 'GatewayLogs')) = 'gatewaylogs' ELSE lower(coalesce(m['Type'], 'ApiManagementGatewayLogs')) = 'apimanagementgatewaylogs' END)
),
t1 AS (
  SELECT * FROM t0 WHERE ((NOT (`BackendResponseCode` <=> 200L)) AND CASE WHEN `BackendTime` IS NULL AND `TotalTime` IS NULL THEN CAST(NULL AS BOOLEAN) ELSE (`BackendTime` <=> `TotalTime`) END AND (NOT `IsRequestSuccess`) AND (NOT (`Region` = 'West Europe')))
),
t2 AS (
  SELECT count(*) AS `Count` FROM t1
)
SELECT `Count`
FROM t2;

