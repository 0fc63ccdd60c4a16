defmodule A do
  def f(1), do: 1
<<<<<<< ours
  def f(2), do: 2
||||||| base
=======
  def f(3), do: 3
>>>>>>> theirs
  def f(_), do: 0
end
