import a.b.{C, D, E}

object X
