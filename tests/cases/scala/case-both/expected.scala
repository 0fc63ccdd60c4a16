def f(x: Any) = x match {
  case 1 => a
<<<<<<< ours
  case 2 => b
||||||| base
=======
  case 3 => c
>>>>>>> theirs
  case _ => z
}
