module "part" { source = "./child2" }
removed {
  from = terraform_data.kept
  lifecycle {
    destroy = false
  }
}
removed {
  from = terraform_data.destroyed
  lifecycle {
    destroy = true
  }
}
removed {
  from = terraform_data.by_default
}
removed {
  from = module.kept
  lifecycle {
    destroy = false
  }
}
removed {
  from = module.part.terraform_data.other
  lifecycle {
    destroy = false
  }
}
