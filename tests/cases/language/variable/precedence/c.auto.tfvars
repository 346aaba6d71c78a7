f = "c.auto.tfvars"
g = "c.auto.tfvars"
h = "c.auto.tfvars"
