defmodule A do
  alias A.B

  def f, do: 1
end
