defmodule A do
  alias B.C

  def a, do: 1
end
