import a.{B, C, E}

class X
