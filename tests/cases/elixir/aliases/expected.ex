defmodule A do
  alias B.C
  alias B.D
  alias B.E

  def a, do: 1
end
