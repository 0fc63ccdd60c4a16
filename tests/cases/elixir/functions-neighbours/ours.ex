defmodule A do
  def a, do: 3
  def b, do: 2
end
