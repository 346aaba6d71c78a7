locals { bom = "b" }
