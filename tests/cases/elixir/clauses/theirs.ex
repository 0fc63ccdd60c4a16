defmodule A do
  def f(1), do: 1
  def f(3), do: 3
  def f(_), do: 0
end
