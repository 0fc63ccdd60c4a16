import a.{b, c}
