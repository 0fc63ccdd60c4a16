import a.b.{C, D, F}

object X
