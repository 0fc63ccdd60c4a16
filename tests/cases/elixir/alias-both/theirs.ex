defmodule A do
  alias X.Y
  alias X.W

  def f, do: 1
end
