defmodule A do
  alias B.C
  alias B.D

  def a, do: 1
end
