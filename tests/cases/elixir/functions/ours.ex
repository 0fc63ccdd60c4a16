defmodule A do
  def f(y), do: y
end
