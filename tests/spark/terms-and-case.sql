On sc://cluster:15002
CREATE OR REPLACE TEMPORARY VIEW kqlens_0 (value STRING) USING text OPTIONS (path 'abfss://logs@account.example/', recursiveFileLookup 'true');
-- $fetched0
WITH t0 AS (
  SELECT coalesce(`Method`, '') AS `Method`, coalesce(`Url`, '') AS `Url`, coalesce(`BackendUrl`, '') AS `BackendUrl`, coalesce(`ApiId`, '') AS `ApiId`, coalesce(`OperationId`, '') AS `OperationId` FROM (SELECT coalesce(m['Method'], m['method'], p['method'], p['Method']) AS `Method`, coalesce(m['Url'], m['url'], p['url'], p['Url']) AS `Url`, coalesce(m['BackendUrl'], m['backendUrl'], p['backendUrl'], p['BackendUrl']) AS `BackendUrl`, coalesce(m['ApiId'], m['apiId'], p['apiId'], p['ApiId']) AS `ApiId`, coalesce(m['OperationId'], m['operationId'], p['operationId'], p['OperationId']) AS `OperationId` FROM (SELECT m, p, from_json(coalesce(p['lastError'], p['LastError']), 'MAP<STRING,STRING>') AS l FROM (SELECT m, from_json(m['properties'], 'MAP<STRING,STRING>') AS p FROM (SELECT from_json(value, 'MAP<STRING,STRING>') AS m FROM (SELECT value FROM kqlens_0)))) WHERE CASE WHEN (m['TimeGenerated'] IS NULL) THEN m['time'] IS NOT NULL AND lower(coalesce(m['category'], m['Category'], 'GatewayLogs')) = 'gatewaylogs' ELSE lower(coalesce(m['Type'], 'ApiManagementGatewayLogs')) = 'apimanagementgatewaylogs' END)
),
t1 AS (
  SELECT * FROM t0 WHERE ((`Url` RLIKE '(?:\\A|[^\\p{IsAlphabetic}\\p{N}])[gG][pP][tT]-4[oO](?:\\z|[^\\p{IsAlphabetic}\\p{N}])') AND (NOT (`Url` RLIKE '[kK\\x{212A}][eE][lL][vV][iI][nN]')) AND (`Method` RLIKE '\\A[pP][oO][sS][tT]\\z') AND (`OperationId` RLIKE '(?:\\A|[^\\p{IsAlphabetic}\\p{N}])[cC][hH][aA][tT]') AND (`ApiId` RLIKE '\\A(?:[aA][zZ][uU][rR][eE]|[oO][pP][eE][nN][aA][iI])\\z'))
),
t2 AS (
  SELECT * FROM t1 WHERE ((`BackendUrl` RLIKE '\\A[hH][tT][tT][pP][sS]') OR endswith(`BackendUrl`, '/') OR ((`Url` RLIKE '(?:\\A|[^\\p{IsAlphabetic}\\p{N}])[aA](?:\\z|[^\\p{IsAlphabetic}\\p{N}])') OR (`Url` RLIKE '_') OR (`Url` RLIKE '\\([xX]\\)')))
),
t3 AS (
  SELECT count(*) AS `Count` FROM t2
)
SELECT `Count`
FROM t3;

