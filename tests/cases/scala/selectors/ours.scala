import a.{b, c, d}
