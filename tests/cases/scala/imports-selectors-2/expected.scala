import a.{B, C, D, E}

class X
