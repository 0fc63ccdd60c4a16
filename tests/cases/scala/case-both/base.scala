def f(x: Any) = x match {
  case 1 => a
  case _ => z
}
