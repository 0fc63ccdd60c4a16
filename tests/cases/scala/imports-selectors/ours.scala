import a.{B, C}

object X
