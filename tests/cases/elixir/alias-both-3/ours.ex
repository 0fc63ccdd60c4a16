defmodule A do
  alias A.B
  alias A.C

  def f, do: 1
end
