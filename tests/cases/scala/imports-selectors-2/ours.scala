import a.{B, C, D}

class X
