import a.{b, c, e}
