import a.{B}

object X
