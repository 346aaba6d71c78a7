# Taint and untaint leave an object as it was; what is taken out of the state is created again; state mv is a move.
resource "terraform_data" "a" { input = "a" }
resource "terraform_data" "b" { input = "b" }
resource "terraform_data" "c" { input = "c" }
