g = "given.tfvars"
h = "given.tfvars"
i = "given.tfvars"
