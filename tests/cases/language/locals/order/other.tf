locals { late = length(local.self) }
