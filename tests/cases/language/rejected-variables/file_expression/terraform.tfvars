a = var.b
b = upper("x")
c = hello
