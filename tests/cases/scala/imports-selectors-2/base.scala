import a.{B, C}

class X
