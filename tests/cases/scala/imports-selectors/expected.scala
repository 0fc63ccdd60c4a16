import a.{B, C, D}

object X
