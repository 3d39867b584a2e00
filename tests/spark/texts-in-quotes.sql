On sc://cluster:15002
-- $fetched0
WITH t0 AS (
  SELECT * FROM VALUES (1) AS v(`_none`)
),
t1 AS (
  SELECT 'it\'s' AS `a`, 'C:\\n' AS `b`, 'line\nbreak' AS `c`, 'tab\u0009' AS `d` FROM t0
),
t2 AS (
  SELECT * FROM t1 WHERE ((NOT (`a` = '')) AND (NOT (`b` = `c`)))
)
SELECT `a`, `b`, `c`, `d`
FROM t2;

