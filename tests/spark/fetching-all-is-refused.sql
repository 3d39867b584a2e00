On sc://cluster:15002
CREATE OR REPLACE TEMPORARY VIEW kqlens_0 (value STRING) USING text OPTIONS (path 'abfss://logs@account.example/', recursiveFileLookup 'true');
-- $fetched0
WITH t0 AS (
  SELECT coalesce(`Url`, '') AS `Url` FROM (SELECT coalesce(m['Url'], m['url'], p['url'], p['Url']) AS `Url` FROM (SELECT m, p, from_json(coalesce(p['lastError'], p['LastError']), 'MAP<STRING,STRING>') AS l FROM (SELECT m, from_json(m['properties'], 'MAP<STRING,STRING>') AS p FROM (SELECT from_json(value, 'MAP<STRING,STRING>') AS m FROM (SELECT value FROM kqlens_0)))) WHERE CASE WHEN (m['TimeGenerated'] IS NULL) THEN m['time'] IS NOT NULL AND lower(coalesce(m['category'], m['Category'], 'GatewayLogs')) = 'gatewaylogs' ELSE lower(coalesce(m['Type'], 'ApiManagementGatewayLogs')) = 'apimanagementgatewaylogs' END)
)
SELECT `Url`
FROM t0;

Here
project Host, count_ = $aggregate0  -> (Host:string, count_:long)
  aggregate [$aggregate0 = count()] by [Host = tostring(member(parse_url(Url), "Host"))]  -> (Host:string, $aggregate0:long)
    scan $fetched0  -> (Url:string)
beyond SQL: parse_url()
every row would be fetched, which only --allow-fetch permits

