defmodule A do
  alias B.C
  alias B.E

  def a, do: 1
end
