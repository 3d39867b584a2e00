On sc://cluster:15002
-- all files of abfss://logs@account.example/ are read, whatever the period: the environment has no credentials, AZURE_STORAGE_…
CREATE OR REPLACE TEMPORARY VIEW kqlens_0 (value STRING) USING text OPTIONS (path 'abfss://logs@account.example/', recursiveFileLookup 'true');
-- $fetched0
WITH t0 AS (
  SELECT CASE WHEN `TimeGenerated` RLIKE '\\A[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}:[0-9]{2}' THEN unix_micros(try_cast(CASE WHEN `TimeGenerated` RLIKE '(?:Z|[+-][0-9]{2}:[0-9]{2})\\z' THEN `TimeGenerated` ELSE concat(`TimeGenerated`, 'Z') END AS TIMESTAMP)) * 10L + 621355968000000000L + coalesce(try_cast(regexp_extract(`TimeGenerated`, '[.][0-9]{6}([0-9])', 1) AS BIGINT), 0L) END AS `TimeGenerated` FROM (SELECT coalesce(m['TimeGenerated'], m['timeGenerated'], m['time'], p['timeGenerated'], p['TimeGenerated']) AS `TimeGenerated` FROM (SELECT m, p, from_json(coalesce(p['lastError'], p['LastError']), 'MAP<STRING,STRING>') AS l FROM (SELECT m, from_json(m['properties'], 'MAP<STRING,STRING>') AS p FROM (SELECT from_json(value, 'MAP<STRING,STRING>') AS m FROM (SELECT value FROM kqlens_0)))) WHERE CASE WHEN (m['TimeGenerated'] IS NULL) THEN m['time'] IS NOT NULL AND lower(coalesce(m['category'], m['Category'], 'GatewayLogs')) = 'gatewaylogs' ELSE lower(coalesce(m['Type'], 'ApiManagementGatewayLogs')) = 'apimanagementgatewaylogs' END)
),
t1 AS (
  SELECT * FROM t0 WHERE ((`TimeGenerated` >= 639307296000000000L) AND (`TimeGenerated` <= 639308160000000000L))
),
t2 AS (
  SELECT `_key0` AS `Month`, `_key1` AS `Hour`, `_key2` AS `Day`, count(*) AS `_aggregate0` FROM (SELECT *, ((CAST(unix_date(trunc(date_from_unix_date(CAST(`TimeGenerated` div 864000000000L - 719162L AS INT)), 'MONTH')) AS BIGINT) + 719162L) * 864000000000L) AS `_key0`, (pmod(`TimeGenerated`, 864000000000L) div 36000000000L) AS `_key1`, coalesce(concat(lpad(CAST(year(date_from_unix_date(CAST(`TimeGenerated` div 864000000000L - 719162L AS INT))) AS STRING), 4, '0'), '-', lpad(CAST(month(date_from_unix_date(CAST(`TimeGenerated` div 864000000000L - 719162L AS INT))) AS STRING), 2, '0'), '-', lpad(CAST(day(date_from_unix_date(CAST(`TimeGenerated` div 864000000000L - 719162L AS INT))) AS STRING), 2, '0')), '') AS `_key2` FROM t1) GROUP BY `_key0`, `_key1`, `_key2`
),
t3 AS (
  SELECT `Month`, `Hour`, `Day`, `_aggregate0` AS `count_` FROM t2
)
SELECT `Month`, `Hour`, `Day`, `count_`
FROM t3;

