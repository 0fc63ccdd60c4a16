defmodule A do
  alias X.Y
  alias X.Z
  alias X.W

  def f, do: 1
end
