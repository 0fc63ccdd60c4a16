defmodule A do
  alias X.Y
  alias X.Z

  def f, do: 1
end
