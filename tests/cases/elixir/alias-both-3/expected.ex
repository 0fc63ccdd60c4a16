defmodule A do
  alias A.B
  alias A.C
  alias A.D

  def f, do: 1
end
