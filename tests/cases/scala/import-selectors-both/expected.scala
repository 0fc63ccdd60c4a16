import a.b.{C, D, E, F}

object X
