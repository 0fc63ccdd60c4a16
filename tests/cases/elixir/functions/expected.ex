defmodule A do
  def f(y), do: y

  def g(z), do: z
end
