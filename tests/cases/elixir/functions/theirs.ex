defmodule A do
  def f(x), do: x

  def g(z), do: z
end
