import a.{B, D}

object X
