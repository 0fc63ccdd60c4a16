import a.b.{C, D}

object X
