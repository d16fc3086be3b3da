"""The queries of the benchmark: in c360, in SQL, in Polars. `p` is polars, `o` and `a` the lazy tables."""

TABLES = """edition 2026
entity customer
events orders of customer from "data/orders.parquet" {
  order_id:    int
  customer_id: int  @key
  ordered_at:  time @time
  amount:      float
  quantity:    int?
  category:    text
  observed through @2026-01-01
}
profile accounts of customer from "data/accounts.parquet" {
  account: int @key
  region:  text?
  tier:    int?
}
"""

# name: (c360, SQL, Polars, numeric columns of the answer)
QUERIES = {
    "group, 40 groups": (
        "orders | group category { n = count(); total = sum(amount); most = max(quantity) }",
        "SELECT category, count(*) AS n, sum(amount) AS total, max(quantity) AS most FROM orders GROUP BY category ORDER BY category",
        "o.group_by('category').agg(p.len().alias('n'), p.col('amount').sum().alias('total'), p.col('quantity').max().alias('most')).sort('category')",
        ["n", "total", "most"]),
    "group, a group a customer": (
        "orders | group customer_id { n = count(); total = sum(amount) }",
        "SELECT customer_id, count(*) AS n, sum(amount) AS total FROM orders GROUP BY customer_id ORDER BY customer_id",
        "o.group_by('customer_id').agg(p.len().alias('n'), p.col('amount').sum().alias('total')).sort('customer_id')",
        ["customer_id", "n", "total"]),
    "group, a group a row": (
        "orders | group order_id { total = sum(amount) }",
        "SELECT order_id, sum(amount) AS total FROM orders GROUP BY order_id ORDER BY order_id",
        "o.group_by('order_id').agg(p.col('amount').sum().alias('total')).sort('order_id')",
        ["order_id", "total"]),
    "filter": (
        "orders | where amount > 100 and category != \"category 3\" | group { n = count(); total = sum(amount) }",
        "SELECT count(*) AS n, sum(amount) AS total FROM orders WHERE amount > 100 AND category <> 'category 3'",
        "o.filter((p.col('amount') > 100) & (p.col('category') != 'category 3')).select(p.len().alias('n'), p.col('amount').sum().alias('total'))",
        ["n", "total"]),
    "sort": (
        "orders | sort -amount, order_id | select order_id, amount",
        "SELECT order_id, amount FROM orders ORDER BY amount DESC, order_id",
        "o.sort(['amount', 'order_id'], descending=[True, False]).select('order_id', 'amount')",
        ["order_id", "amount"]),
    "first 100 of a sort": (
        "orders | sort -amount, order_id | take 100 | select order_id, amount",
        "SELECT order_id, amount FROM orders ORDER BY amount DESC, order_id LIMIT 100",
        "o.select('order_id', 'amount').sort(['amount', 'order_id'], descending=[True, False]).head(100)",
        ["order_id", "amount"]),
    "join, then group": (
        "orders | join accounts on customer_id == account { region; tier } | group region { n = count(); total = sum(amount); t = sum(tier) }",
        "SELECT region, count(*) AS n, sum(amount) AS total, sum(tier)::BIGINT AS t FROM orders LEFT JOIN accounts ON customer_id = account GROUP BY region ORDER BY region",
        "o.join(a, left_on='customer_id', right_on='account', how='left').group_by('region').agg(p.len().alias('n'), p.col('amount').sum().alias('total'), p.col('tier').sum().alias('t')).sort('region')",
        ["n", "total", "t"]),
    "distinct": (
        "orders | distinct customer_id, category",
        "SELECT DISTINCT customer_id, category FROM orders ORDER BY customer_id, category",
        "o.select('customer_id', 'category').unique().sort(['customer_id', 'category'])",
        ["customer_id"]),
    "running sums": (
        "orders | window per customer_id sort ordered_at, order_id { s = sum(amount) } | select order_id, s",
        "SELECT order_id, sum(amount) OVER (PARTITION BY customer_id ORDER BY ordered_at, order_id ROWS UNBOUNDED PRECEDING) AS s FROM orders",
        "o.sort('customer_id', 'ordered_at', 'order_id').select('order_id', p.col('amount').cum_sum().over('customer_id').alias('s'))",
        ["order_id", "s"]),
}


def script(name):
    return TABLES + f'output result = {QUERIES[name][0]} to "out/result.parquet"\n'
