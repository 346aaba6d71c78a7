# Collections, for expressions, keys, trailing commas, comments, operators over lines.
locals {
  list = [1, 2, 3, ] # trailing
  map = { a = 1, "b" : 2, (upper("c")) = 3, "${"d"}" = 4, 5 = "five", true = "yes" }
  multi = {
    a = 1
    b = 2, c = 3
    // comment
    d = [
      1, /* inner */ 2,
    ]
  }
  for_list = [for x in [3, 1, 2] : x * 2 if x > 1]
  for_map  = { for k, v in { b = 2, a = 1 } : v => k }
  grouped  = { for w in ["apple", "avocado", "banana"] : substr(w, 0, 1) => w... }
  for_set  = [for v in toset(["z", "y"]) : v]
  for_idx  = [for i, v in ["x", "y"] : "${i}${v}"]
  nested   = [for x in [1, 2] : [for y in [10, 20] : x * y]]
  spread   = max([1, 5, 3]...)
  cond     = (true
    ? "a"
    : "b"
  )
  chain    = false ? 1 : true ? 2 : 3
  ops      = 1 + 2 * 3 - 4 / 2 % 3
  logic    = !false && (1 < 2 || false) && 2 >= 2 && "a" != "b"
  negative = -(-5) + -1
  compare  = [1 == 1.0, "1" == 1, null == null, [1] == [1], { a = 1 } == { a = 1 }, [] == {}]
  for      = "for is a name"
  if       = { in = "in", null = "null key" }
}
output "all" {
  value = [
    local.list, local.map, local.multi, local.for_list, local.for_map, local.grouped, local.for_set, local.for_idx,
    local.nested, local.spread, local.cond, local.chain, local.ops, local.logic, local.negative, local.compare,
    local.for, local.if.in, local.if.null,
  ]
}
