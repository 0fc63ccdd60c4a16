defmodule A do
  alias A.B
  alias A.D

  def f, do: 1
end
