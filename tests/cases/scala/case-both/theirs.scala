def f(x: Any) = x match {
  case 1 => a
  case 3 => c
  case _ => z
}
